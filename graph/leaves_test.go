package graph_test

import (
	"fmt"
	"reflect"
	"testing"

	"xiangtu/geo"
)

// What is written in one pass (nodes) is what gqlgen writes field by field (edges), for every layer and every plain field.
func TestOnePassWritesWhatFieldsWouldBe(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	for _, layer := range geo.Layers() {
		fields := `__typename id layer alias: code geometry gcj: geometry(crs: GCJ02, precision: 3) labelPoint(crs: BD09)`
		for _, f := range layer.Fields {
			fields += " " + f.Name
		}
		data := c.data(t, fmt.Sprintf(`query($p: Int = 2) { list: %s(first: 30) { nodes { %s v: geometry(precision: $p) } edges { node { %s v: geometry(precision: $p) } } } }`, layer.Name, fields, fields), nil)
		nodes, _ := at(data, "list", "nodes").([]any)
		if len(nodes) == 0 {
			t.Fatalf("%s: no features", layer.Name)
		}
		for i, node := range nodes {
			if plain := at(data, "list", "edges", i, "node"); !reflect.DeepEqual(node, plain) {
				t.Errorf("%s %d:\nin one pass %v\nby fields   %v", layer.Name, i, node, plain)
			}
		}
	}
}

// Fragments and directives choose fields in one pass as they do elsewhere.
func TestOnePassKnowsFragmentsAndDirectives(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	data := c.data(t, `
query($no: Boolean = false) {
  stations(first: 1) { nodes { ...common ... on Feature { name } code @include(if: $no) pinyin @skip(if: $no) ... on Station { villageCode } } }
}
fragment common on Feature { __typename }`, nil)
	want := map[string]any{"__typename": "Station", "name": "第一基层党建指导站（演示）", "pinyin": "di yi ji ceng dang jian zhi dao zhan yan shi", "villageCode": "445203001002"}
	if got := at(data, "stations", "nodes", 0); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A page of plain values really is written in one pass: gqlgen's way makes some fifty allocations a feature.
func TestPlainPagesTakeTheOnePass(t *testing.T) { //nolint:paralleltest // it counts the allocations of the process
	c := newClient(t)
	const query = `{ grids(first: 3013) { nodes { code name level } } }`
	c.data(t, query, nil)
	allocations := testing.AllocsPerRun(1, func() { c.post(t, query, nil) })
	if perFeature := allocations / 3013; perFeature > 15 {
		t.Errorf("%.0f allocations a feature", perFeature)
	}
}
