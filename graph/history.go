package graph

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/graph/input"
	"xiangtu/graph/model"
)

// history answers the versions of a feature, by one statement.
func (r *Resolver) history(ctx context.Context, name geo.LayerName, code string, first *int, before *int64) ([]*model.FeatureVersion, error) {
	limit, err := limited(first, 20, 100)
	if err != nil {
		return nil, err
	}
	form := postgis.HistoryForm{Limit: limit, Differences: selects(ctx, "difference")}
	if before != nil {
		if *before < 1 {
			return nil, geo.Invalid("before", "%d is no revision", *before)
		}
		form.Before = *before
	}
	layer := input.LayersNamed([]geo.LayerName{name})[0]
	versions, _, err := r.Store.History(ctx, layer, code, form)
	return model.NewFeatureVersions(versions), err
}

// changes answers the changes that an admin looks for.
func (r *Resolver) changes(ctx context.Context, layers []geo.LayerName, actor, surface *string, since, before *time.Time, first *int) ([]*model.Change, error) {
	limit, err := limited(first, 50, 1000)
	if err != nil {
		return nil, err
	}
	found, err := r.Store.Changes(ctx, postgis.Audit{Layers: layers, Actor: actor, Surface: surface, Since: since, Before: before, Limit: limit})
	return model.NewChanges(r.Store, found), err
}

// selects tells whether the current field's selection has a field.
func selects(ctx context.Context, name string) bool {
	for _, f := range graphql.CollectFields(graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx).Field.Selections, nil) {
		if f.Name == name {
			return true
		}
	}
	return false
}
