package graph_test

import (
	"fmt"
	"testing"
)

// Lengths so great that the product of them is no number of 64 bits cost no less for that, also where they are skipped.
func TestCostsDoNotWrapRound(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	for _, length := range []string{"10000", "65536", "2147483647", "4294967296", "9223372036854775807"} {
		query := "code"
		for range 5 {
			query = fmt.Sprintf("code descendants(first: %s) @skip(if: true) { nodes { %s } }", length, query)
		}
		response := c.ask(t, "{ grids(first: 10000) { nodes { geometry a: geometry "+query+" } } }", nil)
		if code := at(response, "errors", 0, "extensions", "code"); code != "COMPLEXITY_LIMIT_EXCEEDED" {
			t.Errorf("first: %s: %.200v, want COMPLEXITY_LIMIT_EXCEEDED", length, response)
		}
	}
}
