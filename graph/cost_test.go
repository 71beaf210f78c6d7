package graph_test

import (
	"fmt"
	"strings"
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

// What is not said about a list costs what is answered then: a page without first is one of 100.
func TestCosts(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	ids := `["` + strings.Repeat(`towns:445203001", "`, 99) + `towns:445203001"]`
	for query, want := range map[string]float64{
		"{ grids(first: 10000) { nodes { a: geometry(precision: 1) b: geometry(precision: 2) c: geometry(precision: 3) d: geometry(precision: 4) e: geometry(precision: 5) } } }": 260_001,
		"{ grids { nodes { descendants { nodes { descendants { nodes { code } } } } } } }":                                                                                        2_020_201,
		"{ villages { nodes { grids { nodes { children { children { code } } } } } } }":                                                                                           1_120_201,
		"{ nodes(ids: " + ids + ") { ... on Town { villages { nodes { grids { nodes { code } } } } } } }":                                                                         2_020_101,
		"{ belts { nodes { villages { grids(first: 1000) { nodes { code } } } } } }":                                                                                              4_002_201,
	} {
		response := c.ask(t, query, nil)
		if code, cost := at(response, "errors", 0, "extensions", "code"), at(response, "errors", 0, "extensions", "actual"); code != "COMPLEXITY_LIMIT_EXCEEDED" || cost != want {
			t.Errorf("%.80s: %v, cost %v, want %v", query, code, cost, want)
		}
	}
}
