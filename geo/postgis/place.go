package postgis

import (
	"context"
	"strings"

	"github.com/paulmach/orb"

	"xiangtu/geo"
)

// At finds the features of a layer at a point: polygons that cover it, belts whose corridor does, and stations whose
// area does.
func (s *Store) At(ctx context.Context, layer *geo.Layer, point orb.Point, fields geo.FieldSet) ([]geo.Feature, error) {
	b := newBuilder(ctx)
	fields |= layer.Set("code")
	b.add("SELECT ", strings.Join(entityColumns(layer, fields), ", "), " FROM ", b.table(layer), " AS t WHERE ")
	p := b.geometry(point)
	switch layer.Name {
	case geo.Belts:
		b.add("ST_DWithin(t.geom::geography, ", p, "::geography, t.corridor_metres)")
	case geo.Stations:
		b.add(`EXISTS (SELECT FROM `, b.relation("station_towns"), ` AS s JOIN `, b.relation("towns"), ` AS u ON u.code = s.town_code
			WHERE s.station_code = t.code AND ST_Covers(u.geom, `, p, "))")
	default:
		b.add("ST_Covers(t.geom, ", p, ")")
	}
	b.add(" ORDER BY t.code")
	return s.entities(ctx, layer, fields, b)
}

// entities reads features and nothing else; they are one cohort.
func (s *Store) entities(ctx context.Context, layer *geo.Layer, fields geo.FieldSet, b *builder, more ...func() any) ([]geo.Feature, error) {
	rows, err := s.pool.Query(ctx, b.String(), b.args...)
	if err != nil {
		return nil, fail(err)
	}
	defer rows.Close()
	cohort := &geo.Cohort{}
	for rows.Next() {
		feature := layer.New()
		targets := entityTargets(nil, layer, fields, feature)
		for _, m := range more {
			targets = append(targets, m())
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, fail(err)
		}
		feature.Common().Cohort = cohort
		cohort.Features = append(cohort.Features, feature)
	}
	if err := rows.Err(); err != nil {
		return nil, fail(err)
	}
	return cohort.Features, nil
}

// Nearest finds the features of a layer nearest to a point, the nearest first, those within so many metres if within
// is not nil.
//
// The index orders by distance in degrees. So it finds as many as are asked for, whatever they are; the farthest of them
// on the ellipsoid is how far the true ones can be; and all that may lie within that are ordered truly.
func (s *Store) Nearest(ctx context.Context, layer *geo.Layer, point orb.Point, limit int, within *float64, fields geo.FieldSet) ([]geo.Nearest, error) {
	b := newBuilder(ctx)
	fields |= layer.Set("code")
	p := b.geometry(point)
	distance := "ST_Distance(t.geom::geography, " + p + "::geography)"
	n, metres := b.bind(limit), "metres"
	table := b.table(layer) + " AS t"
	if within != nil {
		metres = "least(metres, " + b.bind(*within) + ")"
	}
	b.add("WITH reach AS (SELECT max(metres) AS metres FROM (SELECT ", distance, " AS metres FROM ", table,
		" ORDER BY t.geom <-> ", p, " LIMIT ", n, ") AS c) SELECT ",
		strings.Join(entityColumns(layer, fields), ", "), ", ", distance, " AS distance FROM ", table,
		" WHERE t.geom && (SELECT xiangtu.around(", p, ", ", metres, ") FROM reach)")
	if within != nil {
		b.add(" AND ST_DWithin(t.geom::geography, ", p, "::geography, ", b.bind(*within), ")")
	}
	b.add(" ORDER BY distance, t.code LIMIT ", n)
	var distances []*float64
	features, err := s.entities(ctx, layer, fields, b, func() any {
		distances = append(distances, new(float64))
		return distances[len(distances)-1]
	})
	if err != nil {
		return nil, err
	}
	nearest := make([]geo.Nearest, len(features))
	for i, f := range features {
		nearest[i] = geo.Nearest{Feature: f, DistanceMetres: *distances[i]}
	}
	return nearest, nil
}

// Search finds features of a layer by their name, in Chinese, pinyin or initials, or by the beginning of their code:
// the best first.
func (s *Store) Search(ctx context.Context, layer *geo.Layer, text string, limit int, fields geo.FieldSet) ([]geo.SearchHit, error) {
	b := newBuilder(ctx)
	fields |= layer.Set("code", "name")
	text = strings.ToLower(strings.TrimSpace(text))
	spaceless := strings.Join(strings.Fields(text), "")
	name, word, initial, code := b.bind(text), b.bind(spaceless), b.bind(escapeLike(spaceless)+"%"), b.bind(escapeLike(text)+"%")
	b.add("SELECT ", strings.Join(entityColumns(layer, fields), ", "), `, CASE
		WHEN lower(t.name) = `, name, ` OR lower(t.code) = `, name, ` THEN 1.0
		WHEN starts_with(lower(t.name), `, name, `) THEN 0.9
		WHEN `, pinyinWord, ` = `, word, ` THEN 0.85
		WHEN starts_with(`, pinyinWord, `, `, word, `) THEN 0.8
		WHEN `, pinyinInitials, ` LIKE `, initial, ` THEN 0.7
		WHEN lower(t.code) LIKE `, code, ` THEN 0.6
		ELSE 0.5 END::float8 - least(length(t.name), 100) / 1000.0 * (lower(t.name) <> `, name, ` AND lower(t.code) <> `, name, `)::int AS score
		FROM `, b.table(layer), " AS t WHERE ")
	b.search(text)
	b.add(" OR lower(t.code) LIKE ", code, " ORDER BY score DESC, t.code LIMIT ", b.bind(limit))
	var scores []*float64
	features, err := s.entities(ctx, layer, fields, b, func() any {
		scores = append(scores, new(float64))
		return scores[len(scores)-1]
	})
	if err != nil {
		return nil, err
	}
	hits := make([]geo.SearchHit, len(features))
	for i, f := range features {
		hits[i] = geo.SearchHit{Feature: f, Score: *scores[i]}
	}
	return hits, nil
}
