package graph_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"xiangtu/geo"
)

// as is a client that asks in the name of an actor.
func (c *client) as(a geo.Actor) *client {
	clone := *c
	clone.actor = a
	return &clone
}

// An editor of the whole map, and one of a town.
var (
	editor     = geo.Actor{Name: "editor", Role: geo.Editor, Surface: geo.SurfaceGraphQL}
	townEditor = geo.Actor{Name: "霖磐镇", Role: geo.Editor, Scope: "445203104", Surface: geo.SurfaceGraphQL}
)

// plotAt is a square of a hundredth of a degree, as a variable.
func plotAt(west, south float64) map[string]any {
	const size = 0.01
	return map[string]any{"geojson": map[string]any{"type": "Polygon", "coordinates": []any{[]any{
		[]any{west, south}, []any{west + size, south}, []any{west + size, south + size}, []any{west, south + size}, []any{west, south},
	}}}}
}

// compact gives a value as JSON on one line.
func compact(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// unsound is the error of a text that cannot be stored.
func unsound(path string) string {
	return `{"code":"BAD_USER_INPUT","message":"is not UTF-8, has the character U+0000, which text cannot hold, or U+FFFD, which stands for one that could not be read, or is longer than 4,000 bytes","path":"` + path + `"}`
}

func TestMutations(t *testing.T) {
	t.Parallel()
	c := newClient(t).as(editor)
	for _, test := range []struct {
		name, mutation string
		variables      map[string]any
		want           string // of the data
	}{
		{"create", `mutation ($g: GeometryInput) { createGrid(input: {code: "44520310420199", name: "东一", workers: 2, geometry: $g}) { action revision errors { message } grid { code name pinyin workers level parentCode village { name } bbox } } }`,
			map[string]any{"g": plotAt(116.3, 23.5)},
			`{"createGrid":{"action":"CREATED","errors":[],"grid":{"bbox":[116.3,23.5,116.31,23.51],"code":"44520310420199","level":2,"name":"东一","parentCode":"445203104201","pinyin":"dong yi","village":{"name":"锡西村"},"workers":2},"revision":2}}`},
		{"omitted is not null", `mutation ($unset: String) { updateGrid(code: "44520310420199", input: {name: $unset, provenance: "测绘"}) { action grid { name provenance } errors { message } } }`, nil,
			`{"updateGrid":{"action":"UPDATED","errors":[],"grid":{"name":"东一","provenance":"测绘"}}}`},
		{"null", `mutation ($p: GridPatch!) { updateGrid(code: "44520310420199", input: $p, ifRevision: 3) { action revision grid { provenance workers } errors { message } } }`, map[string]any{"p": map[string]any{"provenance": nil}},
			`{"updateGrid":{"action":"UPDATED","errors":[],"grid":{"provenance":null,"workers":2},"revision":4}}`},
		{"stale", `mutation { updateGrid(code: "44520310420199", input: {workers: 9}, ifRevision: 3) { action errors { code path message } } }`, nil,
			`{"updateGrid":{"action":null,"errors":[{"code":"CONFLICT","message":"the grid 44520310420199 has the revision 4 by now, and the change is for 3: read it again","path":"ifRevision"}]}}`},
		{"upsert many", `mutation { upsertGrids(inputs: [{code: "44520310420199", workers: 7}, {code: "44520310420198", name: "西", workers: 1, geometry: {crs: WEB_MERCATOR, geojson: {type: "Polygon", coordinates: [[[12946200,2697400],[12947200,2697400],[12947200,2698400],[12946200,2698400],[12946200,2697400]]]}}}, {code: "44520310420199"}]) { actions errors { path message } } }`, nil,
			`{"upsertGrids":{"actions":[],"errors":[{"message":"inputs[0] has the same code","path":"inputs[2].code"}]}}`},
		{"upsert many", `mutation { upsertGrids(inputs: [{code: "44520310420199", workers: 7}, {code: "44520310420198", name: "西", workers: 1, geometry: {crs: WEB_MERCATOR, geojson: {type: "Polygon", coordinates: [[[12946200,2697400],[12947200,2697400],[12947200,2698400],[12946200,2698400],[12946200,2697400]]]}}}]) { actions revision grids { name workers geometry(precision: 2) } errors { path message } } }`, nil,
			`{"upsertGrids":{"actions":["UPDATED","CREATED"],"errors":[],"grids":[{"geometry":{"coordinates":[[[[116.3,23.5],[116.31,23.5],[116.31,23.51],[116.3,23.51],[116.3,23.5]]]],"type":"MultiPolygon"},"name":"东一","workers":7},{"geometry":{"coordinates":[[[[116.3,23.54],[116.31,23.54],[116.31,23.55],[116.3,23.55],[116.3,23.54]]]],"type":"MultiPolygon"},"name":"西","workers":1}],"revision":5}}`},
		{"dry run", `mutation { deleteGrid(code: "44520310420198", dryRun: true) { action revision grid { name geometry(precision: 1) } errors { message } } }`, nil,
			`{"deleteGrid":{"action":"DELETED","errors":[],"grid":{"geometry":{"coordinates":[[[[116.3,23.5],[116.3,23.5],[116.3,23.5],[116.3,23.5],[116.3,23.5]]]],"type":"MultiPolygon"},"name":"西"},"revision":6}}`},
		{"delete", `mutation { deleteGrid(code: "44520310420198", ifRevision: 5) { action revision errors { message } } }`, nil,
			`{"deleteGrid":{"action":"DELETED","errors":[],"revision":6}}`},
		{"an enumeration and a list", `mutation { updateBelt(code: "JD-B1", input: {status: COMPLETE, corridorMetres: 70, villageCodes: ["445203102001", "445203104201"]}) { action belt { status corridorMetres villages { code } } errors { message } } }`, nil,
			`{"updateBelt":{"action":"UPDATED","belt":{"corridorMetres":70,"status":"COMPLETE","villages":[{"code":"445203102001"},{"code":"445203104201"}]},"errors":[]}}`},
		{"towns of a station", `mutation { updateStation(code: "JD-S1", input: {townCodes: ["445203104"]}) { action station { towns { code } } errors { message } } }`, nil,
			`{"updateStation":{"action":"UPDATED","errors":[],"station":{"towns":[{"code":"445203104"}]}}}`},
		{"what is wrong, and where", `mutation { updateGrid(code: "44520310420199", input: {geometry: {geojson: {type: "Polygon", coordinates: [[[116.3,23.5],[116.31,23.51],[116.31,23.5],[116.3,23.51],[116.3,23.5]]]}}}) { errors { code path message longitude latitude } } }`, nil,
			`{"updateGrid":{"errors":[{"code":"BAD_USER_INPUT","latitude":23.505,"longitude":116.305,"message":"the rings cross or touch along a line, at longitude 116.3050000, latitude 23.5050000","path":"input.geometry.geojson"}]}}`},
		{"half a surrogate pair", `mutation { updateGrid(code: "44520310420199", input: {name: "东\ud800", provenance: "东\u0000"}) { errors { code path message } } }`, nil,
			`{"updateGrid":{"errors":[` + unsound("input.name") + "," + unsound("input.provenance") + `]}}`},
		{"all that is wrong", `mutation { createGrid(input: {code: "44520310420197", geometry: {geojson: {type: "Polygon", coordinates: [[[116,23],[117,23],[117,24],[116,24]]]}}}) { errors { path message } } }`, nil,
			`{"createGrid":{"errors":[{"message":"the ring starts at 116, 23 and ends at 116, 24; its last position must repeat its first","path":"input.geometry.geojson.coordinates[0]"},{"message":"there is none; every feature of grids has it","path":"input.name"},{"message":"there is none; every feature of grids has it","path":"input.workers"}]}}`},
	} {
		if got := compact(c.data(t, test.mutation, test.variables)); got != test.want {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, got, test.want)
		}
	}
}

// All fields of an operation are written, or none, and the answer says which.
func TestAnOperationIsOneTransaction(t *testing.T) {
	t.Parallel()
	c := newClient(t).as(editor)
	const names = `{ a: grid(code: "445203104201") { name workers } b: station(code: "JD-S1") { name } }`
	before := compact(c.data(t, names, nil))
	for _, test := range []struct{ fields, want string }{
		{`a: updateGrid(code: "445203104201", input: {name: "甲"}) { action grid { name } errors { code } } b: updateStation(code: "JD-S9", input: {name: "乙"}) { action errors { code path } }`,
			`{"a":{"action":null,"errors":[{"code":"NOT_WRITTEN"}],"grid":null},"b":{"action":null,"errors":[{"code":"NOT_FOUND","path":"code"}]}}`},
		{`a: updateGrid(code: "445203104201", input: {workers: -1}) { action errors { code path } } b: updateStation(code: "JD-S1", input: {name: "乙"}) { action errors { code } }`,
			`{"a":{"action":null,"errors":[{"code":"BAD_USER_INPUT","path":"input.workers"}]},"b":{"action":null,"errors":[{"code":"NOT_WRITTEN"}]}}`},
		{`a: updateGrid(code: "445203104201", input: {workers: 1}, dryRun: true) { action errors { code path } } b: updateStation(code: "JD-S1", input: {name: "乙"}) { action errors { code path } }`,
			`{"a":{"action":null,"errors":[{"code":"NOT_WRITTEN","path":null}]},"b":{"action":null,"errors":[{"code":"BAD_USER_INPUT","path":"dryRun"}]}}`},
		{`a: updateGrid(code: "445203104201", input: {workers: 1}, dryRun: true) { action errors { code path } } b: updateGrid(code: "445203104201", input: {workers: 2}, dryRun: true) { action grid { workers } errors { code path } }`,
			`{"a":{"action":"UPDATED","errors":[]},"b":{"action":"UPDATED","errors":[],"grid":{"workers":2}}}`},
	} {
		if got := compact(c.data(t, "mutation {"+test.fields+"}", nil)); got != test.want {
			t.Errorf("%s:\n%s\nwant\n%s", test.fields, got, test.want)
		}
		if after := compact(c.data(t, names, nil)); after != before {
			t.Fatalf("%s: %s", test.fields, after)
		}
	}
	got := compact(c.data(t, `mutation { a: updateGrid(code: "445203104201", input: {workers: 1}) { action } b: updateGrid(code: "445203104201", input: {workers: 2}) { action revision grid { workers } } c: updateStation(code: "JD-S1", input: {name: "丙"}) { action } }`, nil))
	if want := `{"a":{"action":"UPDATED"},"b":{"action":"UPDATED","grid":{"workers":2},"revision":2},"c":{"action":"UPDATED"}}`; got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// Who may not write is told before anything is done.
func TestWhoMayNotWrite(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	const update = `mutation { updateVillage(code: "445203102001", input: {name: "!"}) { errors { code path } } }`
	for _, test := range []struct {
		actor geo.Actor
		want  string
	}{
		{geo.Actor{}, `"code":"UNAUTHENTICATED"`},
		{geo.Actor{Role: geo.Viewer}, `"code":"FORBIDDEN"`},
		{townEditor, `{"data":{"updateVillage":{"errors":[{"code":"FORBIDDEN","path":"code"}]}}}`},
	} {
		c.tracer.take()
		got := compact(c.as(test.actor).ask(t, update, nil))
		if !strings.Contains(got, test.want) {
			t.Errorf("%v: %s, want %s", test.actor, got, test.want)
		}
		if seen := c.tracer.take(); len(seen) != 0 {
			t.Errorf("%v: %s", test.actor, seen)
		}
	}
}

// What the document says is read once for the transaction and once for the resolver; what the one takes, the other does.
func TestArgumentsThatGraphQLRefusesAreNotWritten(t *testing.T) {
	t.Parallel()
	c := newClient(t).as(editor)
	for _, value := range []string{`3.0`, `1e1`, `"3"`, `true`, `[3]`, `{}`, `99999999999999999999`, `2147483648`, `"9"`, `null`} {
		response := c.ask(t, `mutation ($p: GridPatch!) { updateGrid(code: "445203104201", input: $p) { action grid { workers } errors { path } } }`,
			map[string]any{"p": map[string]any{"workers": json.RawMessage(value)}})
		if at(response, "data", "updateGrid", "action") != nil {
			t.Errorf("%s: %s", value, compact(response))
		}
	}
	revision := at(c.data(t, `{ layers { name revision } }`, nil), "layers", 2, "revision")
	if fmt.Sprint(revision) != "1" {
		t.Errorf("grids have the revision %v", revision)
	}
}
