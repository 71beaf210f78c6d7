package postgis

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo"
)

// The columns of what is not scalar, as the driver reads them.
const (
	geometryColumn   = "ST_AsBinary(t.geom, 'NDR')"
	bboxColumn       = "t.bbox"
	labelPointColumn = "ST_AsBinary(t.label_point, 'NDR')"
)

// Find answers a query: one slice for each of its relatives' keys, or one for the whole layer. Only the asked parts of
// the features are read, and the code, always. The features of an answer are one cohort.
func (s *Store) Find(ctx context.Context, q geo.Query) ([]geo.Slice, error) {
	q, err := s.Resolve(ctx, q)
	if err != nil {
		return nil, err
	}
	q.Fields |= q.Layer.Set("code")
	withPositions := len(q.Order) > 0 || q.Of != nil && links[q.Of.Relation.Name].order != ""
	b := newBuilder(ctx)
	terms, err := b.selection(q, entityColumns(q.Layer, q.Fields), withPositions)
	if err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, b.String(), b.args...)
	if err != nil {
		return nil, b.fail(err)
	}
	defer rows.Close()
	r := entityReader{query: q, withPositions: withPositions, positions: len(terms) - 1, cohort: &geo.Cohort{}}
	r.slices = make([]geo.Slice, 1)
	if q.Of != nil {
		r.slices = make([]geo.Slice, len(q.Of.Keys))
	}
	for rows.Next() {
		if err := r.read(rows); err != nil {
			return nil, err
		}
	}
	if err := rows.Err(); err != nil {
		return nil, b.fail(err)
	}
	return r.finish(), nil
}

// entityColumns lists the columns of the asked parts, in the order that entityTargets has.
func entityColumns(layer *geo.Layer, fields geo.FieldSet) []string {
	var columns []string
	for i, f := range layer.Fields {
		if fields.Has(i) {
			columns = append(columns, "t."+f.Column)
		}
	}
	if fields&geo.WithGeometry != 0 {
		columns = append(columns, geometryColumn)
	}
	if fields&geo.WithBBox != 0 {
		columns = append(columns, bboxColumn)
	}
	if fields&geo.WithLabelPoint != 0 {
		columns = append(columns, labelPointColumn)
	}
	return columns
}

// entityTargets appends pointers to the asked parts of a feature, in the order of entityColumns.
func entityTargets(targets []any, layer *geo.Layer, fields geo.FieldSet, feature geo.Feature) []any {
	for i := range layer.Fields {
		if fields.Has(i) {
			targets = append(targets, layer.Fields[i].Of(feature))
		}
	}
	core := feature.Common()
	if fields&geo.WithGeometry != 0 {
		targets = append(targets, &core.Geometry)
	}
	if fields&geo.WithBBox != 0 {
		targets = append(targets, &core.Extent)
	}
	if fields&geo.WithLabelPoint != 0 {
		targets = append(targets, &core.LabelPoint)
	}
	return targets
}

// entityReader sorts the rows of a selection into slices.
type entityReader struct {
	query         geo.Query
	withPositions bool
	positions     int // how many values a position has
	cohort        *geo.Cohort
	slices        []geo.Slice
	targets       []any
}

func (r *entityReader) read(rows pgx.Rows) error {
	feature := r.query.Layer.New()
	r.targets = r.targets[:0]
	number := 1
	if r.query.Of != nil {
		r.targets = append(r.targets, &number)
	}
	r.targets = entityTargets(r.targets, r.query.Layer, r.query.Fields, feature)
	var position geo.Position
	if r.withPositions {
		position.Values = make([]any, r.positions)
		for i := range position.Values {
			r.targets = append(r.targets, &position.Values[i])
		}
	}
	if err := rows.Scan(r.targets...); err != nil {
		return fail(err)
	}
	slice := &r.slices[number-1]
	if limit := r.query.Window.Limit; limit > 0 && len(slice.Features) == limit {
		slice.More = true
		return nil
	}
	core := feature.Common()
	core.Cohort = r.cohort
	slice.Features = append(slice.Features, feature)
	if r.withPositions {
		position.Code = core.Code
		slice.Positions = append(slice.Positions, position)
	}
	return nil
}

// finish turns backward windows round and gathers the cohort.
func (r *entityReader) finish() []geo.Slice {
	total := 0
	for i := range r.slices {
		if r.query.Window.Backward {
			slices.Reverse(r.slices[i].Features)
			slices.Reverse(r.slices[i].Positions)
		}
		total += len(r.slices[i].Features)
	}
	r.cohort.Features = make([]geo.Feature, 0, total)
	for i := range r.slices {
		r.cohort.Features = append(r.cohort.Features, r.slices[i].Features...)
	}
	return r.slices
}
