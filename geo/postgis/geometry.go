package postgis

import (
	"context"

	"xiangtu/geo"
)

// Derivation is a geometry that a feature has, or that follows from what it has.
type Derivation string

// The geometries of features. Rings are in RFC 7946 order, which PostGIS has the other way round in what it computes.
const (
	Own         Derivation = "t.geom"
	Corridor    Derivation = "ST_ForcePolygonCCW(ST_Buffer(t.geom::geography, t.corridor_metres)::geometry)" // of a belt
	ServiceArea Derivation = "service area"                                                                  // of a station; null if it serves no town
)

// Geometries reads a geometry of each of the features with these codes, by code, as WKB in WGS 84; those that have none
// are left out. simplify, if not nil, is the tolerance in metres.
func (s *Store) Geometries(ctx context.Context, layer *geo.Layer, codes []string, d Derivation, simplify *float64) (map[string][]byte, error) {
	b := newBuilder(ctx)
	b.add("SELECT t.code, ", b.encoded(layer, d, simplify), " FROM ", b.table(layer), " AS t WHERE t.code = ANY (", b.bind(codes), ")")
	rows, err := s.pool.Query(ctx, b.String(), b.args...)
	if err != nil {
		return nil, fail(err)
	}
	defer rows.Close()
	geometries := make(map[string][]byte, len(codes))
	for rows.Next() {
		var code string
		var wkb []byte
		if err := rows.Scan(&code, &wkb); err != nil {
			return nil, fail(err)
		}
		if wkb != nil {
			geometries[code] = wkb
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fail(err)
	}
	return geometries, nil
}

// encoded gives the column that reads a geometry as WKB, simplified to a tolerance in metres if there is one.
//
// The tolerance must mean the same in every direction, which degrees do not, so the lines are simplified in Web
// Mercator. It is conformal: lengths at a latitude are too long by 1/cos(latitude), and so is the tolerance there.
//
// Simplified polygons come back as a Polygon where there is but one; what is a MultiPolygon unsimplified stays one.
func (b *builder) encoded(layer *geo.Layer, d Derivation, simplify *float64) string {
	geometry := b.derived(d)
	if simplify == nil || *simplify == 0 {
		return "ST_AsBinary(" + geometry + ", 'NDR')"
	}
	tolerance := b.bind(*simplify) + "::float8 / greatest(cos(radians((t.bbox[2] + t.bbox[4]) / 2)), 0.01)"
	simplified := "ST_Transform(ST_SimplifyPreserveTopology(ST_Transform(" + geometry + ", 3857), " + tolerance + "), 4326)"
	if d == ServiceArea || d == Own && layer.Geometry == geo.MultiPolygon {
		simplified = "ST_Multi(" + simplified + ")"
	}
	return "ST_AsBinary(" + simplified + ", 'NDR')"
}

// derived gives the expression of a geometry.
func (b *builder) derived(d Derivation) string {
	if d != ServiceArea {
		return string(d)
	}
	return "(SELECT ST_ForcePolygonCCW(ST_Multi(ST_Union(u.geom))) FROM " + b.relation("station_towns") + " AS s JOIN " +
		b.relation("towns") + " AS u ON u.code = s.town_code WHERE s.station_code = t.code)"
}
