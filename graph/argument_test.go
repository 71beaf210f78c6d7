package graph_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// What cannot be read as a whole number or a time is the caller's to mend, wherever it stands: in a directive, in an
// argument, as a literal or as a variable.
func TestArgumentsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	c := newClient(t).as(editor)
	const number, long = "where a whole number from -2^63 to 2^63-1 should be", "is a number that 64 bits do not hold"
	for _, test := range []struct{ value, code, says string }{
		{`{a: 1}`, "BAD_USER_INPUT", number},
		{`"x"`, "BAD_USER_INPUT", `"x\" ` + number},
		{`[1]`, "BAD_USER_INPUT", "[1] " + number},
		{`1.5`, "BAD_USER_INPUT", "1.5 " + number},
		{`true`, "BAD_USER_INPUT", "true " + number},
		{`99999999999999999999`, "GRAPHQL_VALIDATION_FAILED", "99999999999999999999 " + long},
		{`1e999`, "GRAPHQL_VALIDATION_FAILED", "1e999 " + long},
	} {
		for _, query := range []string{
			`query @asOf(revision: VALUE, layer: GRIDS) { grids(first: 1) { nodes { code } } }`,
			`mutation { updateGrid(code: "4452031042010101", ifRevision: VALUE, input: {workers: 3}) { action } }`,
		} {
			got := compact(c.ask(t, strings.ReplaceAll(query, "VALUE", test.value), nil))
			if !strings.Contains(got, test.code) || !strings.Contains(got, strings.TrimPrefix(test.says, `"`)) {
				t.Errorf("%s in %s: %s", test.value, query, got)
			}
		}
	}
	for _, value := range []string{`{"a": 1}`, `"x"`, `99999999999999999999`} {
		got := compact(c.ask(t, `query Q($r: Int64) @asOf(revision: $r, layer: GRIDS) { grids(first: 1) { nodes { code } } }`, map[string]any{"r": json.RawMessage(value)}))
		if !strings.Contains(got, "BAD_USER_INPUT") || !strings.Contains(got, number) {
			t.Errorf("the variable %s: %s", value, got)
		}
	}
	for _, value := range []string{`{a: 1}`, `"x"`, `"2026-13-01T00:00:00Z"`} {
		got := compact(c.ask(t, `query @asOf(time: `+value+`) { grids(first: 1) { nodes { code } } }`, nil))
		if !strings.Contains(got, "BAD_USER_INPUT") || !strings.Contains(got, "where a time like") {
			t.Errorf("the time %s: %s", value, got)
		}
	}
	got := compact(c.ask(t, `{ villages(first: 1, where: { geometry: { intersects: { geojson: { type: "Point", coordinates: [99999999999999999999, 23] } } } }) { totalCount } }`, nil))
	if !strings.Contains(got, long) {
		t.Errorf("a coordinate: %s", got)
	}
}
