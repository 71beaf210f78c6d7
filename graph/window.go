package graph

import (
	"time"

	"xiangtu/geo"
	"xiangtu/graph/input"
	"xiangtu/graph/model"
	"xiangtu/graph/scalar"
)

// The sizes of pages.
const (
	defaultPage = 100
	largestPage = 10000
)

// listArguments are the arguments that every list takes.
type listArguments struct {
	where         map[string]any
	orderBy       []map[string]any
	first, last   *int
	after, before *scalar.Cursor
}

// query reads the arguments of a list into a query, all but what to read of each feature.
func (a listArguments) query(layer *geo.Layer) (geo.Query, error) {
	q := geo.Query{Layer: layer}
	var err error
	if q.Filter, err = input.Where(layer, a.where); err != nil {
		return q, err
	}
	if q.Order, err = input.Orders(a.orderBy); err != nil {
		return q, err
	}
	if q.Window, err = a.window(layer, q.Order); err != nil {
		return q, err
	}
	return q, nil
}

func (a listArguments) window(layer *geo.Layer, order []geo.Order) (geo.Window, error) {
	w := geo.Window{Limit: defaultPage}
	if a.first != nil && a.last != nil {
		return w, geo.Invalid("last", "give first or last, not both")
	}
	var err error
	if a.first != nil {
		w.Limit, err = pageSize(*a.first, "first")
	}
	if a.last != nil {
		w.Backward = true
		w.Limit, err = pageSize(*a.last, "last")
	}
	if err != nil {
		return w, err
	}
	if w.After, err = position(a.after, layer, order, "after"); err != nil {
		return w, err
	}
	w.Before, err = position(a.before, layer, order, "before")
	return w, err
}

func pageSize(n int, path string) (int, error) {
	if n < 1 || n > largestPage {
		return 0, geo.Invalid(path, "%d is not within 1 and %d; for more, go on from endCursor", n, largestPage)
	}
	return n, nil
}

// position reads a cursor, whose values must be of the types of the order's terms.
func position(c *scalar.Cursor, layer *geo.Layer, order []geo.Order, path string) (*geo.Position, error) {
	if c == nil {
		return nil, nil
	}
	p, err := c.Position(model.OrderKey(order))
	if err != nil {
		return nil, err
	}
	for i, v := range p.Values {
		if i >= len(order) || !fits(v, order[i], layer) {
			return nil, &geo.Error{Code: geo.BadCursor, Path: path, Message: "the cursor is of another list: take cursors from the list that they are used in"}
		}
	}
	return p, nil
}

func fits(v any, o geo.Order, layer *geo.Layer) bool {
	kind := geo.Number
	if o.DistanceFrom == nil {
		field, _ := layer.Field(o.Field)
		kind = field.Type
	}
	switch v.(type) {
	case string:
		return kind == geo.Text
	case int64:
		return kind == geo.Integer
	case float64:
		return kind == geo.Number
	case time.Time:
		return kind == geo.Time
	default:
		return false
	}
}
