package ogc_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/internal/fixture"
	"xiangtu/internal/pgtest"
	"xiangtu/server/ogc"
)

func TestMain(m *testing.M) { pgtest.Main(m, fixture.Prepare) }

// revisions asks the database each time.
type revisions struct{ store *postgis.Store }

func (r revisions) Of(ctx context.Context, layer geo.LayerName) (int64, error) {
	known, err := r.store.Revisions(ctx)
	return known[layer], err
}

func (r revisions) PublicationOf(ctx context.Context, layer geo.LayerName) (geo.Publication, error) {
	known, err := r.store.Publications(ctx)
	return known[layer], err
}

// api is a server of the surface over a copy of the demonstration map.
type api struct {
	t    testing.TB
	url  string // of the landing page
	pool *pgxpool.Pool
}

// serve starts one; change, if not nil, changes what it is made of.
func serve(t testing.TB, change func(*ogc.Options)) *api {
	t.Helper()
	pool := pgtest.New(t)
	store := postgis.New(pool)
	options := ogc.Options{
		Store:       store,
		Revisions:   revisions{store},
		BaseURL:     func(r *http.Request) string { return "http://" + r.Host },
		Origin:      "test",
		MaxResponse: 16 << 20,
		Version:     "test",
		Protect:     func(h http.Header) { h.Set("Content-Security-Policy", "default-src 'none'") },
	}
	if change != nil {
		change(&options)
	}
	surface, err := ogc.New(options)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	for _, route := range surface.Routes() {
		mux.Handle(route.Method+" "+route.Path, asked(route.Handler))
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return &api{t: t, url: server.URL + ogc.Root, pool: pool}
}

// asked puts the actor into the context who the header X-Role names, as the middleware of the server does for a key.
func asked(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var actor geo.Actor
		if role := r.Header.Get("X-Role"); role != "" {
			actor = geo.Actor{Name: "test", Role: geo.Role(role), Scope: r.Header.Get("X-Scope"), Surface: geo.SurfaceOGC}
		}
		next.ServeHTTP(w, r.WithContext(geo.WithActor(r.Context(), actor)))
	})
}

// answer is a response whose body has been read.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// request sends a request; a URL without a host is below the landing page.
func (a *api) request(method, url string, header ...string) answer {
	a.t.Helper()
	return a.send(method, url, "", header...)
}

// send sends a request with a body.
func (a *api) send(method, url, body string, header ...string) answer {
	a.t.Helper()
	if !strings.HasPrefix(url, "http") {
		url = a.url + url
	}
	r, err := http.NewRequestWithContext(a.t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		a.t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		a.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, text}
}

// get reads a JSON resource into document.
func (a *api) get(url string, document any) answer {
	a.t.Helper()
	response := a.request("GET", url, "Accept", "application/json")
	if response.status != http.StatusOK {
		a.t.Fatalf("%s: %d: %s", url, response.status, response.body)
	}
	if err := json.Unmarshal(response.body, document); err != nil {
		a.t.Fatalf("%s: %v: %s", url, err, response.body)
	}
	return response
}

// items is a page of features as a client reads it.
type items struct {
	Type           string
	NumberMatched  int
	NumberReturned int
	TimeStamp      string
	Links          []ogc.Link
	Features       []feature
}

// feature is a feature as a client reads it.
type feature struct {
	Type       string
	ID         string
	Properties map[string]any
	Geometry   *struct {
		Type        string
		Coordinates any
	}
}

// link gives the URL of the link of that relation, or "".
func (i items) link(rel string) string {
	for _, l := range i.Links {
		if l.Rel == rel {
			return l.Href
		}
	}
	return ""
}

// ids lists the ids of the features.
func (i items) ids() []string {
	ids := make([]string, len(i.Features))
	for n, f := range i.Features {
		ids[n] = f.ID
	}
	return ids
}

// countingTracer counts the statements of a pool.
type countingTracer struct{ statements atomic.Int64 }

// TraceQueryStart counts.
func (c *countingTracer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	c.statements.Add(1)
	return ctx
}

// TraceQueryEnd has nothing to do.
func (*countingTracer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// fixedRevisions are those of a map that is not edited.
type fixedRevisions struct{}

func (fixedRevisions) Of(context.Context, geo.LayerName) (int64, error) { return 1, nil }

func (fixedRevisions) PublicationOf(context.Context, geo.LayerName) (geo.Publication, error) {
	return geo.Publication{Published: true}, nil
}

// serveTraced starts a server whose statements are counted, but for those that ask for revisions: a server that listens
// to its database has none of these.
func serveTraced(t testing.TB, tracer pgx.QueryTracer) *api {
	t.Helper()
	pool, err := postgis.Connect(t.Context(), pgtest.URL(t), postgis.Options{Tracer: tracer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return serve(t, func(o *ogc.Options) { o.Store, o.Revisions = postgis.New(pool), fixedRevisions{} })
}
