package input_test

import (
	"fmt"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/graph/input"
)

// repeated gives so many of the same object.
func repeated(n int, object map[string]any) []map[string]any {
	many := make([]map[string]any, n)
	for i := range many {
		many[i] = object
	}
	return many
}

// What is asked in one filter or order is bounded, however it is nested: the database has limits of its own, and tells
// them in words that are not for callers.
func TestFiltersAndOrdersAreBounded(t *testing.T) {
	grids, _ := geo.LayerNamed(geo.Grids)
	test := map[string]any{"level": map[string]any{"eq": int64(1)}}
	for n, refused := range map[int]bool{1000: false, 1001: true} {
		half := repeated(n/2, test)
		_, err := input.Where(grids, map[string]any{"or": half, "not": map[string]any{"and": repeated(n-n/2, test)}})
		if (err != nil) != refused || refused && !strings.Contains(err.Error(), "where: 1001 tests; 1000 at the most") {
			t.Errorf("%d tests: %v", n, err)
		}
	}
	for n, refused := range map[int]bool{10: false, 11: true} {
		if _, err := input.Orders(repeated(n, map[string]any{"field": "name"})); (err != nil) != refused {
			t.Errorf("%d terms: %v", n, err)
		}
	}
}

// So are the features that one field changes.
func TestChangesAreBounded(t *testing.T) {
	grids, _ := geo.LayerNamed(geo.Grids)
	for n, refused := range map[int]bool{1000: false, 1001: true} {
		inputs := make([]any, n)
		for i := range inputs {
			inputs[i] = map[string]any{"code": fmt.Sprintf("445203104201%02d%02d", i/100, i%100)}
		}
		_, wrong := input.Changes(grids, geo.Upsert, map[string]any{"inputs": inputs})
		if (len(wrong) > 0) != refused || refused && wrong[0].Error() != "inputs: 1001 features; 1000 at the most" {
			t.Errorf("%d features: %v", n, wrong)
		}
	}
}
