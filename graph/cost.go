package graph

import (
	"context"
	"encoding/json"

	"github.com/99designs/gqlgen/graphql"
)

// The costs of fields, in scalars.
const (
	geometryCost = 5
	usualList    = 20 // what a list without a limit is taken to have

	saturated = 1 << 31 // beyond any limit
)

// geometries are the fields that answer a geometry a feature.
var geometries = map[string]bool{"geometry": true, "labelPoint": true, "corridor": true, "area": true}

// lists are the fields that answer a list without taking its length.
var lists = map[string]int{
	"layers": 5, "at": 10, "stations": usualList, "belts": usualList, "children": 10, "ancestors": 2, "towns": usualList,
	"villages": usualList, "gridRollUps": 3, "groupBy": 100, "fields": 10, "tiles": 100,
}

// costed is an executable schema that counts costs by what a field answers, not by the field alone: one for a scalar,
// five for a geometry, and as many times its content as a list may have features.
type costed struct{ graphql.ExecutableSchema }

// Complexity gives the cost of a field from that of what is selected in it.
func (c costed) Complexity(_ context.Context, typeName, field string, child int, args map[string]any) (int, bool) {
	switch {
	case len(typeName) > 1 && typeName[:2] == "__":
		return child + 1, true
	case geometries[field]:
		return geometryCost, true
	case field == "featureCollection":
		return 2 * geometryCost, true // a feature; the list around it multiplies
	}
	if n, ok := length(args); ok {
		return times(n, child), true
	}
	if c.isPage(typeName, field) {
		return times(defaultPage, child), true
	}
	if n, ok := lists[field]; ok && child > 0 {
		return times(n, child), true
	}
	return 1 + child, true
}

// isPage says whether a field answers a page of a list. Without first and last it has the default size; where is an
// argument of them all, and args has only those that were given.
func (c costed) isPage(typeName, field string) bool {
	object := c.Schema().Types[typeName]
	if object == nil || object == c.Schema().Subscription { // an event is about one feature
		return false
	}
	definition := object.Fields.ForName(field)
	return definition != nil && definition.Arguments.ForName("where") != nil
}

// times is the cost of a list of n of what costs child. It stops at the saturated cost, so that no product of lengths
// wraps round to a small one.
func times(n, child int) int {
	return min(1+min(n, saturated)*min(max(child, 1), saturated), saturated)
}

// length gives the number of features that a list's arguments allow.
func length(args map[string]any) (int, bool) {
	for _, name := range []string{"first", "last"} {
		switch n := args[name].(type) {
		case *int:
			if n != nil {
				return max(*n, 1), true
			}
		case int:
			return max(n, 1), true
		case int64:
			return max(int(n), 1), true
		case json.Number:
			if i, err := n.Int64(); err == nil {
				return max(int(i), 1), true
			}
		}
	}
	for _, name := range []string{"ids", "inputs"} {
		switch given := args[name].(type) {
		case []any:
			return max(len(given), 1), true
		case nil:
		default:
			return 1, true // GraphQL takes a single value for a list of one
		}
	}
	return 0, false
}
