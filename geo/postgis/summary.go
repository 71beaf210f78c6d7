package postgis

import (
	"context"
	"strconv"

	"xiangtu/geo"
)

// Summarise gives figures over all that a query matches, whatever its window: one summary for each of its relatives'
// keys, or one for the whole layer. fields are the numeric fields to give statistics of, extent asks for the box.
func (s *Store) Summarise(ctx context.Context, q geo.Query, fields []string, extent bool) ([]geo.Summary, error) {
	groups, err := s.summarise(ctx, q, nil, fields, extent)
	if err != nil {
		return nil, err
	}
	summaries := make([]geo.Summary, len(groups))
	for i, g := range groups {
		summaries[i] = geo.Summary{Statistics: map[string]*geo.Statistics{}}
		for _, f := range fields {
			summaries[i].Statistics[f] = &geo.Statistics{}
		}
		if len(g) > 0 {
			summaries[i] = g[0]
		}
	}
	return summaries, nil
}

// SummariseBy gives the same by group, in the order of the groups' keys.
func (s *Store) SummariseBy(ctx context.Context, q geo.Query, by geo.Group, fields []string) ([][]geo.Summary, error) {
	return s.summarise(ctx, q, &by, fields, false)
}

// summarise gives the groups for each of the query's keys; without by there is one group or, over nothing, none.
func (s *Store) summarise(ctx context.Context, q geo.Query, by *geo.Group, fields []string, extent bool) ([][]geo.Summary, error) {
	q, err := s.Resolve(ctx, q)
	if err != nil {
		return nil, err
	}
	b := newBuilder(ctx)
	if err := b.summary(q, by, fields, extent); err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, b.String(), b.args...)
	if err != nil {
		return nil, b.fail(err)
	}
	defer rows.Close()
	groups := make([][]geo.Summary, 1)
	if q.Of != nil {
		groups = make([][]geo.Summary, len(q.Of.Keys))
	}
	for rows.Next() {
		number := 1
		summary := geo.Summary{Statistics: make(map[string]*geo.Statistics, len(fields))}
		targets := []any{&number, &summary.Key, &summary.Count}
		if extent {
			targets = append(targets, &summary.BBox)
		}
		for _, f := range fields {
			st := &geo.Statistics{}
			summary.Statistics[f] = st
			targets = append(targets, &st.Sum, &st.Min, &st.Max, &st.Avg)
		}
		if err := rows.Scan(targets...); err != nil {
			return nil, b.fail(err)
		}
		groups[number-1] = append(groups[number-1], summary)
	}
	if err := rows.Err(); err != nil {
		return nil, b.fail(err)
	}
	return groups, nil
}

// summary appends the statement of summarise: the key's number, the group, the count, the box, the statistics.
func (b *builder) summary(q geo.Query, by *geo.Group, fields []string, extent bool) error {
	number := "1"
	if q.Of != nil {
		number = "k.number"
	}
	group := "''"
	if by != nil {
		field, _ := q.Layer.Field(by.Field)
		group = "coalesce(t." + field.Column + "::text, '')"
		if by.Prefix > 0 {
			group = "left(" + group + ", " + strconv.Itoa(by.Prefix) + ")"
		}
	}
	b.add("SELECT ", number, ", ", group, ", count(*)")
	if extent {
		b.add(", CASE WHEN count(*) > 0 THEN ARRAY[min(t.bbox[1]), min(t.bbox[2]), max(t.bbox[3]), max(t.bbox[4])] END")
	}
	for _, name := range fields {
		field, ok := q.Layer.Field(name)
		if !ok || (field.Type != geo.Number && field.Type != geo.Integer) {
			return geo.Invalid("", "%s has no numeric field %q", q.Layer.Name, name)
		}
		column := "t." + field.Column
		b.add(", sum(", column, ")::float8, min(", column, ")::float8, max(", column, ")::float8, avg(", column, ")::float8")
	}
	if q.Of != nil {
		return b.summaryOfKin(q, group)
	}
	if err := b.source(q); err != nil {
		return err
	}
	if by != nil {
		b.add(" GROUP BY ", group, " ORDER BY 2")
	}
	return nil
}

// summaryOfKin appends the source and the grouping of a summary for each key.
func (b *builder) summaryOfKin(q geo.Query, group string) error {
	l := links[q.Of.Relation.Name]
	b.add(" FROM ")
	b.keys(q)
	b.add(" CROSS JOIN ", b.table(q.Layer), " AS t")
	b.joined(l)
	b.add(" WHERE ", l.where)
	if q.Filter != nil {
		b.add(" AND ")
		if err := b.where(q.Layer, q.Filter); err != nil {
			return err
		}
	}
	b.add(" GROUP BY k.number")
	if group != "''" {
		b.add(", ", group)
	}
	b.add(" ORDER BY 1, 2")
	return nil
}

// RollUps gives what the grids below each of the codes amount to, level by level: below a town's or a village's code
// all its grids, below a grid's code those in it, itself left out.
func (s *Store) RollUps(ctx context.Context, layer *geo.Layer, codes []string) ([][]geo.RollUp, error) {
	b := newBuilder(ctx)
	b.add(`SELECT k.number, g.level, count(*), coalesce(sum(g.workers), 0), sum(g.area_square_metres)
FROM unnest(`, b.bind(codes), `::text[]) WITH ORDINALITY AS k (key, number)
JOIN `, b.relation("grids"), ` AS g ON g.code >= k.key AND g.code < k.key || 'a' AND (`, b.bind(layer.Name != geo.Grids), ` OR g.code <> k.key)
GROUP BY k.number, g.level
ORDER BY k.number, g.level`)
	rows, err := s.pool.Query(ctx, b.String(), b.args...)
	if err != nil {
		return nil, fail(err)
	}
	defer rows.Close()
	all := make([][]geo.RollUp, len(codes))
	for rows.Next() {
		var number int
		var r geo.RollUp
		if err := rows.Scan(&number, &r.Level, &r.Grids, &r.Workers, &r.AreaSquareMetres); err != nil {
			return nil, fail(err)
		}
		all[number-1] = append(all[number-1], r)
	}
	if err := rows.Err(); err != nil {
		return nil, fail(err)
	}
	return all, nil
}
