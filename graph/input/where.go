// Package input reads the arguments of queries into the domain's own terms. The schema has checked their shape; what
// it cannot check is checked here, each with the path to the argument.
package input

import (
	"fmt"
	"slices"

	"xiangtu/geo"
)

// most is how many values a list in a filter may have.
const most = 10000

// deepest is how deep and, or and not may nest.
const deepest = 20

// mostTests is how many tests a filter may have in all.
const mostTests = 1000

// Where reads the argument where of a layer into the filter tree, by the layer's description: a new field or layer
// needs no code here. It is nil if there is no argument.
func Where(layer *geo.Layer, where map[string]any) (geo.Filter, error) {
	if len(where) == 0 {
		return nil, nil
	}
	filter, err := parseWhere(layer, plain(where), "where", 0)
	if err != nil {
		return nil, err
	}
	if n := tests(filter); n > mostTests {
		return nil, geo.Invalid("where", "%d tests; %d at the most: use in for many values of one field", n, mostTests)
	}
	return filter, nil
}

// tests counts the tests of a filter.
func tests(filter geo.Filter) int {
	var parts []geo.Filter
	switch f := filter.(type) {
	case geo.And:
		parts = f
	case geo.Or:
		parts = f
	case geo.Not:
		parts = []geo.Filter{f.Filter}
	default:
		return 1
	}
	n := 0
	for _, part := range parts {
		n += tests(part)
	}
	return n
}

// parseWhere reads a where object: all of its members must hold.
func parseWhere(layer *geo.Layer, v any, path string, depth int) (geo.Filter, error) {
	if depth > deepest {
		return nil, geo.Invalid(path, "and, or and not nest deeper than %d", deepest)
	}
	return allOf(v, path, func(name string, value any, path string) (geo.Filter, error) {
		return parseMember(layer, name, value, path, depth)
	})
}

// allOf reads an object whose members must all hold; those that are null are as good as left out.
func allOf(v any, path string, parse func(name string, value any, path string) (geo.Filter, error)) (geo.Filter, error) {
	members, err := object(v, path)
	if err != nil {
		return nil, err
	}
	var all geo.And
	for _, name := range sortedKeys(members) {
		if members[name] == nil {
			continue
		}
		filter, err := parse(name, members[name], path+"."+name)
		if err != nil {
			return nil, err
		}
		all = append(all, filter)
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return all, nil
}

func parseMember(layer *geo.Layer, name string, value any, path string, depth int) (geo.Filter, error) {
	switch name {
	case "and", "or":
		var parts []geo.Filter
		for i, item := range list(value) {
			part, err := parseWhere(layer, item, fmt.Sprintf("%s[%d]", path, i), depth+1)
			if err != nil {
				return nil, err
			}
			parts = append(parts, part)
		}
		if name == "or" {
			return geo.Or(parts), nil
		}
		return geo.And(parts), nil
	case "not":
		part, err := parseWhere(layer, value, path, depth+1)
		return geo.Not{Filter: part}, err
	case "geometry":
		return parseSpatial(value, path)
	}
	field, ok := layer.Field(name)
	if !ok {
		return nil, geo.Invalid(path, "%s has no field %q; it has %s", layer.Name, name, layer.FieldNames())
	}
	return parseTests(field, value, path)
}

var comparisons = map[string]geo.CompareOp{
	"eq": geo.Equal, "lt": geo.Less, "lte": geo.LessOrEqual, "gt": geo.Greater, "gte": geo.GreaterOrEqual,
}

// parseTests reads the tests of one field: all of them must hold.
func parseTests(field geo.Field, v any, path string) (geo.Filter, error) {
	return allOf(v, path, func(name string, value any, path string) (geo.Filter, error) {
		return parseTest(field, name, value, path)
	})
}

func parseTest(field geo.Field, name string, value any, path string) (geo.Filter, error) {
	property := geo.Property(field.Name)
	switch name {
	case "in":
		items := list(value)
		if len(items) > most {
			return nil, geo.Invalid(path, "a list of %d values; %d at the most", len(items), most)
		}
		values := make([]any, len(items))
		for i, item := range items {
			scalar, err := scalarOf(field, item, fmt.Sprintf("%s[%d]", path, i))
			if err != nil {
				return nil, err
			}
			values[i] = scalar
		}
		return inFilter(property, values), nil
	case "isNull":
		if value == true {
			return geo.IsNull{Of: property}, nil
		}
		return geo.Not{Filter: geo.IsNull{Of: property}}, nil
	}
	scalar, err := scalarOf(field, value, path)
	if err != nil {
		return nil, err
	}
	if op, ok := comparisons[name]; ok {
		return geo.Compare{Op: op, Left: property, Right: geo.Literal{Value: scalar}}, nil
	}
	text, _ := scalar.(string)
	switch name {
	case "prefix":
		return geo.Prefix{Of: property, Text: text}, nil
	case "contains":
		return geo.Contains{Of: property, Text: text}, nil
	case "search":
		if field.Name != "name" {
			return nil, geo.Invalid(path, "only name can be searched; use contains")
		}
		return geo.Search{Text: text}, nil
	default:
		return nil, geo.Invalid(path, "%s has no test %q", field.Name, name)
	}
}

// inFilter is a filter that nothing passes where the list is empty.
func inFilter(property geo.Property, values []any) geo.Filter {
	if len(values) == 0 {
		return geo.Or{}
	}
	return geo.In{Of: property, Values: values}
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
