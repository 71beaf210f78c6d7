package mvt

import "math"

// Quad is a pyramid of square tiles, each of which has four of the next level
// below it. Level z has 2^z columns in both quads, so a tile of one is as wide in
// longitude as a tile of the other.
type Quad uint8

const (
	// WebMercatorQuad is the pyramid of web maps: EPSG:3857, level 0 one tile
	// (OGC 17-083r4, annex D.1).
	WebMercatorQuad Quad = iota
	// GeographicQuad is the pyramid of degrees, whose origin is longitude -180,
	// latitude 90: level 1 is two tiles of 180° side by side, and level 0 is one
	// of which the southern half is empty. It is what Tianditu has for EPSG:4490
	// (its matrix set c), from level 1.
	GeographicQuad
)

// Size is the number of columns and rows of a level. Levels reach to 30.
func (q Quad) Size(z uint32) (columns, rows uint32) {
	columns = 1 << min(z, 30)
	if q == GeographicQuad {
		return columns, max(1, columns/2)
	}
	return columns, columns
}

// HalfPixel is half a pixel of a screen that shows a tile of the level at 512
// pixels, in degrees of longitude and, at that latitude in degrees, of latitude.
func (q Quad) HalfPixel(z uint32, latitude float64) [2]float64 {
	width := 360 / math.Ldexp(2*screenPixels, int(z))
	if q == GeographicQuad {
		return [2]float64{width, width}
	}
	return [2]float64{width, width * math.Cos(latitude*radian)}
}

// TileAt gives the column and row of the level whose tile has the position in it, in degrees. What lies beyond the quad
// is taken to its edge.
func (q Quad) TileAt(z uint32, longitude, latitude float64) (x, y uint32) {
	columns, rows := q.Size(z)
	right, down := q.Fraction(longitude, latitude)
	return cell(right, columns, columns), cell(down, columns, rows)
}

// Fraction gives where a position in degrees lies in the quad, as shares of its width: to the right of its western edge,
// and down from its northern one. Latitudes beyond a quad of Web Mercator are taken to its edge.
func (q Quad) Fraction(longitude, latitude float64) (right, down float64) {
	right, down = longitude/360+0.5, (90-latitude)/360
	if q == WebMercatorQuad {
		latitude = max(-maxLatitude, min(maxLatitude, latitude))
		down = 0.5 - math.Atanh(math.Sin(latitude*radian))/(2*math.Pi)
	}
	return right, down
}

// cell is which of so many cells, each the side-th part of the unit, a share of the unit lies in.
func cell(share float64, side, count uint32) uint32 {
	return uint32(max(0, min(math.Floor(share*float64(side)), float64(count-1))))
}
