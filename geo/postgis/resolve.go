package postgis

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

// Resolve puts geometries for the features that a query's filter names, and refuses polygons that are not valid, with
// the place where they break: some relations would fail on them with an error that nobody can place.
//
// What is resolved stays so: a caller who asks several things of one query resolves it once.
func (s *Store) Resolve(ctx context.Context, q geo.Query) (geo.Query, error) {
	filter, err := s.resolveFilter(ctx, q.Filter)
	q.Filter = filter
	return q, err
}

func (s *Store) resolveFilter(ctx context.Context, filter geo.Filter) (geo.Filter, error) {
	switch f := filter.(type) {
	case geo.And:
		resolved, err := s.resolveFilters(ctx, f)
		return geo.And(resolved), err
	case geo.Or:
		resolved, err := s.resolveFilters(ctx, f)
		return geo.Or(resolved), err
	case geo.Not:
		inner, err := s.resolveFilter(ctx, f.Filter)
		return geo.Not{Filter: inner}, err
	case geo.Negation:
		inner, err := s.resolveFilter(ctx, f.Filter)
		return geo.Negation{Filter: inner}, err
	case geo.IsNull:
		if truth, ok := f.Of.(geo.Truth); ok {
			inner, err := s.resolveFilter(ctx, truth.Of)
			return geo.IsNull{Of: geo.Truth{Of: inner}}, err
		}
		return f, nil
	case geo.Spatial:
		return s.resolveSpatial(ctx, f)
	case geo.Within:
		of, err := s.resolveOperand(ctx, f.Of, unitePolygons)
		return geo.Within{Of: of, Metres: f.Metres}, err
	default:
		return filter, nil
	}
}

func (s *Store) resolveFilters(ctx context.Context, filters []geo.Filter) ([]geo.Filter, error) {
	resolved := make([]geo.Filter, len(filters))
	for i, f := range filters {
		r, err := s.resolveFilter(ctx, f)
		if err != nil {
			return nil, err
		}
		resolved[i] = r
	}
	return resolved, nil
}

func (s *Store) resolveSpatial(ctx context.Context, f geo.Spatial) (geo.Spatial, error) {
	unite := unitePolygons
	if f.Op == geo.Equals {
		unite = uniteAll
	}
	if f.From != nil {
		from, err := s.resolveOperand(ctx, *f.From, unite)
		if err != nil {
			return f, err
		}
		f.From = &from
	}
	of, err := s.resolveOperand(ctx, f.Of, unite)
	f.Of = of
	return f, err
}

// resolveOperand gives an operand its geometry, or tests the one that it has; the statement unites a collection.
func (s *Store) resolveOperand(ctx context.Context, o geo.Operand, unite string) (geo.Operand, error) {
	if o.Checked || o.Own {
		return o, nil
	}
	if o.Feature != nil {
		g, err := s.geometryOf(ctx, *o.Feature, o.Path)
		return geo.Operand{Geometry: g, Path: o.Path, Checked: true}, err
	}
	if err := s.checkValid(ctx, o); err != nil {
		return o, err
	}
	o.Checked = true
	if collection, ok := o.Geometry.(orb.Collection); ok {
		var err error
		o.Geometry, err = s.dissolve(ctx, collection, unite)
		return o, err
	}
	return o, nil
}

// Statements that unite a collection: its polygons alone, so that nothing else of it moves by a rounding; or all, so
// that no part of it lies in another and it is of one dimension if it can be.
const (
	unitePolygons = "SELECT ST_AsBinary(ST_UnaryUnion(ST_CollectionExtract(ST_GeomFromWKB($1, 4326), 3)), 'NDR')"
	uniteAll      = "SELECT ST_AsBinary(ST_UnaryUnion(ST_GeomFromWKB($1, 4326)), 'NDR')"
)

// dissolve makes one geometry of each dimension out of a collection. Its polygons may overlap, which those of one
// MultiPolygon may not, so they are united.
func (s *Store) dissolve(ctx context.Context, c orb.Collection, unite string) (orb.Geometry, error) {
	parts := shape.Flatten(c)
	if unite == uniteAll {
		return s.united(ctx, c, unite)
	}
	for i, part := range parts {
		if polygons, ok := part.(orb.MultiPolygon); !ok || len(polygons) < 2 {
			continue
		}
		united, err := s.united(ctx, c, unite)
		if err != nil {
			return nil, err
		}
		parts[i] = united
	}
	return orb.Collection(parts), nil
}

func (s *Store) united(ctx context.Context, c orb.Collection, unite string) (orb.Geometry, error) {
	var encoded []byte
	if err := s.pool.QueryRow(ctx, unite, shape.AppendWKB(nil, c)).Scan(&encoded); err != nil {
		return nil, fail(err)
	}
	united, err := wkb.Unmarshal(encoded)
	if err != nil {
		return nil, fail(err)
	}
	return united, nil
}

// geometryOf reads the geometry of a named feature.
func (s *Store) geometryOf(ctx context.Context, ref geo.Ref, path string) (orb.Geometry, error) {
	var encoded []byte
	b := newBuilder(ctx)
	b.add("SELECT ST_AsBinary(t.geom, 'NDR') FROM ", b.table(ref.Layer), " AS t WHERE t.code = ", b.bind(ref.Code))
	err := s.pool.QueryRow(ctx, b.String(), b.args...).Scan(&encoded)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, &geo.Error{Code: geo.NotFound, Path: path, Message: fmt.Sprintf("there is no %s with the code %q", ref.Layer.Singular, ref.Code)}
	}
	if err != nil {
		return nil, fail(err)
	}
	g, err := wkb.Unmarshal(encoded)
	if err != nil {
		return nil, fail(err)
	}
	return g, nil
}

const validityStatement = `
SELECT (d).valid, coalesce((d).reason, ''), coalesce(ST_X((d).location), 0), coalesce(ST_Y((d).location), 0)
FROM ST_IsValidDetail(ST_GeomFromWKB($1, 4326)) AS d`

// checkValid refuses an operand that is no valid geometry. Points and lines always are.
func (s *Store) checkValid(ctx context.Context, o geo.Operand) error {
	if o.Geometry.Dimensions() < 2 {
		return nil
	}
	var valid bool
	var reason string
	var place orb.Point
	err := s.pool.QueryRow(ctx, validityStatement, shape.AppendWKB(nil, o.Geometry)).Scan(&valid, &reason, &place[0], &place[1])
	if err != nil {
		return fail(err)
	}
	if !valid {
		return &geo.Error{Code: geo.BadInput, Path: o.Path, Place: &place, Message: fmt.Sprintf("the geometry is not valid: %s at longitude %.7f, latitude %.7f", reason, place[0], place[1])}
	}
	return nil
}
