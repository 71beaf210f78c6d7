package postgis

import (
	"strings"
	"time"

	"xiangtu/geo"
)

// where appends the condition of a filter on the features t of the layer.
func (b *builder) where(layer *geo.Layer, filter geo.Filter) error {
	switch f := filter.(type) {
	case nil:
		b.add("true")
		return nil
	case geo.And:
		return b.all(layer, f, " AND ", "true")
	case geo.Or:
		return b.all(layer, f, " OR ", "false")
	case geo.Not:
		return b.around("(", ") IS NOT TRUE", func() error { return b.where(layer, f.Filter) })
	case geo.Negation:
		return b.around("(NOT ", ")", func() error { return b.where(layer, f.Filter) })
	case geo.InBox:
		b.inBox(f.Box)
		return nil
	case geo.Spatial:
		return b.spatial(f)
	case geo.Within:
		b.within(f)
		return nil
	case geo.Temporal:
		return b.temporal(layer, f)
	case geo.Search:
		b.search(f.Text)
		return nil
	default:
		return b.scalar(layer, filter)
	}
}

// all appends filters with the word between them, or what stands for none.
func (b *builder) all(layer *geo.Layer, filters []geo.Filter, word, none string) error {
	if len(filters) == 0 {
		b.add(none)
		return nil
	}
	return b.around("(", ")", func() error {
		return b.join(len(filters), word, func(i int) error { return b.where(layer, filters[i]) })
	})
}

// within appends the test of a distance. The index finds what may be within it, by boxes in the plane.
func (b *builder) within(f geo.Within) {
	of, metres := b.geometry(f.Of.Geometry), b.bind(f.Metres)
	b.add("(t.geom && xiangtu.around(", of, ", ", metres, ") AND ST_DWithin(t.geom::geography, ", of, "::geography, ", metres, "))")
}

// scalar appends the filters that look at scalar fields.
func (b *builder) scalar(layer *geo.Layer, filter geo.Filter) error {
	switch f := filter.(type) {
	case geo.Compare:
		return b.operation(layer, f.Left, " "+string(f.Op)+" ", f.Right)
	case geo.Between:
		return b.between(layer, f)
	case geo.In:
		if err := b.expression(layer, f.Of); err != nil {
			return err
		}
		b.add(" = ANY (", b.bindValue(typedSlice(f.Values)), ")")
		return nil
	case geo.Like:
		return b.operation(layer, f.Of, " LIKE ", f.Pattern)
	case geo.Prefix:
		return b.prefix(layer, f)
	case geo.Contains:
		if err := b.expression(layer, f.Of); err != nil {
			return err
		}
		b.add(" ILIKE ", b.bind("%"+escapeLike(f.Text)+"%"))
		return nil
	case geo.IsNull:
		return b.around("", " IS NULL", func() error { return b.expression(layer, f.Of) })
	default:
		return &geo.Error{Code: geo.Internal, Message: "a filter that the store does not know"}
	}
}

// between compares with both ends, which the B-tree of a column answers. A bound that can be null makes the whole null,
// where SQL would find that a value below the other bound is not between them.
func (b *builder) between(layer *geo.Layer, f geo.Between) error {
	_, low := f.Low.(geo.Literal)
	_, high := f.High.(geo.Literal)
	known := low && high
	if !known {
		b.add("(CASE WHEN ")
		if err := b.operation(layer, f.Low, " IS NOT NULL AND ", f.High); err != nil {
			return err
		}
		b.add(" IS NOT NULL THEN ")
	}
	if err := b.expression(layer, f.Of); err != nil {
		return err
	}
	b.add(" BETWEEN ")
	if err := b.operation(layer, f.Low, " AND ", f.High); err != nil {
		return err
	}
	if !known {
		b.add(" END)")
	}
	return nil
}

// prefix compares a range, which the B-tree of a column in the collation "C" answers, also in a generic plan.
func (b *builder) prefix(layer *geo.Layer, f geo.Prefix) error {
	const last = "\U0010FFFF" // no text that begins with the prefix comes after the prefix and this
	return b.around("(", ")", func() error {
		if err := b.expression(layer, f.Of); err != nil {
			return err
		}
		b.add(" >= ", b.bind(f.Text), " AND ")
		if err := b.expression(layer, f.Of); err != nil {
			return err
		}
		b.add(" < ", b.bind(f.Text+last))
		return nil
	})
}

// The pinyin of a name in one word, and its initials.
const (
	pinyinWord     = `replace(t.pinyin, ' ', '')`
	pinyinInitials = `regexp_replace(t.pinyin, '(\S)\S*\s*', '\1', 'g')`
)

// search appends the test that a name is like a text in Chinese, in pinyin or by its initials.
func (b *builder) search(text string) {
	text = strings.ToLower(strings.TrimSpace(text))
	spaceless := escapeLike(strings.Join(strings.Fields(text), ""))
	b.add("(t.name ILIKE ", b.bind("%"+escapeLike(text)+"%"),
		" OR ", pinyinWord, " LIKE ", b.bind("%"+spaceless+"%"),
		" OR ", pinyinInitials, " LIKE ", b.bind(spaceless+"%"), ")")
}

// escapeLike makes a text stand for itself in a LIKE pattern.
func escapeLike(text string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(text)
}

// typedSlice gives the values as a slice of their type, which the driver can bind as an array.
func typedSlice(values []any) any {
	if len(values) == 0 {
		return []string{}
	}
	switch values[0].(type) {
	case bool:
		return convert[bool](values)
	case geo.Day:
		return convert[geo.Day](values)
	case int64:
		return convert[int64](values)
	case float64:
		return convert[float64](values)
	case time.Time:
		return convert[time.Time](values)
	default:
		return convert[string](values)
	}
}

func convert[T any](values []any) []T {
	typed := make([]T, 0, len(values))
	for _, v := range values {
		if t, ok := v.(T); ok {
			typed = append(typed, t)
		}
	}
	return typed
}
