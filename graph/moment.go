package graph

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"xiangtu/geo"
	"xiangtu/graph/input"
)

// asOf answers a query about another moment than now.
func (r *Resolver) asOf(ctx context.Context, _ any, next graphql.Resolver, at *time.Time, revision *int64, layer *geo.LayerName) (any, error) {
	moment, err := r.moment(ctx, at, revision, layer)
	if err != nil {
		return nil, err
	}
	return next(geo.WithMoment(ctx, moment))
}

func (r *Resolver) moment(ctx context.Context, at *time.Time, revision *int64, layer *geo.LayerName) (geo.Moment, error) {
	switch {
	case at != nil && revision == nil && layer == nil:
		return r.Store.MomentAt(ctx, *at)
	case at == nil && revision != nil && layer != nil:
		return r.Store.MomentOf(ctx, input.LayersNamed([]geo.LayerName{*layer})[0], *revision)
	default:
		return nil, geo.Invalid("asOf", "give either time, or revision and layer: a revision counts the changes of one layer")
	}
}
