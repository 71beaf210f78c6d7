package main

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/prometheus/client_golang/prometheus"

	"xiangtu/server/health"
	"xiangtu/server/metrics"
	"xiangtu/server/middleware"
	"xiangtu/server/ogc"
	"xiangtu/server/page"
	"xiangtu/server/problem"
	"xiangtu/server/telemetry"
)

// echo answers with its name and the wildcards of its route.
func echo(name string, wildcards ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		parts := []string{name}
		for _, wildcard := range wildcards {
			parts = append(parts, r.PathValue(wildcard))
		}
		_, _ = w.Write([]byte(strings.Join(parts, " ")))
	})
}

func testRoutes(t testing.TB, tile http.Handler) http.Handler {
	t.Helper()
	pages, err := page.New(fstest.MapFS{
		"index.html":             {Data: []byte("the map")},
		"playground.html":        {Data: []byte("the playground")},
		"docs/index.html":        {Data: []byte("the docs")},
		"assets/main-1a2b3c4.js": {Data: []byte("run()")},
		"favicon.svg":            {Data: []byte("<svg/>")},
	})
	if err != nil {
		t.Fatal(err)
	}
	registry := prometheus.NewRegistry()
	return newRoutes(surfaces{
		GraphQL:  echo("graphql"),
		Tile:     tile,
		TileJSON: echo("tilejson", "tileset"),
		Layer:    echo("layer", "file"),
		OGC: []ogc.Route{
			{Method: "GET", Path: "/ogc", Handler: echo("ogc")},
			{Method: "GET", Path: "/ogc/collections/{collection}/items", Handler: echo("items", "collection")},
			{Method: "POST", Path: "/ogc/collections/{collection}/items", Handler: echo("made", "collection")},
			{Method: "GET", Path: "/ogc/collections/{collection}/items/{feature}", Handler: echo("item", "feature")},
			{Method: "PUT", Path: "/ogc/collections/{collection}/items/{feature}", Handler: echo("replaced", "feature")},
			{Method: "PATCH", Path: "/ogc/collections/{collection}/items/{feature}", Handler: echo("changed", "feature")},
			{Method: "DELETE", Path: "/ogc/collections/{collection}/items/{feature}", Handler: echo("gone", "feature")},
		},
		Pages:   pages,
		Health:  health.New(),
		Metrics: metrics.Handler(registry),
	}, routesConfig{
		Observer: middleware.Observer{Metrics: metrics.NewHTTP(registry), Log: slog.New(slog.DiscardHandler), Slow: slowRequest},
		Tracing:  &telemetry.Tracing{},
		Origins:  []string{"*"},
	})
}

func TestRoutes(t *testing.T) {
	routes := testRoutes(t, echo("tile", "layers", "z", "x", "y"))
	for _, test := range []struct {
		method, path string
		status       int
		body         string // of a successful answer
		allow        string
	}{
		{"GET", "/", 200, "the map", ""},
		{"HEAD", "/", 200, "", ""},
		{"GET", "/playground", 200, "the playground", ""},
		{"GET", "/docs", 200, "the docs", ""},
		{"GET", "/docs/", 308, "", ""},
		{"GET", "/favicon.svg", 200, "<svg/>", ""},
		{"GET", "/assets/main-1a2b3c4.js", 200, "run()", ""},
		{"GET", "/assets/other.js", 404, "", ""},
		{"GET", "/graphql?query={a}", 200, "graphql", ""},
		{"POST", "/graphql", 200, "graphql", ""},
		{"GET", "/tiles/towns,grids/10/843/443.mvt", 200, "tile towns,grids 10 843 443.mvt", ""},
		{"POST", "/tiles/towns/10/843/443.mvt", 405, "", "GET, HEAD, OPTIONS"},
		{"OPTIONS", "/tiles/towns/10/843/443.mvt", 204, "", "GET, HEAD, OPTIONS"},
		{"GET", "/tiles/towns,grids.json", 200, "tilejson towns,grids.json", ""},
		{"GET", "/layers/grids.geojson", 200, "layer grids.geojson", ""},
		{"DELETE", "/layers/grids.geojson", 405, "", "GET, HEAD, OPTIONS"},
		{"GET", "/ogc", 200, "ogc", ""},
		{"HEAD", "/ogc", 200, "", ""},
		{"GET", "/ogc/", 308, "", ""},
		{"GET", "/ogc/collections/towns/items?limit=1", 200, "items towns", ""},
		{"POST", "/ogc/collections/towns/items", 200, "made towns", ""},
		{"PUT", "/ogc/collections/towns/items", 405, "", "GET, HEAD, POST, OPTIONS"},
		{"OPTIONS", "/ogc/collections/towns/items", 204, "", "GET, HEAD, POST, OPTIONS"},
		{"PATCH", "/ogc/collections/towns/items/1", 200, "changed 1", ""},
		{"DELETE", "/ogc/collections/towns/items/1", 200, "gone 1", ""},
		{"OPTIONS", "/ogc/collections/towns/items/unknown_id", 204, "", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"},
		{"OPTIONS", "/ogc", 204, "", "GET, HEAD, OPTIONS"},
		{"GET", "/health/live", 200, `{"status":"live"}` + "\n", ""},
		{"GET", "/health/ready", 200, `{"status":"ready"}` + "\n", ""},
		{"GET", "/nowhere", 404, "", ""},
		{"POST", "/nowhere", 404, "", ""},
		{"GET", "/tiles/towns/10", 404, "", ""},
		{"GET", "/nowhere/", 404, "", ""},
	} {
		t.Run(test.method+" "+test.path, func(t *testing.T) {
			w := httptest.NewRecorder()
			routes.ServeHTTP(w, httptest.NewRequest(test.method, test.path, nil))
			if w.Code != test.status {
				t.Fatalf("status %d, want %d: %s", w.Code, test.status, w.Body)
			}
			if test.status == 200 && test.method != "HEAD" && w.Body.String() != test.body {
				t.Errorf("body %q, want %q", w.Body, test.body)
			}
			if got := w.Header().Get("Allow"); got != test.allow {
				t.Errorf("Allow %q, want %q", got, test.allow)
			}
			if w.Code >= 400 && w.Header().Get("Content-Type") != problem.ContentType {
				t.Errorf("an error in %s", w.Header().Get("Content-Type"))
			}
			if w.Header().Get("X-Request-Id") == "" || w.Header().Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("headers are missing: %v", w.Header())
			}
		})
	}
}

func TestUnknownPathListsWhatExists(t *testing.T) {
	w := httptest.NewRecorder()
	testRoutes(t, echo("tile")).ServeHTTP(w, httptest.NewRequest("GET", "/api", nil))
	var got problem.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/graphql", "/tiles/{layers}/{z}/{x}/{y}.mvt", "/layers/{layer}.{format}"} {
		if !slices.Contains(got.Available, path) {
			t.Errorf("%q is not among %q", path, got.Available)
		}
	}
	if got.Instance != "/api" || got.Code != "NOT_FOUND" || got.RequestID == "" {
		t.Errorf("got %+v", got)
	}
}

func TestCORS(t *testing.T) {
	routes := testRoutes(t, echo("tile"))

	t.Run("an answer may be read by any page", func(t *testing.T) {
		r := httptest.NewRequest("GET", "/tiles/towns/1/1/1.mvt", nil)
		r.Header.Set("Origin", "https://map.example.cn")
		w := httptest.NewRecorder()
		routes.ServeHTTP(w, r)
		if got := w.Header().Get("Access-Control-Allow-Origin"); got != "*" {
			t.Errorf("allowed origin %q", got)
		}
		if got := w.Header().Get("Access-Control-Allow-Credentials"); got != "" {
			t.Errorf("credentials %q", got)
		}
		if got := strings.ToLower(w.Header().Get("Access-Control-Expose-Headers")); !strings.Contains(got, "etag") || !strings.Contains(got, "x-request-id") {
			t.Errorf("exposed %q", got)
		}
	})
	t.Run("a preflight is kept for a day", func(t *testing.T) {
		r := httptest.NewRequest("OPTIONS", "/graphql", nil)
		r.Header.Set("Origin", "https://map.example.cn")
		r.Header.Set("Access-Control-Request-Method", "POST")
		r.Header.Set("Access-Control-Request-Headers", "content-type")
		w := httptest.NewRecorder()
		routes.ServeHTTP(w, r)
		if w.Code != 204 || w.Header().Get("Access-Control-Max-Age") != "86400" {
			t.Errorf("%d %v", w.Code, w.Header())
		}
	})
}

// BenchmarkTileChain is what a cached tile pays for passing through the
// server: compare it with BenchmarkTileBare.
func BenchmarkTileChain(b *testing.B) {
	benchmarkTile(b, testRoutes(b, tileStub()))
}

// BenchmarkTileBare is the same handler behind a bare ServeMux.
func BenchmarkTileBare(b *testing.B) {
	mux := http.NewServeMux()
	mux.Handle("GET /tiles/{layers}/{z}/{x}/{y}", tileStub())
	benchmarkTile(b, mux)
}

func tileStub() http.Handler {
	body := make([]byte, 1024)
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write(body)
	})
}

// discardWriter is a ResponseWriter that costs as little as possible.
type discardWriter struct{ header http.Header }

func (d *discardWriter) Header() http.Header         { return d.header }
func (d *discardWriter) Write(b []byte) (int, error) { return len(b), nil }
func (d *discardWriter) WriteHeader(int)             {}

func benchmarkTile(b *testing.B, handler http.Handler) {
	r := httptest.NewRequest("GET", "/tiles/grids/12/3372/1774.mvt", nil)
	w := &discardWriter{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		handler.ServeHTTP(w, r)
	}
}

// A browser that is sent to the address of GraphQL shows the playground; programs get what they ask for.
func TestGraphQLInABrowser(t *testing.T) {
	routes := testRoutes(t, echo("tile"))
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	for _, test := range []struct {
		method, target, accept, location string
	}{
		{http.MethodGet, "/graphql", browser, "playground"},
		{http.MethodGet, "/graphql?query=%7B__typename%7D", browser, ""},
		{http.MethodGet, "/graphql", "application/graphql-response+json, application/json", ""},
		{http.MethodGet, "/graphql", "", ""},
		{http.MethodPost, "/graphql", browser, ""},
	} {
		request := httptest.NewRequest(test.method, test.target, nil)
		request.Header.Set("Accept", test.accept)
		w := httptest.NewRecorder()
		routes.ServeHTTP(w, request)
		if got := w.Header().Get("Location"); got != test.location || (got != "") != (w.Code == http.StatusSeeOther) || got == "" && w.Body.String() != "graphql" {
			t.Errorf("%s %s for %q: %d to %q, %s", test.method, test.target, test.accept, w.Code, got, w.Body)
		}
	}
}
