package shape

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geo"
	"github.com/paulmach/orb/planar"
)

// Outline is the rings of polygons, in the plane of degrees.
type Outline struct {
	polygons orb.MultiPolygon
	vertices map[orb.Point]bool
}

// NewOutline makes the outline of polygons.
func NewOutline(polygons orb.MultiPolygon) Outline {
	o := Outline{polygons: polygons, vertices: make(map[orb.Point]bool)}
	for _, ring := range Rings(polygons) {
		for _, p := range ring {
			o.vertices[p] = true
		}
	}
	return o
}

// Rings lists all rings of polygons.
func Rings(polygons orb.MultiPolygon) []orb.Ring {
	var rings []orb.Ring
	for _, polygon := range polygons {
		rings = append(rings, polygon...)
	}
	return rings
}

// Nearest gives the point of the outline that is nearest to p, and how far it is, in degrees.
func (o Outline) Nearest(p orb.Point) (nearest orb.Point, distance float64) {
	distance = math.Inf(1)
	for _, ring := range Rings(o.polygons) {
		for i := 1; i < len(ring); i++ {
			at := nearestOnEdge(ring[i-1], ring[i], p)
			if d := planar.Distance(at, p); d < distance {
				nearest, distance = at, d
			}
		}
	}
	return nearest, distance
}

// NearestVertex gives the vertex of the outline that is nearest to p.
func (o Outline) NearestVertex(p orb.Point) orb.Point {
	var nearest orb.Point
	distance := math.Inf(1)
	for _, ring := range Rings(o.polygons) {
		for _, v := range ring {
			if d := planar.Distance(v, p); d < distance {
				nearest, distance = v, d
			}
		}
	}
	return nearest
}

func nearestOnEdge(a, b, p orb.Point) orb.Point {
	dx, dy := b[0]-a[0], b[1]-a[1]
	length := dx*dx + dy*dy
	if length == 0 {
		return a
	}
	t := ((p[0]-a[0])*dx + (p[1]-a[1])*dy) / length
	t = min(max(t, 0), 1)
	return orb.Point{a[0] + t*dx, a[1] + t*dy}
}

// Added lists the vertices of other polygons that lie on the outline and are none of its own, as far as rounding tells.
func (o Outline) Added(others orb.MultiPolygon, rounding float64) []orb.Point {
	var added []orb.Point
	seen := make(map[orb.Point]bool)
	for _, ring := range Rings(others) {
		for _, p := range ring {
			if o.vertices[p] || seen[p] {
				continue
			}
			seen[p] = true
			if _, distance := o.Nearest(p); distance <= rounding {
				added = append(added, p)
			}
		}
	}
	return added
}

// Reaching draws both ends of a line that lie within so many degrees of the outline a little out over it, so that rounding
// does not make it end before. inside is the first end that lies deeper within; nil if none does.
func (o Outline) Reaching(line orb.LineString, tolerance float64) (reaching orb.LineString, inside *orb.Point) {
	reaching = append(orb.LineString{}, line...)
	for range 2 { // its end, and then its beginning
		last := reaching[len(reaching)-1]
		beyond, deep := o.beyond(reaching[len(reaching)-2], last, tolerance)
		if deep && (inside == nil || last == line[0]) {
			inside = &last
		}
		if beyond != last {
			reaching = append(reaching, beyond)
		}
		reaching.Reverse()
	}
	return reaching, inside
}

// beyond gives a point over the outline behind an end of a line that is near to it; the end itself if it is not, and
// deep if it lies within.
func (o Outline) beyond(previous, end orb.Point, tolerance float64) (point orb.Point, deep bool) {
	const (
		touching = 1e-10 // a hundredth of a millimetre: the way out cannot be told from rounding
		over     = 1e-8  // a millimetre
	)
	if o.vertices[end] {
		return end, false
	}
	at, distance := o.Nearest(end)
	within := planar.MultiPolygonContains(o.polygons, end)
	switch {
	case distance <= touching:
		return further(end, previous, end, over), false
	case !within:
		return end, false
	case distance > tolerance:
		return end, true
	}
	return further(at, end, at, over), false
}

// further gives the point a distance after from, in the direction from a to b.
func further(from, a, b orb.Point, distance float64) orb.Point {
	length := planar.Distance(a, b)
	if length == 0 {
		return from
	}
	return orb.Point{from[0] + (b[0]-a[0])/length*distance, from[1] + (b[1]-a[1])/length*distance}
}

// IsSliver tells whether a polygon has less than a square metre, or is less than a decimetre wide on the average. It
// reckons on a sphere, which is exact enough for that.
func IsSliver(p orb.Polygon) bool {
	const smallest, narrowest = 1.0, 0.1
	area := math.Abs(geo.Area(p))
	perimeter := 0.0
	for _, ring := range p {
		perimeter += geo.Length(ring)
	}
	return area < smallest || 2*area/perimeter < narrowest
}
