package graph_test

import (
	"fmt"
	"strings"
	"testing"
)

// The number of SQL statements of an operation depends on what it selects, never on how many features that finds.
func TestStatementsDoNotDependOnTheNumberOfFeatures(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	for _, test := range []struct {
		name       string
		query      string // %d is the number of parents
		statements int
	}{
		{"a list", `{ villages(first: %d) { nodes { name } } }`, 1},
		{"a list and its figures", `{ villages(first: %d) { nodes { name } totalCount bbox aggregate { count areaSquareMetres { sum } } } }`, 2},
		{"figures alone", `{ villages(first: %d) { totalCount } }`, 1},
		{"GeoJSON alone", `{ villages(first: %d) { featureCollection } }`, 1},
		{"an ancestor", `{ villages(first: %d) { nodes { town { name } } } }`, 2},
		{"relations beside each other", `{ villages(first: %d) { nodes { town { name } belts { name } station { name } } } }`, 4},
		{"a list under a parent", `{ villages(first: %d) { nodes { grids(first: 3, where: {level: {gt: 1}}, orderBy: [{field: WORKERS}]) { nodes { code } totalCount } } } }`, 3},
		{"two levels of lists", `{ towns(first: %d) { nodes { villages(first: 5) { nodes { grids(first: 5) { nodes { code } } } } } } }`, 3},
		{"down and up again", `{ towns(first: %d) { nodes { villages { nodes { grids(first: 2) { nodes { village { town { stations { name } } } } } } } } } }`, 6},
		{"the tree of grids", `{ grids(first: %d, where: {level: {eq: 1}}) { nodes { children { children { parent { ancestors { code } } } } } } }`, 5},
		{"roll-ups", `{ villages(first: %d) { nodes { gridRollUps { level grids workers } } } }`, 2},
		{"simplified geometries", `{ villages(first: %d) { nodes { geometry(simplify: 50) } } }`, 2},
		{"a feature as operand", `{ villages(first: %d, where: {geometry: {intersects: {feature: {layer: BELTS, code: "JD-B1"}}}}) { nodes { name } totalCount } }`, 3},
		{"GeoJSON and groups under a parent", `{ towns(first: %d) { nodes { villages(first: 2) { featureCollection aggregate { groupBy(field: KIND) { key count } } } } } }`, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, parents := range []int{1, 2, 19} {
				c.tracer.take()
				c.data(t, fmt.Sprintf(test.query, parents), nil)
				seen := c.tracer.take()
				if len(seen) != test.statements {
					t.Errorf("%d parents: %d statements, want %d:\n%s", parents, len(seen), test.statements, strings.Join(seen, "\n"))
				}
			}
		})
	}
}

// What nobody selected is not read, above all no geometry.
func TestUnselectedColumnsAreNotRead(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	for _, test := range []struct{ query, absent string }{
		{`{ villages { nodes { name } } }`, "geom"},
		{`{ villages { nodes { name } } }`, "area_square_metres"},
		{`{ villages { edges { node { name town { name } } } totalCount } }`, "geom"},
		{`{ villages { nodes { grids { nodes { bbox } } } } }`, "geom"},
		{`{ village(code: "445203001001") { name bbox } }`, "geom"},
		{`{ at(longitude: 116.3957, latitude: 23.578) { name } }`, "ST_AsBinary"},
		{`{ nearest(longitude: 116.3957, latitude: 23.578, layer: GRIDS) { distanceMetres feature { name } } }`, "ST_AsBinary"},
		{`{ search(text: "曲溪") { feature { name } } }`, "ST_AsBinary"},
	} {
		c.tracer.take()
		c.data(t, test.query, nil)
		for _, statement := range c.tracer.take() {
			if strings.Contains(statement, test.absent) {
				t.Errorf("%s reads %s: %s", test.query, test.absent, statement)
			}
		}
	}
}

// Nor does the number of statements of a change depend on how many features it changes.
func TestStatementsDoNotDependOnTheNumberOfChanges(t *testing.T) {
	t.Parallel()
	c := newClient(t).as(editor)
	codes := at(c.data(t, `{ grids(first: 100) { nodes { code } } }`, nil), "grids", "nodes").([]any)
	for _, test := range []struct {
		name, mutation string
		input          func(i int, code any) map[string]any
		statements     int
	}{
		{"values", `mutation ($i: [GridInput!]!) { upsertGrids(inputs: $i) { revision grids { name } errors { message } } }`,
			func(i int, code any) map[string]any { return map[string]any{"code": code, "workers": i} }, 7},
		{"some of them new, with geometries and what they belong to", `mutation ($i: [GridInput!]!) { upsertGrids(inputs: $i) { grids { geometry village { name } } errors { message } } }`,
			func(i int, code any) map[string]any {
				if i%2 == 0 {
					return map[string]any{"code": code, "geometry": plotAt(116.3, 23.5)}
				}
				return map[string]any{"code": fmt.Sprintf("44520310420120%02d", i%100), "name": "新", "workers": 1, "geometry": plotAt(116.4, 23.5)}
			}, 10},
	} {
		if test.name != "values" {
			c.data(t, `mutation { upsertGrids(inputs: [{code: "44520310420120", name: "a", workers: 1, geometry: {geojson: {type: "Polygon", coordinates: [[[116,23],[116.1,23],[116.1,23.1],[116,23]]]}}}]) { revision } }`, nil)
		}
		for _, n := range []int{2, 20, 90} {
			inputs := make([]any, n)
			for i := range inputs {
				inputs[i] = test.input(n+i, at(codes, i, "code"))
			}
			c.tracer.take()
			data := c.data(t, test.mutation, map[string]any{"i": inputs})
			seen := c.tracer.take()
			if wrong := at(data, "upsertGrids", "errors").([]any); len(wrong) > 0 {
				t.Fatalf("%s: %v", test.name, wrong)
			}
			if len(seen) != test.statements {
				t.Errorf("%s, %d features: %d statements, want %d:\n%s", test.name, n, len(seen), test.statements, strings.Join(seen, "\n"))
			}
		}
	}
}
