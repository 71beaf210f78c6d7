package postgis

import (
	"xiangtu/geo"
)

// term is one term of an order, as SQL.
type term struct {
	expression string // of t, l and bound values; never null
	descending bool
}

// terms gives the terms of a query's order: those asked for, else the natural ones of a relation, and the code last.
// A term that can be null orders as the empty text, so that each is comparable with a cursor.
func (b *builder) terms(q geo.Query) ([]term, error) {
	var terms []term
	for _, o := range q.Order {
		if o.DistanceFrom != nil {
			terms = append(terms, term{"ST_Distance(t.geom::geography, " + b.geometry(*o.DistanceFrom) + "::geography)", o.Descending})
			continue
		}
		field, ok := q.Layer.Field(o.Field)
		if !ok {
			return nil, geo.Invalid("orderBy", "%s has no field %q; it has %s", q.Layer.Name, o.Field, q.Layer.FieldNames())
		}
		expression := "t." + field.Column
		if field.Nullable {
			expression = "coalesce(" + expression + ", '')"
		}
		terms = append(terms, term{expression, o.Descending})
		if field.Name == "code" {
			return terms, nil
		}
	}
	if q.Of != nil && len(terms) == 0 {
		if natural := links[q.Of.Relation.Name].order; natural != "" {
			terms = append(terms, term{expression: natural})
		}
	}
	return append(terms, term{expression: "t.code"}), nil
}

// beyond appends the condition that a feature comes after a position in the order, or before it if backward: greater in
// the first term, or equal there and greater in the second, and so on.
func (b *builder) beyond(terms []term, p geo.Position, backward bool) error {
	values := append(append([]any{}, p.Values...), any(p.Code))
	if len(values) == len(terms)+1 { // the code is one of the ordered fields, and not repeated
		values = values[:len(terms)]
	}
	if len(values) != len(terms) {
		return &geo.Error{Code: geo.BadCursor, Message: "the cursor is of another list or another order: take cursors from the list that they are used in"}
	}
	placeholders := make([]string, len(values))
	for i, v := range values {
		placeholders[i] = b.bindValue(v)
	}
	b.add("(")
	for i := range terms {
		if i > 0 {
			b.add(" OR ")
		}
		b.add("(")
		for j := range i {
			b.add(terms[j].expression, " = ", placeholders[j], " AND ")
		}
		operator := " > "
		if terms[i].descending != backward {
			operator = " < "
		}
		b.add(terms[i].expression, operator, placeholders[i], ")")
	}
	b.add(")")
	return nil
}

// orderBy appends the terms as an ORDER BY clause, turned round if backward. With names it uses the columns that a
// subquery x gave them.
func (b *builder) orderBy(terms []term, backward bool) {
	b.add(" ORDER BY ")
	for i, t := range terms {
		if i > 0 {
			b.add(", ")
		}
		b.add(t.expression)
		if t.descending != backward {
			b.add(" DESC")
		}
	}
}
