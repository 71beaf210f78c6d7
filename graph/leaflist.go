package graph

import (
	"context"
	"math"

	"github.com/99designs/gqlgen/graphql"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
)

// listColumn gives the column of a list of relatives of which nothing but plain values of its nodes is selected, for
// the features of one's cohort; ok is false for anything else, and where something is wrong: gqlgen's way tells where.
func (r *Resolver) listColumn(ctx context.Context, f graphql.CollectedField, one geo.Feature) (column leafColumn, ok bool) {
	relation := geo.RelationNamed(string(one.Layer()) + "." + f.Name)
	operation := graphql.GetOperationContext(ctx)
	nodes := graphql.CollectFields(operation, f.Selections, nil)
	if relation == nil || len(nodes) != 1 || nodes[0].Name != "nodes" || len(nodes[0].Deferrables) > 0 {
		return column, false
	}
	columns, ok := leafColumns(operation, nodes[0], relation.To, func(graphql.CollectedField) (leafColumn, bool) { return leafColumn{}, false })
	if !ok {
		return column, false
	}
	arguments, ok := lengthArguments(f.ArgumentMap(operation.Variables))
	if !ok {
		return column, false
	}
	field, err := graphql.GetFieldContext(ctx).Child(ctx, f)
	if err != nil {
		return column, false
	}
	related, err := r.relatedLists(graphql.WithFieldContext(ctx, field), one, relation, arguments)
	if err != nil {
		return column, false
	}
	pages, err := related.list.Pages(ctx)
	if err != nil {
		return column, false
	}
	page := func(of geo.Feature) leafPage {
		number, _ := related.number(of)
		return leafPage{columns, pages[number].Features}
	}
	opener := append(postgis.AppendString([]byte{'{'}, nodes[0].Alias), ':')
	return leafColumn{
		value: func(dst []byte, of geo.Feature) ([]byte, error) {
			// The page around it looks at the limit after each feature, so no more than one list goes beyond it.
			dst, err := page(of).append(append(dst, opener...), math.MaxInt)
			return append(dst, '}'), err
		},
		room: func(of geo.Feature) int { return page(of).size() },
	}, true
}

// lengthArguments reads the arguments of a list that has none but its length; ok is false if it has others, or it is
// not a number.
func lengthArguments(given map[string]any) (a listArguments, ok bool) {
	for name, value := range given {
		if value == nil {
			continue
		}
		n, err := graphql.UnmarshalInt(value)
		switch {
		case err != nil:
			return a, false
		case name == "first":
			a.first = &n
		case name == "last":
			a.last = &n
		default:
			return a, false
		}
	}
	return a, true
}
