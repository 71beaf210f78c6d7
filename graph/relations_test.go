package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"xiangtu/geo"
	"xiangtu/graph"
)

// Every field of every layer answers, relations too: one that names a relation which the domain does not have fails here.
func TestEveryFieldAnswers(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	schema := graph.NewSchema(&graph.Resolver{}).Schema()
	for _, layer := range geo.Layers() {
		definition := schema.Types[strings.ToUpper(layer.Singular[:1])+layer.Singular[1:]]
		for _, field := range definition.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			selection := field.Name
			if schema.Types[field.Type.Name()].Kind == ast.Object {
				selection += " { __typename }"
				if strings.HasSuffix(field.Type.Name(), "Connection") {
					selection = field.Name + " { totalCount nodes { code } }"
				}
			}
			c.data(t, fmt.Sprintf("{ %s(first: 3) { nodes { %s } } }", layer.Name, selection), nil)
		}
	}
}

// What a feature belongs to may be hidden from who sees the feature, or not be there any more: it is null then, and the rest
// of the answer stands.
func TestRelativesThatAreNotToBeSeen(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	const create = `mutation { createStation(input: {code: "W1", name: "新站", villageCode: "445203104203", townCodes: ["445203104"], geometry: {geojson: {type: "Point", coordinates: [116.4, 23.57]}}}%s) { action errors { message } station { name village { code } } } }`
	for _, test := range []struct {
		client    *client
		operation string
		want      string
	}{
		{c.as(editor), fmt.Sprintf(create, ", dryRun: true"), `{"data":{"createStation":{"action":"CREATED","errors":[],"station":{"name":"新站","village":null}}}}`},
		{c.as(editor), fmt.Sprintf(create, ""), `{"data":{"createStation":{"action":"CREATED","errors":[],"station":{"name":"新站","village":{"code":"445203104203"}}}}}`},
		{c.as(editor), `mutation { deleteStation(code: "W1") { action station { name village { code } } } }`, `{"data":{"deleteStation":{"action":"DELETED","station":{"name":"新站","village":null}}}}`},
		{c.as(geo.Actor{Name: "admin", Role: geo.Admin, Surface: geo.SurfaceGraphQL}), `mutation { publishLayer(layer: VILLAGES, published: false) { name } }`, `{"data":{"publishLayer":{"name":"VILLAGES"}}}`},
		{c, `{ station(code: "JD-S1") { code village { code } } }`, `{"data":{"station":{"code":"JD-S1","village":null}}}`},
		{c, `{ grids(first: 1) { nodes { level village { code } } } }`, `{"data":{"grids":{"nodes":[{"level":1,"village":null}]}}}`},
	} {
		if got := compact(test.client.ask(t, test.operation, nil)); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.operation, got, test.want)
		}
	}
}
