package graph_test

import (
	"strings"
	"testing"
)

// lineAt is a LineString, as a variable.
func lineAt(positions ...float64) map[string]any {
	var coordinates []any
	for i := 0; i+1 < len(positions); i += 2 {
		coordinates = append(coordinates, []any{positions[i], positions[i+1]})
	}
	return map[string]any{"geojson": map[string]any{"type": "LineString", "coordinates": coordinates}}
}

// middle is a line from west to east through the middle of a grid.
func (c *client) middle(t testing.TB, code string) map[string]any {
	t.Helper()
	box := at(c.data(t, `query ($c: String!) { grid(code: $c) { bbox } }`, map[string]any{"c": code}), "grid", "bbox").([]any)
	side := func(i int) float64 { return box[i].(float64) }
	y := (side(1) + side(3)) / 2
	return lineAt(side(0)-0.001, y, side(2)+0.001, y)
}

// What a change of grids answers is what the store did, in the transaction of its operation, and what is wrong is data.
func TestRegridding(t *testing.T) {
	t.Parallel()
	c := newClient(t).as(editor)
	const grid, sibling, cousin = "4452031042010101", "4452031042010102", "4452031042010201"
	variables := map[string]any{"line": c.middle(t, grid)}
	const answer = `{ actions descents { oldCode newCode kind } revision errors { code path message } }`
	const split = `{"actions":["DELETED","CREATED","CREATED","UPDATED","UPDATED","UPDATED","UPDATED","UPDATED","UPDATED","UPDATED"],` +
		`"descents":[{"kind":"SPLIT","newCode":"4452031042010104","oldCode":"4452031042010101"},{"kind":"SPLIT","newCode":"4452031042010105","oldCode":"4452031042010101"}],"errors":[],"revision":2}`
	for _, test := range []struct{ name, mutation, want string }{
		{"dry run", `mutation ($line: GeometryInput!) { splitGrid(code: "` + grid + `", line: $line, dryRun: true) ` + answer + ` }`, `{"splitGrid":` + split + `}`},
		{"nothing was written", `{ grid(code: "` + grid + `") { revision lineage { descendants { newCode } } } }`, `{"grid":{"lineage":{"descendants":[]},"revision":1}}`},
		{"split", `mutation ($line: GeometryInput!) { splitGrid(code: "` + grid + `", line: $line, ifRevision: 1, parts: [{name: "南片", workers: 2}]) ` + answer + ` }`, `{"splitGrid":` + split + `}`},
		{"what the parts are", `{ grids(where: {parentCode: {eq: "44520310420101"}}) { nodes { code name pinyin workers } } }`,
			`{"grids":{"nodes":[{"code":"4452031042010102","name":"锡西村第1网格第2组","pinyin":"xi xi cun di 1 wang ge di 2 zu","workers":3},{"code":"4452031042010103","name":"锡西村第1网格第3组","pinyin":"xi xi cun di 1 wang ge di 3 zu","workers":3},` +
				`{"code":"4452031042010104","name":"南片","pinyin":"nan pian","workers":2},{"code":"4452031042010105","name":"锡西村第1网格第1组-2","pinyin":"xi xi cun di 1 wang ge di 1 zu 2","workers":1}]}}`},
		{"a grid that is gone", `mutation ($line: GeometryInput!) { splitGrid(code: "` + grid + `", line: $line) ` + answer + ` }`,
			`{"splitGrid":{"actions":[],"descents":[],"errors":[{"code":"CONFLICT","message":"the grid 4452031042010101 is there no more: its ground is that of 4452031042010104, 4452031042010105","path":"code"}],"revision":null}}`},
		{"two fields are one transaction", `mutation { a: mergeGrids(grids: [{code: "4452031042010104"}, {code: "4452031042010105"}]) { grids { code } errors { code } } b: updateGrid(code: "4452031042010104", input: {workers: 1}) { errors { code path } } }`,
			`{"a":{"errors":[{"code":"NOT_WRITTEN"}],"grids":[]},"b":{"errors":[{"code":"NOT_FOUND","path":"code"}]}}`},
		{"merge", `mutation { mergeGrids(grids: [{code: "4452031042010104", ifRevision: 2}, {code: "4452031042010105"}], into: {name: "合"}) { actions grids { code name workers parent { code } } villages { code } towns { code } revision errors { message } } }`,
			`{"mergeGrids":{"actions":["DELETED","DELETED","CREATED"],"errors":[],"grids":[{"code":"4452031042010104","name":"南片","parent":{"code":"44520310420101"},"workers":2},{"code":"4452031042010105","name":"锡西村第1网格第1组-2","parent":{"code":"44520310420101"},"workers":1},{"code":"4452031042010106","name":"合","parent":{"code":"44520310420101"},"workers":3}],"revision":3,"towns":[],"villages":[]}}`},
		{"lineage of what is there", `{ grid(code: "4452031042010106") { lineage { ancestors { oldCode newCode kind revision } descendants { kind } } } }`,
			`{"grid":{"lineage":{"ancestors":[{"kind":"MERGE","newCode":"4452031042010106","oldCode":"4452031042010104","revision":3},{"kind":"MERGE","newCode":"4452031042010106","oldCode":"4452031042010105","revision":3},{"kind":"SPLIT","newCode":"4452031042010104","oldCode":"4452031042010101","revision":2},{"kind":"SPLIT","newCode":"4452031042010105","oldCode":"4452031042010101","revision":2}],"descendants":[]}}}`},
		{"lineage of what is gone", `{ gridLineage(code: "` + grid + `") { code ancestors { kind } descendants { newCode revision } } }`,
			`{"gridLineage":{"ancestors":[],"code":"4452031042010101","descendants":[{"newCode":"4452031042010104","revision":2},{"newCode":"4452031042010105","revision":2},{"newCode":"4452031042010106","revision":3},{"newCode":"4452031042010106","revision":3}]}}`},
		{"lineage as it stood", `query @asOf(layer: GRIDS, revision: 2) { gridLineage(code: "` + grid + `") { descendants { newCode } } }`,
			`{"gridLineage":{"descendants":[{"newCode":"4452031042010104"},{"newCode":"4452031042010105"}]}}`},
		{"a boundary of parents", `mutation ($line: GeometryInput!) { moveGridBoundary(grids: [{code: "` + sibling + `"}, {code: "` + cousin + `"}], line: $line) { errors { code path } } }`,
			`{"moveGridBoundary":{"errors":[{"code":"BAD_USER_INPUT","path":"withParents"}]}}`},
		{"a line that is none", `mutation { moveGridBoundary(grids: [{code: "` + sibling + `"}, {code: "` + cousin + `"}], line: {geojson: {type: "Point", coordinates: [1, 2]}}) { errors { code path message } } }`,
			`{"moveGridBoundary":{"errors":[{"code":"BAD_USER_INPUT","message":"a LineString is needed, not a Point","path":"line.geojson"}]}}`},
		{"a line in another system that ends within", `mutation { splitGrid(code: "` + sibling + `", line: {crs: WEB_MERCATOR, geojson: {type: "LineString", coordinates: [[12947500, 2697000], [12947600, 2697000]]}}) { errors { code path } } }`,
			`{"splitGrid":{"errors":[{"code":"BAD_USER_INPUT","path":"line"}]}}`},
	} {
		var given map[string]any
		if strings.Contains(test.mutation, "$line") {
			given = variables
		}
		if got := compact(c.data(t, test.mutation, given)); got != test.want {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, got, test.want)
		}
	}
}

// Reading the lineages of a list takes one statement, however many grids there are.
func TestLineagesAreReadAtOnce(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	c.data(t, `{ grids(first: 50) { nodes { lineage { ancestors { kind } } } } }`, nil)
	if seen := c.tracer.take(); len(seen) != 2 {
		t.Errorf("%d statements: %s", len(seen), seen)
	}
}
