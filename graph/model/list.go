// Package model holds the Go types that the schema's object types are bound to, where they are not the domain's own.
package model

import (
	"context"
	"strings"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/geo/shape"
)

// List is a query whose parts are answered when they are first asked for, each by one statement: the features, the
// figures over all of them, the groups, the GeoJSON. A list of relatives is one for all the parents together, and each
// parent's Connection looks at its own part.
type List struct {
	store *postgis.Store
	query geo.Query
	order string // what cursors must agree on
	wants Wants
	memo  geo.Memo
}

// Wants says what of a list is selected, so that no more is read.
type Wants struct {
	Extent     bool     // the box of all that match
	Statistics []string // the numeric fields to have statistics of
}

// NewList makes a list that answers a query. order is what its cursors must agree on.
func NewList(store *postgis.Store, query geo.Query, order string, wants Wants) *List {
	return &List{store: store, query: query, order: order, wants: wants}
}

// The keys of what a list remembers.
type (
	resolvedKey  struct{}
	slicesKey    struct{}
	summariesKey struct{}
	groupsKey    struct{ by string }
)

func (l *List) resolved(ctx context.Context) (geo.Query, error) {
	return geo.Once(&l.memo, resolvedKey{}, func() (geo.Query, error) { return l.store.Resolve(ctx, l.query) })
}

// slice gives the features of one key.
func (l *List) slice(ctx context.Context, number int) (geo.Slice, error) {
	slices, err := l.Pages(ctx)
	if err != nil {
		return geo.Slice{}, err
	}
	return slices[number], nil
}

// Pages gives the features of all keys.
func (l *List) Pages(ctx context.Context) ([]geo.Slice, error) {
	return geo.Once(&l.memo, slicesKey{}, func() ([]geo.Slice, error) {
		query, err := l.resolved(ctx)
		if err != nil {
			return nil, err
		}
		return l.store.Find(ctx, query)
	})
}

// summary gives the figures over all that match for one key.
func (l *List) summary(ctx context.Context, number int) (*geo.Summary, error) {
	summaries, err := geo.Once(&l.memo, summariesKey{}, func() ([]geo.Summary, error) {
		query, err := l.resolved(ctx)
		if err != nil {
			return nil, err
		}
		return l.store.Summarise(ctx, query, l.wants.Statistics, l.wants.Extent)
	})
	if err != nil {
		return nil, err
	}
	return &summaries[number], nil
}

// groups gives the figures by group for one key.
func (l *List) groups(ctx context.Context, number int, name string) ([]geo.Summary, error) {
	by, ok := l.query.Layer.Group(name)
	if !ok {
		return nil, geo.Invalid("field", "%s cannot be grouped by %s", l.query.Layer.Name, name)
	}
	groups, err := geo.Once(&l.memo, groupsKey{name}, func() ([][]geo.Summary, error) {
		query, err := l.resolved(ctx)
		if err != nil {
			return nil, err
		}
		return l.store.SummariseBy(ctx, query, by, l.wants.Statistics)
	})
	if err != nil {
		return nil, err
	}
	return groups[number], nil
}

// collectionKey is what a field of GraphQL can say of the form of a collection.
type collectionKey struct {
	options  shape.Options
	simplify float64 // 0 for none
}

// collection gives the page of one key as a GeoJSON FeatureCollection.
func (l *List) collection(ctx context.Context, number int, form postgis.FeatureForm) ([]byte, error) {
	key := collectionKey{options: form.Options}
	if form.Simplify != nil {
		key.simplify = *form.Simplify
	}
	collections, err := geo.Once(&l.memo, key, func() ([][]byte, error) { return l.collections(ctx, form) })
	if err != nil {
		return nil, err
	}
	return collections[number], nil
}

func (l *List) collections(ctx context.Context, form postgis.FeatureForm) ([][]byte, error) {
	query, err := l.resolved(ctx)
	if err != nil {
		return nil, err
	}
	collections := make([][]byte, 1)
	if query.Of != nil {
		collections = make([][]byte, len(query.Of.Keys))
	}
	const opener = `{"type":"FeatureCollection","features":[`
	for i := range collections {
		collections[i] = []byte(opener)
	}
	err = l.store.EachFeature(ctx, query, form, func(number int, feature []byte) error {
		if len(collections[number]) > len(opener) {
			collections[number] = append(collections[number], ',')
		}
		collections[number] = append(collections[number], feature...)
		return nil
	})
	for i := range collections {
		collections[i] = append(collections[i], "]}"...)
	}
	return collections, err
}

// OrderKey is what the cursors of an order must agree on.
func OrderKey(orders []geo.Order) string {
	var key strings.Builder
	for _, o := range orders {
		if o.Descending {
			key.WriteByte('-')
		}
		if o.DistanceFrom != nil {
			key.WriteString("distance")
		}
		key.WriteString(o.Field)
		key.WriteByte(';')
	}
	return key.String()
}
