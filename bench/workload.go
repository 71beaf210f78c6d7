package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
)

// workload is one thing to ask contestants for.
type workload struct {
	name        string
	bar         float64 // the least ratio of Xiangtu to the limit
	connections []int
	entries     []entry // Xiangtu's, the limit's, then those of peers
	alike       alike
}

// entry is a contestant's part in a workload.
type entry struct {
	server   *process
	requests []request
	key      string // that the requests are made with; empty for none
	peer     bool
}

// alike tells that two answers say the same, or why not. It gives the rows and the vertices that were compared.
type alike func(ours, theirs []byte) (tally, error)

// Numbers of connections: of answers of some kilobytes, and of megabytes.
var (
	small = []int{1, 32}
	large = []int{1, 8}
)

// boxes is the number of different boxes that are asked for; their side in degrees makes answers of some 29 KB.
const (
	boxes   = 200
	boxSide = 0.006
)

// workloads gives those of issue 1, in its order.
func (g *ground) workloads(ctx context.Context) ([]workload, error) {
	codes, boxes, err := g.samples(ctx)
	if err != nil {
		return nil, err
	}
	var gets, grids []request
	for _, code := range codes {
		gets = append(gets, request{path: "/graphql/grid/" + code})
		grids = append(grids, graphQLWith("query G($code: String!) { grid(code: $code) { code name level workers } }", `{"code":"`+code+`"}`))
	}
	tiles := func(root string) []request {
		var requests []request
		for _, tile := range g.tiles {
			requests = append(requests, request{path: root + tile.path()})
		}
		return requests
	}
	one := func(r request) []request { return []request{r} }
	ours := func(requests []request) entry { return entry{server: g.xiangtu, requests: requests} }
	limit := func(requests []request) entry { return entry{server: g.limit, requests: requests} }
	all := []workload{
		{name: "one grid by code, GraphQL", bar: 0.5, connections: small, alike: sameBytes,
			entries: []entry{ours(grids), limit(gets)}},
		{name: "20 villages and their grids, GraphQL", bar: 0.5, connections: small, alike: sameBytes,
			entries: []entry{ours(one(graphQL("{ villages(first: 20) { nodes { name grids { nodes { code name } } } } }"))), limit(one(request{path: "/graphql/nested"}))}},
		{name: "100 villages with geometry, GraphQL", bar: 0.6, connections: small, alike: sameBytes,
			entries: []entry{ours(one(graphQL("{ villages(first: 100) { nodes { code name geometry } } }"))), limit(one(request{path: "/graphql/villages"}))}},
		{name: "3,013 grids with geometry, GraphQL", bar: 0.6, connections: large, alike: sameBytes,
			entries: []entry{ours(one(graphQL("{ grids(first: 10000) { nodes { code name geometry } } }"))), limit(one(request{path: "/graphql/grids"}))}},
		{name: "3,013 grids, /layers/grids.geojson", bar: 0.8, connections: large, alike: sameBytes,
			entries: []entry{ours(one(request{path: "/layers/grids.geojson"})), limit(one(request{path: "/layers/grids.geojson"}))}},
		{name: "grids in a small box, GeoJSON", bar: 0.7, connections: small, alike: sameBytes,
			entries: []entry{ours(boxes), limit(boxes)}},
		{name: "tiles z10–z14, cold", bar: 1.4, connections: small, alike: sameTile,
			entries: []entry{{server: g.xiangtuCold, requests: tiles("/tiles/grids")}, limit(tiles("/tiles"))}},
		{name: "tiles z10–z14, hot", bar: 0.9, connections: small, alike: sameBytes,
			entries: []entry{ours(tiles("/tiles/grids")), limit(tiles("/hot"))}},
	}
	for i := range all {
		all[i].entries = slices.Concat(all[i].entries, g.peers[all[i].name])
	}
	return all, nil
}

// samples gives the codes of all grids and boxes around some, shuffled the same way in every run.
func (g *ground) samples(ctx context.Context) (codes []string, around []request, err error) {
	const shuffled = `SELECT code, ST_X(label_point), ST_Y(label_point) FROM xiangtu.grids ORDER BY md5(code)`
	rows, err := g.database.Query(ctx, shuffled)
	if err != nil {
		return nil, nil, err
	}
	var code string
	var x, y float64
	_, err = pgx.ForEachRow(rows, []any{&code, &x, &y}, func() error {
		codes = append(codes, code)
		if len(around) < boxes {
			const half = boxSide / 2
			around = append(around, request{path: fmt.Sprintf("/layers/grids.geojson?bbox=%.6f,%.6f,%.6f,%.6f", x-half, y-half, x+half, y+half)})
		}
		return nil
	})
	return codes, around, err
}
