package ogc

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// shownOperation is an operation in the page of the API definition.
type shownOperation struct {
	Method, Path, Summary string
	Parameters            []shownParameter
}

// shownParameter is a parameter of an operation.
type shownParameter struct{ Name, Type, Description string }

// readParameter is a parameter as a client of the definition reads it.
type readParameter struct {
	Ref               string `json:"$ref"`
	Name, Description string
	Schema            struct {
		Type             string
		Enum             []any
		Minimum, Maximum any
		Default          any
	}
}

// operationsOf lists the operations of a definition by their paths.
func operationsOf(document object) ([]shownOperation, error) {
	text, err := marshal(document)
	if err != nil {
		return nil, err
	}
	var read struct {
		Paths map[string]map[string]struct { // by path and method
			Summary    string
			Parameters []readParameter
		}
		Components struct{ Parameters map[string]readParameter }
	}
	if err := json.Unmarshal(text, &read); err != nil {
		return nil, fmt.Errorf("read the definition: %w", err)
	}
	var operations []shownOperation
	for _, path := range slices.Sorted(maps.Keys(read.Paths)) {
		for _, method := range []string{"get", "post", "put", "patch", "delete"} {
			found, ok := read.Paths[path][method]
			if !ok {
				continue
			}
			o := shownOperation{Method: strings.ToUpper(method), Path: path, Summary: found.Summary}
			for _, p := range found.Parameters {
				if name, is := strings.CutPrefix(p.Ref, "#/components/parameters/"); is {
					p = read.Components.Parameters[name]
				}
				o.Parameters = append(o.Parameters, shownParameter{p.Name, p.shownType(), p.Description})
			}
			operations = append(operations, o)
		}
	}
	return operations, nil
}

// shownType writes the type of a parameter: its values, or its kind with its bounds, then the default.
func (p readParameter) shownType() string {
	shown := p.Schema.Type
	if len(p.Schema.Enum) > 0 {
		values := make([]string, len(p.Schema.Enum))
		for i, v := range p.Schema.Enum {
			values[i] = fmt.Sprint(v)
		}
		shown = strings.Join(values, " | ")
	}
	if p.Schema.Minimum != nil && p.Schema.Maximum != nil {
		shown += fmt.Sprintf(" %v to %v", p.Schema.Minimum, p.Schema.Maximum)
	}
	if p.Schema.Default != nil {
		shown += fmt.Sprintf(" (%v)", p.Schema.Default)
	}
	return shown
}
