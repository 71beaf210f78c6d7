package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"xiangtu/geo"
	"xiangtu/graph/model"
)

// typeName is the name of the GraphQL type of a layer's features: Village.
func typeName(layer *geo.Layer) string {
	return string(layer.Singular[0]-'a'+'A') + layer.Singular[1:]
}

// selected gives the parts of a feature of the layer that the current field's selection needs.
func selected(ctx context.Context, layer *geo.Layer) geo.FieldSet {
	operation := graphql.GetOperationContext(ctx)
	return fieldsIn(operation, graphql.GetFieldContext(ctx).Field.Selections, layer)
}

// selectedUnder does the same for the features in a member of what the current field answers.
func selectedUnder(ctx context.Context, layer *geo.Layer, member string) geo.FieldSet {
	return fieldsUnder(graphql.GetOperationContext(ctx), graphql.GetFieldContext(ctx).Field.Selections, layer, member)
}

func fieldsUnder(operation *graphql.OperationContext, selections ast.SelectionSet, layer *geo.Layer, member string) geo.FieldSet {
	var set geo.FieldSet
	for _, f := range graphql.CollectFields(operation, selections, nil) {
		if f.Name == member {
			set |= fieldsIn(operation, f.Selections, layer)
		}
	}
	return set
}

func fieldsIn(operation *graphql.OperationContext, selections ast.SelectionSet, layer *geo.Layer) geo.FieldSet {
	var set geo.FieldSet
	for _, f := range graphql.CollectFields(operation, selections, []string{typeName(layer), "Feature", "Node"}) {
		if f.Name == "geometry" && simplifies(operation, f) {
			continue // a geometry of its own, read apart
		}
		set |= layer.Set(f.Name)
	}
	return set
}

// simplifies says whether a field geometry asks for a simplified one.
func simplifies(operation *graphql.OperationContext, f graphql.CollectedField) bool {
	return f.ArgumentMap(operation.Variables)["simplify"] != nil
}

// selectedOfList gives what a connection's selection needs: the parts of its features, and the figures.
func selectedOfList(ctx context.Context, layer *geo.Layer) (geo.FieldSet, model.Wants) {
	operation := graphql.GetOperationContext(ctx)
	var set geo.FieldSet
	var wants model.Wants
	for _, f := range graphql.CollectFields(operation, graphql.GetFieldContext(ctx).Field.Selections, nil) {
		switch f.Name {
		case "nodes":
			set |= fieldsIn(operation, f.Selections, layer)
		case "edges":
			for _, inner := range graphql.CollectFields(operation, f.Selections, nil) {
				if inner.Name == "node" {
					set |= fieldsIn(operation, inner.Selections, layer)
				}
			}
		case "bbox":
			wants.Extent = true
		case "aggregate":
			wants.Statistics = numericFields(layer)
		}
	}
	return set, wants
}

// numericFields are the fields that the aggregates of a layer have statistics of.
func numericFields(layer *geo.Layer) []string {
	var names []string
	for _, f := range layer.Fields {
		if f.Type == geo.Number || f.Name == "workers" {
			names = append(names, f.Name)
		}
	}
	return names
}
