package shape

import (
	"slices"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/project"
)

// Normalize gives g as a layer of type want stores it: a single geometry
// promoted to its Multi type, a Multi geometry of one member reduced to it, and
// rings in the order of RFC 7946, shells counter-clockwise and holes clockwise.
// A want of 0 keeps the type. Any other type is an *Error with CodeWrongType.
// g itself is not changed; what is given shares its memory where that is so already.
func Normalize(g orb.Geometry, want Type) (orb.Geometry, error) {
	g, err := convert(g, want)
	if err != nil || isOriented(g) {
		return g, err
	}
	g = orb.Clone(g)
	orient(g)
	return g, nil
}

// NormalizeOwn is Normalize for a geometry that nobody else has: it may be changed, and is not copied.
func NormalizeOwn(g orb.Geometry, want Type) (orb.Geometry, error) {
	g, err := convert(g, want)
	if err != nil {
		return nil, err
	}
	orient(g)
	return g, nil
}

func convert(g orb.Geometry, want Type) (orb.Geometry, error) {
	switch special := g.(type) {
	case orb.Ring:
		g = orb.Polygon{special}
	case orb.Bound:
		g = special.ToPolygon()
	}
	got := TypeOf(g)
	switch {
	case got == want || want == 0:
		return g, nil
	case got != 0 && got == want.Members():
		return promote(g), nil
	case want != 0 && want == got.Members():
		if one := only(g); one != nil {
			return one, nil
		}
		return nil, fault(CodeWrongType, "a %v is needed; this %v has not exactly one member", want, got)
	}
	return nil, fault(CodeWrongType, "a %v is needed, not a %v", want, got)
}

func promote(g orb.Geometry) orb.Geometry {
	switch g := g.(type) {
	case orb.Point:
		return orb.MultiPoint{g}
	case orb.LineString:
		return orb.MultiLineString{g}
	case orb.Polygon:
		return orb.MultiPolygon{g}
	}
	return g
}

// only gives the single member of a Multi geometry, nil if there is not one.
func only(g orb.Geometry) orb.Geometry {
	switch g := g.(type) {
	case orb.MultiPoint:
		if len(g) == 1 {
			return g[0]
		}
	case orb.MultiLineString:
		if len(g) == 1 {
			return g[0]
		}
	case orb.MultiPolygon:
		if len(g) == 1 {
			return g[0]
		}
	}
	return nil
}

// isOriented tells whether orient would leave g as it is.
func isOriented(g orb.Geometry) bool {
	switch g := g.(type) {
	case orb.Polygon:
		for i, ring := range g {
			if !isTurned(ring, i) {
				return false
			}
		}
	case orb.MultiPolygon:
		return !slices.ContainsFunc(g, func(p orb.Polygon) bool { return !isOriented(p) })
	case orb.Collection:
		return !slices.ContainsFunc(g, func(member orb.Geometry) bool { return !isOriented(member) })
	}
	return true
}

// isTurned tells whether a ring of a polygon turns as it should: the first is its shell. One without an area turns in no
// way.
func isTurned(ring orb.Ring, index int) bool {
	turn := ring.Orientation()
	return turn == 0 || (turn == orb.CCW) == (index == 0)
}

func orient(g orb.Geometry) {
	switch g := g.(type) {
	case orb.Polygon:
		for i, ring := range g {
			if !isTurned(ring, i) {
				slices.Reverse(ring)
			}
		}
	case orb.MultiPolygon:
		for _, polygon := range g {
			orient(polygon)
		}
	case orb.Collection:
		for _, member := range g {
			orient(member)
		}
	}
}

// Reproject gives a copy of g with every position taken through f, such as
// crs.CRS.ToWGS84.
func Reproject(g orb.Geometry, f func(x, y float64) (float64, float64)) orb.Geometry {
	return project.Geometry(orb.Clone(g), func(p orb.Point) orb.Point {
		x, y := f(p[0], p[1])
		return orb.Point{x, y}
	})
}
