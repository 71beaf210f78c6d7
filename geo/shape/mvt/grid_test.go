package mvt

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"xiangtu/geo/crs"
	"xiangtu/geo/shape"
)

// readGrids reads two neighbouring villages with their grids of three levels,
// a part of the demonstration data.
func readGrids(t *testing.T) []orb.Geometry {
	t.Helper()
	data, err := os.ReadFile("testdata/grids.geojson")
	if err != nil {
		t.Fatal(err)
	}
	var collection struct{ Features []json.RawMessage }
	if err := json.Unmarshal(data, &collection); err != nil {
		t.Fatal(err)
	}
	var grids []orb.Geometry
	for _, feature := range collection.Features {
		g, err := shape.ParseGeoJSON(feature)
		if err != nil {
			t.Fatal(err)
		}
		grids = append(grids, g)
	}
	return grids
}

// Neighbours have no gap between them: a position has the same unit of the
// tile in every feature that it belongs to, and it is the right one.
func TestNeighboursStayTight(t *testing.T) {
	grids := readGrids(t)
	for _, system := range []crs.CRS{crs.WGS84, crs.GCJ02, crs.BD09} {
		for _, quad := range []Quad{WebMercatorQuad, GeographicQuad} {
			for z := maptile.Zoom(8); z <= 14; z++ {
				for _, at := range tilesOf(quad, grids, z) {
					requireTight(t, grids, at, Options{CRS: system, Quad: quad})
				}
			}
		}
	}
}

func tilesOf(quad Quad, grids []orb.Geometry, z maptile.Zoom) []maptile.Tile {
	box := orb.Collection(grids).Bound()
	from, to := tileAt(quad, box.LeftTop(), z), tileAt(quad, box.RightBottom(), z)
	var tiles []maptile.Tile
	for x := from.X; x <= to.X; x++ {
		for y := from.Y; y <= to.Y; y++ {
			tiles = append(tiles, maptile.New(x, y, z))
		}
	}
	return tiles
}

func tileAt(quad Quad, p orb.Point, z maptile.Zoom) maptile.Tile {
	if quad == WebMercatorQuad {
		return maptile.At(p, z)
	}
	side := math.Ldexp(360, -int(z))
	return maptile.New(uint32((p[0]+180)/side), uint32((90-p[1])/side), z)
}

func requireTight(t *testing.T, grids []orb.Geometry, at maptile.Tile, o Options) {
	t.Helper()
	units := map[orb.Point]orb.Point{}
	for _, grid := range grids {
		drawn := verticesInTile(t, grid, at, o)
		if len(drawn) == 0 {
			continue
		}
		for _, ring := range grid.(orb.MultiPolygon)[0] {
			for _, p := range ring {
				exact := exactUnit(at, o, p)
				if exact[0] < -63 || exact[0] > 4159 || exact[1] < -63 || exact[1] > 4159 {
					continue
				}
				unit, ok := nearest(drawn, exact)
				if !ok {
					t.Fatalf("%v %v: %v belongs at %v, but is not drawn there", at, o.CRS, p, exact)
				}
				if known, ok := units[p]; ok && known != unit {
					t.Fatalf("%v %v: %v is at %v in one feature and at %v in another", at, o.CRS, p, known, unit)
				}
				units[p] = unit
			}
		}
	}
}

// verticesInTile gives all vertices of a feature that is alone in its tile.
func verticesInTile(t *testing.T, g orb.Geometry, at maptile.Tile, o Options) map[orb.Point]bool {
	t.Helper()
	tile := NewTile(uint32(at.Z), at.X, at.Y, o)
	if _, err := tile.Layer("grids").AddFeature(1, shape.AppendWKB(nil, g)); err != nil {
		t.Fatal(err)
	}
	vertices := map[orb.Point]bool{}
	for _, layer := range decode(t, tile.AppendTo(nil)) {
		for _, ring := range layer.Features[0].Geometry.(orb.Polygon) {
			for _, p := range ring {
				vertices[p] = true
			}
		}
	}
	return vertices
}

// exactUnit is the position on the tile's grid by the formulas, not rounded.
func exactUnit(at maptile.Tile, o Options, p orb.Point) orb.Point {
	world := math.Ldexp(DefaultExtent, int(at.Z))
	corner := orb.Point{float64(at.X) * DefaultExtent, float64(at.Y) * DefaultExtent}
	x, y := o.CRS.FromWGS84(p[0], p[1])
	if o.Quad == GeographicQuad {
		return orb.Point{(x+180)/360*world - corner[0], (90-y)/360*world - corner[1]}
	}
	x, y = crs.WebMercator.FromWGS84(x, y)
	const half = math.Pi * 6378137
	return orb.Point{(x/half+1)/2*world - corner[0], (1-y/half)/2*world - corner[1]}
}

// nearest finds the vertex that is exact rounded, up or down where it lies so
// near a half that tolerance decides.
func nearest(vertices map[orb.Point]bool, exact orb.Point) (orb.Point, bool) {
	for _, dx := range []float64{0, -2 * tolerance, 2 * tolerance} {
		for _, dy := range []float64{0, -2 * tolerance, 2 * tolerance} {
			unit := orb.Point{math.Floor(exact[0] + dx + 0.5), math.Floor(exact[1] + dy + 0.5)}
			if vertices[unit] {
				return unit, true
			}
		}
	}
	return orb.Point{}, false
}

func TestPolynomialKeepsItsTolerance(t *testing.T) {
	for z := uint32(0); z <= 22; z++ {
		for _, row := range []float64{0, 0.01, 0.2, 0.43, 0.5, 0.77, 0.999} {
			p := newProjection(z, 0, uint32(math.Ldexp(row, int(z))), Options{Extent: DefaultExtent, Buffer: DefaultBuffer})
			if edge := p.latitude(-DefaultBuffer) / radian; z >= 8 && row < 0.8 && edge > p.middle+p.reach+1e-9 {
				t.Errorf("z%d row %v: the polynomial does not reach the tile's edge", z, row)
			}
			for i := -100; i <= 100; i++ {
				lat := p.middle + p.reach*float64(i)/100
				if math.Abs(lat) >= maxLatitude {
					continue
				}
				// At deep levels the formula itself is only as exact as a double.
				allowed := tolerance + p.scaleY*1e-14
				if off := math.Abs(p.y(lat) - p.exactY(lat)); off > allowed {
					t.Fatalf("z%d row %v: off by %v at %v", z, row, off, lat)
				}
			}
		}
	}
}
