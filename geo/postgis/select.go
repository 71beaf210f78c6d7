package postgis

import (
	"strconv"

	"xiangtu/geo"
)

// source appends the tables that a query reads, and the condition on them: FROM … WHERE …, without the window. With
// relatives the keys are k, and what is related to each is t.
func (b *builder) source(q geo.Query) error {
	b.add(" FROM ", b.table(q.Layer), " AS t")
	if q.Of == nil {
		b.add(" WHERE ")
		return b.where(q.Layer, q.Filter)
	}
	l := links[q.Of.Relation.Name]
	b.joined(l)
	b.add(" WHERE ", l.where)
	if q.Filter == nil {
		return nil
	}
	b.add(" AND ")
	return b.where(q.Layer, q.Filter)
}

// keys appends the keys of a query's relatives as a table k of keys and their numbers, from 1.
func (b *builder) keys(q geo.Query) {
	b.add("unnest(", b.bind(q.Of.Keys), "::text[]) WITH ORDINALITY AS k (key, number)")
}

// windowed appends the source of a query, cut to its window and in its order.
func (b *builder) windowed(q geo.Query, terms []term) error {
	if err := b.source(q); err != nil {
		return err
	}
	if q.Window.After != nil {
		b.add(" AND ")
		if err := b.beyond(terms, *q.Window.After, false); err != nil {
			return err
		}
	}
	if q.Window.Before != nil {
		b.add(" AND ")
		if err := b.beyond(terms, *q.Window.Before, true); err != nil {
			return err
		}
	}
	if !b.asStored {
		b.orderBy(terms, q.Window.Backward)
	}
	switch {
	case q.Window.Limit > 0:
		b.add(" LIMIT ", b.bind(q.Window.Limit+1)) // one more tells whether there is more
	case q.Of != nil:
		b.add(" LIMIT ALL OFFSET 0") // keeps the subquery, and with it the order, from being merged into the join
	}
	return nil
}

// selection appends the statement that answers the given columns of t for a query. Before them comes the number of the
// key, if there are relatives; after them come the terms of the order but the code, where withTerms asks for them.
func (b *builder) selection(q geo.Query, columns []string, withTerms bool) ([]term, error) {
	terms, err := b.terms(q)
	if err != nil {
		return nil, err
	}
	if q.Of == nil {
		b.add("SELECT ")
		b.columns(columns, terms, withTerms)
		return terms, b.windowed(q, terms)
	}
	b.add("SELECT k.number, x.* FROM ")
	b.keys(q)
	b.add(" CROSS JOIN LATERAL (SELECT ")
	b.columns(columns, terms, withTerms)
	if err := b.windowed(q, terms); err != nil {
		return nil, err
	}
	// The rows of a key keep the order of the subquery: one with a LIMIT can only be joined by a loop over the keys,
	// and those come in the order of their numbers. To name the terms again here would sort once more for nothing.
	b.add(") AS x ORDER BY k.number")
	return terms, nil
}

// columns appends the columns of a selection.
func (b *builder) columns(columns []string, terms []term, withTerms bool) {
	for i, column := range columns {
		if i > 0 {
			b.add(", ")
		}
		b.add(column)
	}
	if withTerms {
		for i, t := range terms[:len(terms)-1] {
			b.add(", ", t.expression, " AS p", strconv.Itoa(i))
		}
	}
}
