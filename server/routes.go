package main

import (
	"net/http"
	"strings"
	"time"

	"xiangtu/server/health"
	"xiangtu/server/imports"
	"xiangtu/server/metrics"
	"xiangtu/server/middleware"
	"xiangtu/server/ogc"
	"xiangtu/server/page"
	"xiangtu/server/telemetry"
)

// stallTimeout is how long the reader of a long download may stand still.
const stallTimeout = 60 * time.Second

// surfaces are the parts of the server that answer requests. Each reads the
// wildcards of its routes by Request.PathValue.
type surfaces struct {
	GraphQL  http.Handler // every method of /graphql
	Tile     http.Handler // {layers}, {z}, {x} and {y}, which ends in .mvt
	TileJSON http.Handler // {tileset}: layers with commas between, then .json
	Layer    http.Handler // {file}: a layer, then the extension of a format
	OGC      []ogc.Route
	Imports  []imports.Route
	Pages    *page.Pages
	Health   *health.Health
	Metrics  http.Handler
}

// route is one line of the table of routes.
type route struct {
	pattern string // of http.ServeMux
	shown   string // the path as a person reads it; empty: not worth a mention
	surface *metrics.Surface
	handler http.Handler
}

// table lists every route there is.
func (s *surfaces) table(counts *metrics.HTTP) []route {
	pages, operations := counts.Surface("page"), counts.Surface("operations")
	table := []route{
		{"GET /{$}", "/", pages, s.Pages.Page("index", page.MapPolicy())},
		{"GET /playground", "/playground", pages, s.Pages.Page("playground", page.EditorPolicy())},
		{"GET /docs", "/docs", pages, s.Pages.Page("docs", page.MapPolicy())},
		{"GET /assets/{file...}", "", pages, s.Pages.Assets()},
		{"/graphql", "/graphql", counts.Surface("graphql"), orPlayground(s.GraphQL)},
		{"GET /tiles/{layers}/{z}/{x}/{y}", "/tiles/{layers}/{z}/{x}/{y}.mvt", counts.TileSurface("tiles"), s.Tile},
		{"GET /tiles/{tileset}", "/tiles/{layers}.json", counts.Surface("tilejson"), s.TileJSON},
		{"GET /layers/{file}", "/layers/{layer}.{format}", counts.Surface("layers"), middleware.Patience(stallTimeout, s.Layer)},
		{"GET /health/live", "/health/live", operations, http.HandlerFunc(s.Health.Live)},
		{"GET /health/ready", "/health/ready", operations, http.HandlerFunc(s.Health.Ready)},
		{"GET /metrics", "/metrics", operations, s.Metrics},
	}
	features := counts.Surface("ogc")
	for _, r := range s.OGC {
		shown := r.Path
		if r.Method != http.MethodGet {
			shown = "" // it is there already
		}
		table = append(table, route{r.Method + " " + r.Path, shown, features, middleware.Patience(stallTimeout, r.Handler)})
	}
	uploads := counts.Surface("imports")
	for _, r := range s.Imports {
		shown := r.Path
		if r.Method == http.MethodDelete { // the path is shown for GET
			shown = ""
		}
		table = append(table, route{r.Method + " " + r.Path, shown, uploads, middleware.PatientUploads(stallTimeout, r.Handler)})
	}
	for _, name := range s.Pages.TopFiles() {
		table = append(table, route{"GET /" + name, "", pages, s.Pages.Assets()})
	}
	return table
}

// orPlayground sends whoever opens the address of GraphQL in a browser, without an operation, on to the playground.
func orPlayground(graphQL http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet && r.URL.RawQuery == "" && strings.Contains(r.Header.Get("Accept"), "text/html") {
			w.Header().Add("Vary", "Accept")
			w.Header().Set("Location", "playground") // beside it, also where a proxy puts both under a path
			w.WriteHeader(http.StatusSeeOther)
			return
		}
		graphQL.ServeHTTP(w, r)
	})
}

// routesConfig is what stands between the network and the routes.
type routesConfig struct {
	Observer middleware.Observer
	Tracing  *telemetry.Tracing
	Origins  []string // whose pages may read answers
}

// newRoutes returns the handler of the whole server.
func newRoutes(s surfaces, c routesConfig) http.Handler {
	mux := http.NewServeMux()
	var shown []string
	for _, route := range s.table(c.Observer.Metrics) {
		mux.Handle(route.pattern, middleware.On(route.surface, c.Tracing.Route(route.pattern, route.handler)))
		if route.shown != "" {
			shown = append(shown, route.shown)
		}
	}
	mux.Handle(fallbackPattern, fallback(mux, shown))
	return c.Tracing.Wrap(c.Observer.Wrap(middleware.CORS(c.Origins, middleware.ShortAddress(mux))))
}
