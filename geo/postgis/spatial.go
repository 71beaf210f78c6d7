package postgis

import (
	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

// spatialFunctions are the PostGIS functions of the relations; each uses the GiST index on geom.
var spatialFunctions = map[geo.SpatialOp]string{
	geo.Intersects: "ST_Intersects",
	geo.ContainsIt: "ST_Contains",
	geo.CoveredBy:  "ST_CoveredBy",
	geo.WithinIt:   "ST_Within",
	geo.Touches:    "ST_Touches",
	geo.Crosses:    "ST_Crosses",
	geo.Overlaps:   "ST_Overlaps",
	geo.Equals:     "ST_Equals",
}

// inBox appends the test against a box; one across the antimeridian is two.
func (b *builder) inBox(box geo.Box) {
	if box[0] <= box[2] {
		b.add("ST_Intersects(t.geom, ", b.envelope(box), ")")
		return
	}
	b.add("(ST_Intersects(t.geom, ", b.envelope(geo.Box{box[0], box[1], 180, box[3]}),
		") OR ST_Intersects(t.geom, ", b.envelope(geo.Box{-180, box[1], box[2], box[3]}), "))")
}

// envelope gives a box as a geometry. One without an area is a line or a point, because the polygon would be invalid.
func (b *builder) envelope(box geo.Box) string {
	west, south, east, north := box[0], box[1], box[2], box[3]
	switch {
	case west == east && south == north:
		return b.geometry(orb.Point{west, south})
	case west == east || south == north:
		return b.geometry(orb.LineString{{west, south}, {east, north}})
	}
	return "ST_MakeEnvelope(" + b.bind(west) + ", " + b.bind(south) + ", " + b.bind(east) + ", " + b.bind(north) + ", 4326)"
}

// spatial appends a relation to a geometry. The relations of a collection are those of its parts, as PostGIS has none
// for it: it intersects what one of them intersects, is contained where each is covered and one contained, and equals
// what has equal parts.
func (b *builder) spatial(f geo.Spatial) error {
	if f.Op == geo.Disjoint {
		b.add("NOT ")
		f.Op = geo.Intersects
	}
	if f.From == nil {
		f.From = &geo.Operand{Own: true}
	}
	first, second := parts(*f.From), parts(f.Of)
	if f.Op == geo.Equals && len(first) != len(second) {
		b.add("false")
		return nil
	}
	from, of := b.geometries(first), b.geometries(second)
	function := spatialFunctions[f.Op]
	switch {
	case len(from) == 1 && len(of) == 1:
		b.add("(")
		b.relations(function, from, of, "")
	case f.Op == geo.Intersects:
		b.add("(")
		b.relations(function, from, of, " OR ")
	case f.Op == geo.Equals:
		b.add("(")
		for i := range of {
			if i > 0 {
				b.add(" AND ")
			}
			b.relations(function, from[i:i+1], of[i:i+1], "")
		}
	case f.Op == geo.ContainsIt && len(from) == 1:
		b.add("(")
		b.relations("ST_Covers", from, of, " AND ")
		b.add(" AND (")
		b.relations(function, from, of, " OR ")
		b.add(")")
	default:
		return geo.Invalid(f.Of.Path, "%s takes no GeometryCollection of points, lines and polygons together: give one of them", f.Op)
	}
	b.add(")")
	return nil
}

// relations appends a relation between each of some geometries and each of others, with the word between.
func (b *builder) relations(function string, from, of []string, word string) {
	for i, one := range from {
		for j, other := range of {
			if i+j > 0 {
				b.add(word)
			}
			b.add(function, "(", one, ", ", other, ")")
		}
	}
}

// parts gives the geometries of an operand: of a collection one for each dimension, nil for the feature's own.
func parts(o geo.Operand) []orb.Geometry {
	if collection, ok := o.Geometry.(orb.Collection); ok {
		return shape.Flatten(collection)
	}
	return []orb.Geometry{o.Geometry}
}

// geometries gives geometries as SQL.
func (b *builder) geometries(given []orb.Geometry) []string {
	all := make([]string, len(given))
	for i, g := range given {
		if all[i] = "t.geom"; g != nil {
			all[i] = b.geometry(g)
		}
	}
	return all
}

// geometry binds a geometry in WGS 84.
func (b *builder) geometry(g orb.Geometry) string {
	return "ST_GeomFromWKB(" + b.bind(shape.AppendWKB(nil, g)) + ", 4326)"
}
