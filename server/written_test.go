package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// Whoever has changed the map is shown the change by what he asks for next, also where a copy is kept of what was before.
func TestWhoHasWrittenIsShownIt(t *testing.T) {
	t.Parallel()
	r := runServe(t, "--data", t.TempDir())
	admin, _ := r.keyOf(t, "admin", "--role", "admin")
	const grid = "445203001001"
	paths := []string{
		"/tiles/grids/14/13488/7086.mvt",
		"/layers/grids.csv?properties=name&filter=code%3D%27" + grid + "%27",
		"/ogc/collections/grids/items/" + grid,
	}
	tags := make([]string, len(paths))
	for round := range 40 {
		name := fmt.Sprintf("第%d轮", round)
		a := r.graphQL(t, fmt.Sprintf(`mutation { updateGrid(code: "%s", input: {name: "%s"}) { errors { message } } }`, grid, name), admin)
		if a.body != `{"data":{"updateGrid":{"errors":[]}}}` {
			t.Fatalf("%d %s", a.status, a.body)
		}
		for i, path := range paths {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, r.base+path, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("If-None-Match", tags[i])
			a := answerTo(t, request)
			if a.status != http.StatusOK || !strings.Contains(a.body, name) {
				t.Errorf("round %d: %s: %d %.200s", round, path, a.status, a.body)
			}
			tags[i] = a.header.Get("ETag")
		}
	}
}
