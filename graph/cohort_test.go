package graph_test

import (
	"reflect"
	"testing"
)

// A fragment is the same under nodes and under edges, and so are the features; but what one of them selects beside the
// fragment is answered there, whichever of them is resolved first.
func TestFeaturesOfTwoPlacesAnswerWhatEachSelects(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	const fragment = ` fragment common on Village { town { code } grids(first: 1) { nodes { code } } }`
	const more = `...common town { name geometry(precision: 1) } grids(first: 1) { nodes { name level } bbox aggregate { workers { sum } } }`
	want := at(c.data(t, `{ villages(first: 2) { nodes { `+more+` } } }`+fragment, nil), "villages", "nodes")
	for range 5 {
		for _, query := range []string{
			`{ villages(first: 2) { nodes { ` + more + ` } edges { node { ...common } } } }` + fragment,
			`{ villages(first: 2) { edges { node { ...common } } nodes { ` + more + ` } } }` + fragment,
		} {
			if got := at(c.data(t, query, nil), "villages", "nodes"); !reflect.DeepEqual(got, want) {
				t.Fatalf("%s:\ngot  %v\nwant %v", query, got, want)
			}
		}
	}
}
