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
