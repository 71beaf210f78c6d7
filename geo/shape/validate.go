package shape

import (
	"github.com/paulmach/orb"
)

// Validate checks what a geometry in WGS 84 degrees must hold whatever layer
// it is for: it is not empty, its coordinates are finite and within ±180 and
// ±90, lines have two different points, rings have four and are closed. The
// first fault is returned as an *Error with path and place.
//
// Whether rings cross each other or themselves is left to PostGIS
// (ST_IsValidDetail), which every stored geometry passes; its reasons have
// codes of Error too.
func Validate(g orb.Geometry) error {
	if err := (validator{degrees: true}).validate(g); err != nil {
		return err
	}
	return nil
}

// ValidatePlanar is Validate for coordinates of any reference system: they may have any size.
func ValidatePlanar(g orb.Geometry) error {
	if err := (validator{}).validate(g); err != nil {
		return err
	}
	return nil
}

// validator checks geometries; degrees says whether positions have bounds.
type validator struct{ degrees bool }

func (v validator) validate(g orb.Geometry) *Error {
	switch g := g.(type) {
	case nil:
		return fault(CodeEmptyGeometry, "there is no geometry")
	case orb.Collection:
		return each(g, "geometries", v.validate)
	case orb.Point:
		return inCoordinates(v.checkPosition(g))
	case orb.MultiPoint:
		return each(g, "coordinates", v.checkPosition)
	case orb.LineString:
		return inCoordinates(v.checkLine(g))
	case orb.MultiLineString:
		return each(g, "coordinates", v.checkLine)
	case orb.Ring:
		return v.validate(orb.Polygon{g})
	case orb.Bound:
		return v.validate(g.ToPolygon())
	case orb.Polygon:
		return inCoordinates(v.checkPolygon(g))
	case orb.MultiPolygon:
		return each(g, "coordinates", v.checkPolygon)
	}
	return fault(CodeWrongType, "%T is no geometry of GeoJSON", g)
}

func inCoordinates(err *Error) *Error {
	if err == nil {
		return nil
	}
	return err.inside("coordinates")
}

// each checks the items of a list, which must not be empty. The list lies in
// member of its object; a list inside a list has none.
func each[T any](items []T, member string, check func(T) *Error) *Error {
	if len(items) == 0 {
		return fault(CodeEmptyGeometry, "empty; at least one is needed").inside(member)
	}
	for i, item := range items {
		if err := check(item); err != nil {
			return err.at(i).inside(member)
		}
	}
	return nil
}

func (v validator) checkPolygon(p orb.Polygon) *Error { return each(p, "", v.checkRing) }

func (v validator) checkLine(line orb.LineString) *Error {
	if err := each(line, "", v.checkPosition); err != nil {
		return err
	}
	for _, p := range line[1:] {
		if p != line[0] {
			return nil
		}
	}
	return placed(line[0], fault(CodeTooFewPoints, "a line needs at least two different positions"))
}

func (v validator) checkRing(ring orb.Ring) *Error {
	const least = 4
	if err := each(ring, "", v.checkPosition); err != nil {
		return err
	}
	first, last := ring[0], ring[len(ring)-1]
	if first != last {
		return placed(last, fault(CodeUnclosedRing,
			"the ring starts at %v, %v and ends at %v, %v; its last position must repeat its first",
			first[0], first[1], last[0], last[1]))
	}
	if len(ring) < least {
		return placed(first, fault(CodeTooFewPoints, "a ring of %d positions; it needs at least %d, the last a repeat of the first", len(ring), least))
	}
	return nil
}

func (v validator) checkPosition(p orb.Point) *Error {
	const maxLongitude, maxLatitude = 180, 90
	lon, lat := p[0], p[1]
	switch {
	case !finite(lon) || !finite(lat):
		return fault(CodeNotFinite, "[%v, %v] is not finite", lon, lat)
	case !v.degrees:
		return nil
	case lon < -maxLongitude || lon > maxLongitude:
		return placed(p, fault(CodeOutOfRange, "longitude %v is not within ±%d degrees", lon, maxLongitude))
	case lat < -maxLatitude || lat > maxLatitude:
		return placed(p, fault(CodeOutOfRange, "latitude %v is not within ±%d degrees; a position is [longitude, latitude]", lat, maxLatitude))
	}
	return nil
}

func placed(p orb.Point, err *Error) *Error {
	err.Place = &p
	return err
}
