package ogc

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// shownOperation is an operation in the page of the API definition.
type shownOperation struct {
	Path, Tag, Summary string
	Parameters         []shownParameter
}

// shownParameter is a parameter of an operation.
type shownParameter struct{ Name, Type, Description string }

// operationsOf lists the operations of a definition by their paths.
func operationsOf(document object) []shownOperation {
	paths, _ := document["paths"].(object)
	components, _ := document["components"].(map[string]map[string]any)
	var operations []shownOperation
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		item, _ := paths[path].(object)
		get, _ := item["get"].(object)
		o := shownOperation{Path: path}
		o.Summary, _ = get["summary"].(string)
		if tags, _ := get["tags"].([]string); len(tags) > 0 {
			o.Tag = tags[0]
		}
		parameters, _ := get["parameters"].([]any)
		for _, p := range parameters {
			described, _ := p.(object)
			if name, is := strings.CutPrefix(fmt.Sprint(described["$ref"]), "#/components/parameters/"); is {
				described, _ = components["parameters"][name].(object)
			}
			o.Parameters = append(o.Parameters, shownParameterOf(described))
		}
		operations = append(operations, o)
	}
	return operations
}

func shownParameterOf(p object) shownParameter {
	shown := shownParameter{}
	shown.Name, _ = p["name"].(string)
	shown.Description, _ = p["description"].(string)
	schema, _ := p["schema"].(object)
	shown.Type = fmt.Sprint(schema["type"])
	if values, _ := schema["enum"].([]string); values != nil {
		shown.Type = strings.Join(values, " | ")
	}
	if least, greatest := schema["minimum"], schema["maximum"]; least != nil && greatest != nil {
		shown.Type += fmt.Sprintf(" %v to %v", least, greatest)
	}
	if value := schema["default"]; value != nil {
		shown.Type += fmt.Sprintf(" (%v)", value)
	}
	return shown
}
