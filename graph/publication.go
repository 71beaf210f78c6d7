package graph

import (
	"context"
	"strings"
	"time"

	"xiangtu/geo"
	"xiangtu/graph/input"
	"xiangtu/graph/model"
)

// signedTiles answers URLs of tiles with a signature.
func (r *Resolver) signedTiles(ctx context.Context, names []geo.LayerName, seconds *int) (*model.SignedTiles, error) {
	lifetime := 900
	if seconds != nil {
		lifetime = *seconds
	}
	const longest = 86_400
	if lifetime < 1 || lifetime > longest {
		return nil, geo.Invalid("expiresIn", "%d is not within 1 and %d seconds", lifetime, longest)
	}
	if len(names) == 0 {
		return nil, geo.Invalid("layers", "no layer is named; name one or more")
	}
	query, expires, err := r.Sign(ctx, names, time.Duration(lifetime)*time.Second)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, layer := range input.LayersNamed(names) {
		paths = append(paths, string(layer.Name))
	}
	base := r.BaseURL(ctx) + "/tiles/" + strings.Join(paths, ",")
	return &model.SignedTiles{TileURL: base + "/{z}/{x}/{y}.mvt?" + query, TileJSONURL: base + ".json?" + query, ExpiresAt: expires}, nil
}

// publishLayer publishes a layer, or ends that, and answers the layer as it is then.
func (r *Resolver) publishLayer(ctx context.Context, name geo.LayerName, published bool) (*model.Layer, error) {
	actor := geo.ActorOf(ctx)
	if err := actor.Require(geo.Admin, "to publish a layer"); err != nil {
		return nil, err
	}
	if actor.Scope != "" {
		return nil, &geo.Error{Code: geo.Forbidden, Message: "to publish a layer needs an admin of the whole map, and your key is of " + actor.Scope}
	}
	layer := input.LayersNamed([]geo.LayerName{name})[0]
	if err := r.Store.Publish(ctx, layer, published); err != nil {
		return nil, err
	}
	states, err := r.Store.LayerStates(ctx)
	if err != nil {
		return nil, err
	}
	return layerOf(layer, states[name], r.BaseURL(ctx)), nil
}
