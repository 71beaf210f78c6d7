package graph_test

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/graph"
	"xiangtu/graph/transport"
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

// A page that is larger than an answer may be is refused without being written to its end.
func TestOnePassStopsAtTheLimit(t *testing.T) {
	c := newClient(t)
	handler := graph.New(graph.Config{Store: postgis.New(c.pool), Transport: transport.Config{MaxComplexity: 1 << 30, MaxResponseBytes: 1 << 20}})
	ask := func(query string) (code any, allocated uint64) {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		code = at((&client{handler: handler}).ask(t, query, nil), "errors", 0, "extensions", "code")
		runtime.ReadMemStats(&after)
		return code, after.TotalAlloc - before.TotalAlloc
	}
	page := func(geometries int) string {
		var fields strings.Builder
		for i := range geometries {
			fmt.Fprintf(&fields, " g%d: geometry(precision: 15)", i)
		}
		return "{ grids(first: 3013) { nodes {" + fields.String() + " } } }"
	}
	code, once := ask(page(1))
	if code != "RESPONSE_TOO_LARGE" {
		t.Errorf("one geometry: %v", code)
	}
	code, often := ask(page(50))
	if code != "RESPONSE_TOO_LARGE" || often > once+(8<<20) {
		t.Errorf("fifty geometries: %v, %d bytes allocated, and %d for one", code, often, once)
	}
}

// Lists under a parent, too, are in one pass what they are field by field, whatever their length and name.
func TestOnePassWritesListsUnderAParent(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	for _, lists := range []string{
		`grids { nodes { code level } }`,
		`few: grids(first: 2) { all: nodes { code workers geometry(precision: 2) } }`,
		`last: grids(last: 1) { nodes { code } } grids(first: 1) { nodes { code } }`,
		`grids(first: 2, where: {level: {eq: 3}}) { nodes { code } }`,
		`grids(first: 1) { nodes { code village { name } } }`,
		`grids(first: 1) { totalCount nodes { code } }`,
	} {
		data := c.data(t, fmt.Sprintf(`{ list: villages(first: 20) { nodes { name %s kind } edges { node { name %s kind } } } }`, lists, lists), nil)
		nodes, _ := at(data, "list", "nodes").([]any)
		if len(nodes) != 20 {
			t.Fatalf("%s: %d villages", lists, len(nodes))
		}
		for i, node := range nodes {
			if plain := at(data, "list", "edges", i, "node"); !reflect.DeepEqual(node, plain) {
				t.Errorf("%s, %d:\nin one pass %v\nby fields   %v", lists, i, node, plain)
			}
		}
	}
	refused := c.ask(t, `{ villages(first: 2) { nodes { name grids(first: 20000) { nodes { code } } } } }`, nil)
	if code := at(refused, "errors", 0, "extensions", "code"); code != "COMPLEXITY_LIMIT_EXCEEDED" && code != "BAD_USER_INPUT" {
		t.Errorf("a list that is too long: %v", refused)
	}
}
