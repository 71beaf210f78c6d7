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

// Digits in a text are a whole number of 64 bits, which some clients have no number for; of 32 bits they are none.
func TestWholeNumbersInTexts(t *testing.T) {
	t.Parallel()
	c := newClient(t).as(editor)
	update := `updateGrid(code: "4452031042010101", input: {workers: WORKERS}, ifRevision: REVISION, dryRun: true) { action errors { message } }`
	for _, test := range []struct{ query, variables, says string }{
		{`query @asOf(revision: "1", layer: GRIDS) { grids(first: 1) { totalCount } }`, `{}`, `"totalCount":3013`},
		{`mutation { ` + update + ` }`, `{"workers": 77, "revision": "1"}`, `"action":"UPDATED"`},
		{`mutation { ` + update + ` }`, `{"workers": 77, "revision": "2"}`, "has the revision 1 by now"},
		{`mutation { ` + update + ` }`, `{"workers": 77, "revision": "1.5"}`, "where a whole number from"},
		{`mutation { ` + update + ` }`, `{"workers": "77", "revision": 1}`, `"message":"`},
	} {
		var values map[string]json.RawMessage
		if err := json.Unmarshal([]byte(test.variables), &values); err != nil {
			t.Fatal(err)
		}
		literal := strings.NewReplacer("REVISION", string(values["revision"]), "WORKERS", string(values["workers"])).Replace(test.query)
		variable := strings.NewReplacer("mutation {", "mutation M($revision: Int64, $workers: Int) {", "REVISION", "$revision", "WORKERS", "$workers").Replace(test.query)
		for query, variables := range map[string]map[string]any{literal: nil, variable: {"revision": values["revision"], "workers": values["workers"]}} {
			if got := compact(c.ask(t, query, variables)); !strings.Contains(got, test.says) {
				t.Errorf("%s\nwith %s: %s, want %q", query, test.variables, got, test.says)
			}
		}
	}
}
