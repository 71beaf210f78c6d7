package graph_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"xiangtu/geo"
	"xiangtu/graph"
)

// Every type, field, argument and enum value says what it is.
func TestEverythingIsDocumented(t *testing.T) {
	t.Parallel()
	for _, definition := range graph.NewSchema(&graph.Resolver{}).Schema().Types {
		if definition.BuiltIn || strings.HasPrefix(definition.Name, "__") {
			continue
		}
		told(t, definition.Name, definition.Description)
		for _, field := range definition.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			told(t, definition.Name+"."+field.Name, field.Description)
			for _, argument := range field.Arguments {
				told(t, definition.Name+"."+field.Name+"("+argument.Name+")", argument.Description)
			}
		}
		for _, value := range definition.EnumValues {
			told(t, definition.Name+"."+value.Name, value.Description)
		}
	}
}

func told(t *testing.T, name, description string) {
	t.Helper()
	if strings.TrimSpace(description) == "" {
		t.Errorf("%s has no description", name)
	}
}

// The schema has of every layer in the registry all that a layer has; a layer that is added by half fails by name.
func TestEveryLayerIsInTheSchema(t *testing.T) {
	t.Parallel()
	schema := graph.NewSchema(&graph.Resolver{}).Schema()
	for _, layer := range geo.Layers() {
		name := strings.ToUpper(layer.Singular[:1]) + layer.Singular[1:]
		if schema.Types["LayerName"].EnumValues.ForName(strings.ToUpper(string(layer.Name))) == nil {
			t.Errorf("LayerName has no %s", layer.Name)
		}
		for _, query := range []string{layer.Singular, string(layer.Name)} {
			if schema.Query.Fields.ForName(query) == nil {
				t.Errorf("Query has no %s", query)
			}
		}
		for _, field := range layer.Fields {
			has(t, schema, name, field.Name)
			has(t, schema, name+"Where", field.Name, "provenance", "pinyin")
			if order := enumName(field.Name); schema.Types[name+"OrderField"].EnumValues.ForName(order) == nil && !field.Nullable && field.Name != "countyCode" {
				t.Errorf("%sOrderField has no %s", name, order)
			}
		}
		for _, group := range layer.GroupBy {
			if schema.Types[name+"GroupField"].EnumValues.ForName(enumName(group.Name)) == nil {
				t.Errorf("%sGroupField has no %s", name, enumName(group.Name))
			}
		}
	}
}

// has checks that a type has a field, unless it is one of the exceptions.
func has(t *testing.T, schema *ast.Schema, name, field string, except ...string) {
	t.Helper()
	if slices.Contains(except, field) {
		return
	}
	definition := schema.Types[name]
	if definition == nil {
		t.Errorf("there is no type %s", name)
		return
	}
	if definition.Fields.ForName(field) == nil {
		t.Errorf("%s has no field %s", name, field)
	}
}

// enumName is townCode as TOWN_CODE.
func enumName(field string) string {
	var name strings.Builder
	for _, r := range field {
		if r >= 'A' && r <= 'Z' {
			name.WriteByte('_')
		}
		name.WriteRune(r)
	}
	return strings.ToUpper(name.String())
}
