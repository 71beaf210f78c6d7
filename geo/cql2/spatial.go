package cql2

import (
	"errors"
	"math"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

// spatialOps are the spatial functions.
var spatialOps = map[string]geo.SpatialOp{
	"S_INTERSECTS": geo.Intersects, "S_DISJOINT": geo.Disjoint, "S_EQUALS": geo.Equals, "S_TOUCHES": geo.Touches,
	"S_CROSSES": geo.Crosses, "S_OVERLAPS": geo.Overlaps, "S_CONTAINS": geo.ContainsIt, "S_WITHIN": geo.WithinIt,
}

// converse is the relation that b has to a where a has the given one to b.
func converse(op geo.SpatialOp) geo.SpatialOp {
	switch op {
	case geo.ContainsIt:
		return geo.WithinIt
	case geo.WithinIt:
		return geo.ContainsIt
	default:
		return op
	}
}

// spatial is a spatial function of two geometries. The property comes to stand first.
func (s *scope) spatial(name string, left, right operand) (operand, error) {
	op := spatialOps[name]
	if err := s.test(left.at); err != nil {
		return left, err
	}
	for _, o := range []operand{left, right} {
		if o.kind != geometry {
			return left, s.fault(o.at, "%s takes geometries; %s is none", name, o.what)
		}
	}
	at := left.at
	if right.shape.Own && !left.shape.Own {
		left, right, op = right, left, converse(op)
	}
	for _, o := range []operand{left, right} {
		if mixed(o.shape.Geometry) && !forMixed(op, left) {
			return left, s.fault(o.at, "%s takes no GEOMETRYCOLLECTION of points, lines and polygons together: give one of them", name)
		}
	}
	if !left.shape.Own {
		return condition(at, geo.Spatial{Op: op, From: &left.shape, Of: right.shape}), nil
	}
	if op == geo.Intersects && right.box != nil {
		return condition(at, geo.InBox{Box: *right.box}), nil
	}
	return condition(at, geo.Spatial{Op: op, Of: right.shape}), nil
}

// forMixed tells whether a relation that something has can be to a collection of several dimensions. Simple Features
// defines none (OGC 06-103r4, 6.1.15.3); these follow from the parts.
func forMixed(op geo.SpatialOp, of operand) bool {
	switch op {
	case geo.Intersects, geo.Disjoint, geo.Equals:
		return true
	case geo.ContainsIt:
		return !mixed(of.shape.Geometry)
	default:
		return false
	}
}

// mixed tells whether a geometry is a collection of several dimensions.
func mixed(g orb.Geometry) bool {
	collection, ok := g.(orb.Collection)
	return ok && len(shape.Flatten(collection)) > 1
}

// geometry takes a geometry that was given.
func (s *scope) geometry(at place, g orb.Geometry) (operand, error) {
	if f := s.options.ToWGS84; f != nil {
		g = shape.Reproject(g, f)
	}
	if err := shape.Validate(g); err != nil {
		return operand{}, s.badGeometry(at, err)
	}
	return operand{kind: geometry, at: at, what: "a geometry", shape: geo.Operand{Geometry: g, Path: s.options.Path}}, nil
}

// badGeometry is the error of a geometry that is none, with the place on the map where it breaks.
func (s *scope) badGeometry(at place, err error) error {
	broken, ok := errors.AsType[*shape.Error](err)
	if !ok {
		return s.fault(at, "%v", err)
	}
	fault := s.fault(at, "the geometry is not valid: %s", broken.Error())
	fault.Place = broken.Place
	return fault
}

// bbox takes a box that was given by four or six numbers. What six say of heights is passed over, as the map has none.
func (s *scope) bbox(at place, numbers []float64) (operand, error) {
	const flat, high = 4, 6
	switch len(numbers) {
	case flat:
	case high:
		numbers = []float64{numbers[0], numbers[1], numbers[3], numbers[4]}
	default:
		return operand{}, s.fault(at, "a box has 4 numbers, or 6 with heights; it has %d", len(numbers))
	}
	box := geo.Box(numbers)
	if f := s.options.ToWGS84; f != nil {
		box = convertBox(box, f)
	}
	if err := box.Check(); err != nil {
		return operand{}, s.fault(at, "%s", err.Message)
	}
	return operand{kind: geometry, at: at, what: "a box", box: &box,
		shape: geo.Operand{Geometry: boxGeometry(box), Path: s.options.Path, Checked: true}}, nil
}

// convertBox converts the corners of a box, whose first is that of the least coordinates. Its west may be greater than
// its east, before and after.
func convertBox(b geo.Box, f func(x, y float64) (lon, lat float64)) geo.Box {
	west, south := f(b[0], b[1])
	east, north := f(b[2], b[3])
	lon1, lat1 := f(b[0], b[3])
	lon2, lat2 := f(b[2], b[1])
	if math.Abs(lat1-south) < math.Abs(lat1-north) { // it is the south-east corner: latitude comes first
		lon1, lat1, lon2, lat2 = lon2, lat2, lon1, lat1
	}
	return geo.Box{min(west, lon1), min(south, lat2), max(east, lon2), max(north, lat1)}
}

// boxGeometry is a box as a geometry: one across the antimeridian is two polygons, one without an area a line or a point.
func boxGeometry(b geo.Box) orb.Geometry {
	west, south, east, north := b[0], b[1], b[2], b[3]
	switch {
	case west > east && west == 180:
		west = -180
	case west > east && east == -180:
		east = 180
	case west > east:
		return orb.Collection{boxGeometry(geo.Box{west, south, 180, north}), boxGeometry(geo.Box{-180, south, east, north})}
	}
	switch {
	case west == east && south == north:
		return orb.Point{west, south}
	case west == east || south == north:
		return orb.LineString{{west, south}, {east, north}}
	default:
		return orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{east, north}}.ToPolygon()
	}
}
