package model

import (
	"context"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/postgis"
	"xiangtu/geo/shape"
	"xiangtu/graph/scalar"
)

// Connection is one page of a list (Relay), and what a map wants beside it. Nothing of it is read before it is asked.
type Connection[T any] struct {
	list   *List
	number int // which of the list's parents it belongs to, from 0
}

// NewConnection gives the part of a list that belongs to the parent of that number; a list without parents has one, 0.
func NewConnection[T any](list *List, number int) *Connection[T] {
	return &Connection[T]{list: list, number: number}
}

// Edge is a feature in a list.
type Edge[T any] struct {
	Cursor scalar.Cursor
	Node   *T
}

// PageInfo says where a page lies in its list (Relay).
type PageInfo struct {
	HasNextPage, HasPreviousPage bool
	StartCursor, EndCursor       *scalar.Cursor
}

// Features gives the page, whatever the type of its features.
func (c *Connection[T]) Features(ctx context.Context) ([]geo.Feature, error) {
	slice, err := c.list.slice(ctx, c.number)
	return slice.Features, err
}

// Nodes gives the page.
func (c *Connection[T]) Nodes(ctx context.Context) ([]*T, error) {
	features, err := c.Features(ctx)
	if err != nil {
		return nil, err
	}
	return Typed[T](features), nil
}

// Typed gives features by their own type.
func Typed[T any](features []geo.Feature) []*T {
	typed := make([]*T, 0, len(features))
	for _, f := range features {
		if t, ok := any(f).(*T); ok {
			typed = append(typed, t)
		}
	}
	return typed
}

// Edges gives the page, each feature with its cursor.
func (c *Connection[T]) Edges(ctx context.Context) ([]*Edge[T], error) {
	slice, err := c.list.slice(ctx, c.number)
	if err != nil {
		return nil, err
	}
	edges := make([]*Edge[T], len(slice.Features))
	for i, node := range Typed[T](slice.Features) {
		edges[i] = &Edge[T]{Cursor: c.cursor(slice, i), Node: node}
	}
	return edges, nil
}

func (c *Connection[T]) cursor(slice geo.Slice, i int) scalar.Cursor {
	p := geo.Position{Code: slice.Features[i].Common().Code}
	if slice.Positions != nil {
		p = slice.Positions[i]
	}
	return scalar.NewCursor(c.list.order, p)
}

// PageInfo says where the page lies.
func (c *Connection[T]) PageInfo(ctx context.Context) (*PageInfo, error) {
	slice, err := c.list.slice(ctx, c.number)
	if err != nil {
		return nil, err
	}
	window := c.list.query.Window
	info := &PageInfo{HasNextPage: slice.More, HasPreviousPage: window.After != nil}
	if window.Backward {
		info.HasNextPage, info.HasPreviousPage = window.Before != nil, slice.More
	}
	if n := len(slice.Features); n > 0 {
		start, end := c.cursor(slice, 0), c.cursor(slice, n-1)
		info.StartCursor, info.EndCursor = &start, &end
	}
	return info, nil
}

// TotalCount says how many match on all pages.
func (c *Connection[T]) TotalCount(ctx context.Context) (int, error) {
	summary, err := c.list.summary(ctx, c.number)
	if err != nil {
		return 0, err
	}
	return summary.Count, nil
}

// BBox gives the box of all that match, nil over none.
func (c *Connection[T]) BBox(ctx context.Context, crs *crs.CRS) ([]float64, error) {
	summary, err := c.list.summary(ctx, c.number)
	if err != nil || summary.BBox == nil {
		return nil, err
	}
	return BoxIn(summary.BBox, crs), nil
}

// FeatureCollection gives the page as GeoJSON.
func (c *Connection[T]) FeatureCollection(ctx context.Context, simplify *float64, precision *int, crs *crs.CRS) (scalar.FeatureCollection, error) {
	options, err := Form(simplify, precision, crs)
	if err != nil {
		return nil, err
	}
	return c.list.collection(ctx, c.number, postgis.FeatureForm{Options: options, Simplify: simplify})
}

// Aggregate gives figures over all that match.
func (c *Connection[T]) Aggregate() *Aggregate[T] {
	return &Aggregate[T]{list: c.list, number: c.number}
}

// Form checks the arguments that say how coordinates are written.
func Form(simplify *float64, precision *int, system *crs.CRS) (shape.Options, error) {
	options := shape.Options{Precision: 7}
	if precision != nil {
		options.Precision = *precision
	}
	if options.Precision < 0 || options.Precision > shape.MaxPrecision {
		return options, geo.Invalid("precision", "%d is not within 0 and %d decimals", options.Precision, shape.MaxPrecision)
	}
	if simplify != nil && !(*simplify >= 0 && *simplify <= 1_000_000) {
		return options, geo.Invalid("simplify", "%v is not within 0 and 1,000,000 metres", *simplify)
	}
	if system != nil {
		options.CRS = *system
	}
	return options, nil
}

// BoxIn gives a box of WGS 84 in another reference system: the box of its corners there.
func BoxIn(box []float64, system *crs.CRS) []float64 {
	if system == nil || system.IsWGS84() || len(box) != 4 {
		return box
	}
	moved := geo.Box(box).Map(system.FromWGS84)
	return moved[:]
}
