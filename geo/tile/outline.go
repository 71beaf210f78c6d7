package tile

import (
	"math"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/shape"
	"xiangtu/geo/shape/mvt"
)

// largeGeometry is from how many vertices on a geometry may come to a tile cut by the database, which cuts edges that are
// straight in degrees.
const largeGeometry = 512

// outline is a state of a feature as it lies in a quad: positions are shares of the quad's width, y downwards.
type outline struct {
	layer  *geo.Layer
	quad   mvt.Quad
	system crs.CRS
	extent orb.Bound // in degrees of WGS 84
	edges  []edge    // those of a point begin and end in it
	filled bool      // whether what lies within the edges belongs to it
	slack  float64   // how far what is drawn may lie off the edges
}

// edge is a straight line between two positions.
type edge struct{ a, b orb.Point }

// newOutline places a state of a feature. One whose geometry cannot be read has no edges.
func newOutline(layer *geo.Layer, state geo.Feature, quad mvt.Quad, system crs.CRS) *outline {
	core := state.Common()
	o := &outline{layer: layer, quad: quad, system: system, filled: layer.Geometry == geo.MultiPolygon}
	if len(core.Extent) == 4 {
		o.extent = orb.Bound{Min: orb.Point{core.Extent[0], core.Extent[1]}, Max: orb.Point{core.Extent[2], core.Extent[3]}}
	}
	r := shape.NewReader(core.Geometry)
	_ = r.EachRun(o.addRun) // as the store gave it, it can be read
	if len(o.edges) < largeGeometry {
		o.slack = 0
	}
	return o
}

// addRun adds a point, a line or a ring.
func (o *outline) addRun(points shape.Points) {
	var given, placed orb.Point
	for i := range points.Len() {
		next := orb.Point{points.X(i), points.Y(i)}
		to := o.place(next)
		switch {
		case i > 0:
			middle := o.place(orb.Point{(given[0] + next[0]) / 2, (given[1] + next[1]) / 2})
			o.slack = max(o.slack, math.Abs(middle[0]-(placed[0]+to[0])/2), math.Abs(middle[1]-(placed[1]+to[1])/2))
			o.edges = append(o.edges, edge{placed, to})
		case points.Len() == 1:
			o.edges = append(o.edges, edge{to, to})
		}
		given, placed = next, to
	}
}

// place gives where a position in WGS 84 lies.
func (o *outline) place(at orb.Point) orb.Point {
	longitude, latitude := at[0], at[1]
	if !o.system.IsWGS84() {
		longitude, latitude = o.system.FromWGS84(longitude, latitude)
	}
	x, y := o.quad.Fraction(longitude, latitude)
	return orb.Point{x, y}
}

// box gives the part of the quad whose content is drawn in a tile: with its margin, and half a unit for the rounding.
func (o *outline) box(z, x, y uint32) orb.Bound {
	width := math.Ldexp(1, -int(z))
	margin := width*(mvt.DefaultBuffer+0.5)/mvt.DefaultExtent + o.slack
	return orb.Bound{
		Min: orb.Point{float64(x)*width - margin, float64(y)*width - margin},
		Max: orb.Point{float64(x+1)*width + margin, float64(y+1)*width + margin},
	}
}

// isVisible tells whether the feature is large enough to be drawn in a tile, by the rule of Draw.
func (o *outline) isVisible(z, x, y uint32) bool {
	if int(z) < o.layer.MinZoom {
		return false
	}
	if o.layer.Geometry == geo.Point {
		return true
	}
	bound := mvt.NewTile(z, x, y, mvt.Options{CRS: o.system, Quad: o.quad}).Bound()
	visible := o.quad.HalfPixel(z, max(math.Abs(bound.Min[1]), math.Abs(bound.Max[1])))
	return o.extent.Max[0]-o.extent.Min[0] >= visible[0] || o.extent.Max[1]-o.extent.Min[1] >= visible[1]
}

// touches tells whether the feature has a point in a box.
func (o *outline) touches(box orb.Bound) bool {
	for _, e := range o.edges {
		if e.touches(box) {
			return true
		}
	}
	return o.filled && o.contains(box.Center())
}

// contains tells whether a position lies within the edges, by the even-odd rule.
func (o *outline) contains(at orb.Point) bool {
	inside := false
	for _, e := range o.edges {
		if (e.a[1] > at[1]) != (e.b[1] > at[1]) && at[0] < (e.b[0]-e.a[0])*(at[1]-e.a[1])/(e.b[1]-e.a[1])+e.a[0] {
			inside = !inside
		}
	}
	return inside
}

// touches tells whether an edge has a point in a box: their extents meet, and the box does not lie on one side of the
// edge's line.
func (e edge) touches(box orb.Bound) bool {
	if max(e.a[0], e.b[0]) < box.Min[0] || min(e.a[0], e.b[0]) > box.Max[0] ||
		max(e.a[1], e.b[1]) < box.Min[1] || min(e.a[1], e.b[1]) > box.Max[1] {
		return false
	}
	dx, dy := e.b[0]-e.a[0], e.b[1]-e.a[1]
	side := func(x, y float64) float64 { return dx*(y-e.a[1]) - dy*(x-e.a[0]) }
	corners := [4]float64{
		side(box.Min[0], box.Min[1]), side(box.Max[0], box.Min[1]),
		side(box.Min[0], box.Max[1]), side(box.Max[0], box.Max[1]),
	}
	return min(corners[0], corners[1], corners[2], corners[3]) <= 0 && max(corners[0], corners[1], corners[2], corners[3]) >= 0
}

// Meets tells whether a state of a feature has a point in a box.
func Meets(layer *geo.Layer, state geo.Feature, box geo.Box) bool {
	o := newOutline(layer, state, mvt.GeographicQuad, crs.WGS84)
	for _, part := range box.Parts() {
		northWest, southEast := o.place(orb.Point{part.Min[0], part.Max[1]}), o.place(orb.Point{part.Max[0], part.Min[1]})
		if part.Intersects(o.extent) && o.touches(orb.Bound{Min: northWest, Max: southEast}) {
			return true
		}
	}
	return false
}
