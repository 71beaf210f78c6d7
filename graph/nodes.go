package graph

import (
	"context"

	"xiangtu/geo"
	"xiangtu/graph/model"
)

// mostNodes is how many identifiers one call of nodes takes.
const mostNodes = 100

// nodesOf answers the features with these identifiers in their order, by one statement a layer; nil for those that
// name none.
func (r *Resolver) nodesOf(ctx context.Context, ids []string) ([]model.Node, error) {
	if len(ids) > mostNodes {
		return nil, geo.Invalid("ids", "%d identifiers; %d at the most", len(ids), mostNodes)
	}
	codes := make(map[*geo.Layer][]string)
	for _, id := range ids {
		if layer, code, ok := geo.ParseID(id); ok {
			codes[layer] = append(codes[layer], code)
		}
	}
	found := make(map[string]geo.Feature)
	for layer, codes := range codes {
		features, err := r.withCodes(ctx, layer, codes, selected(ctx, layer))
		if err != nil {
			return nil, err
		}
		for _, f := range features {
			found[f.ID()] = f
		}
	}
	nodes := make([]model.Node, len(ids))
	for i, id := range ids {
		if f, ok := found[id]; ok {
			nodes[i] = f
		}
	}
	return nodes, nil
}
