package tiles

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"
	"github.com/prometheus/client_golang/prometheus"

	"xiangtu/geo/postgis"
	"xiangtu/internal/fixture"
	"xiangtu/internal/pgtest"
	"xiangtu/server/sheet"
)

func TestMain(m *testing.M) { pgtest.Main(m, fixture.Prepare) }

// served is the surface over the demonstration map.
type served struct {
	http.Handler
	*Tiles
	store    *postgis.Store
	owner    *pgxpool.Pool // that may change the map
	registry *prometheus.Registry
	queries  *queries
}

// queries counts the statements that read tiles. While gate is held they wait
// before they are sent.
type queries struct {
	count atomic.Int64
	gate  sync.Mutex
}

func (q *queries) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if strings.HasPrefix(data.SQL, "SELECT t.fid") {
		q.count.Add(1)
		q.gate.Lock()
		defer q.gate.Unlock()
	}
	return ctx
}

func (*queries) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

const (
	cached   = 32 << 20
	uncached = 0
)

// serve starts the surface with so much memory for tiles, on at most so many
// connections.
func serve(t testing.TB, cacheBytes int64, connections int32) *served {
	t.Helper()
	return serveFrom(t, pgtest.URL(t), cacheBytes, connections)
}

// serveFrom is serve over a database that others may serve, too.
func serveFrom(t testing.TB, url string, cacheBytes int64, connections int32) *served {
	t.Helper()
	s := &served{queries: &queries{}, registry: prometheus.NewRegistry()}
	pool, err := postgis.Connect(t.Context(), url, postgis.Options{Tracer: s.queries, MaxConnections: connections})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	s.store = postgis.New(pool)
	if s.owner, err = pgxpool.New(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.owner.Close)
	revisions := postgis.NewRevisions(s.store, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { revisions.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	// Before that, anything may have changed.
	eventually(t, "what has changed", func() bool { _, err := revisions.Follow(); return err == nil })

	s.Tiles, err = New(Options{
		Store: s.store, Revisions: revisions, CacheBytes: cacheBytes, Registry: s.registry,
		BaseURL: func(r *http.Request) string { return "https://" + r.Host },
	})
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /tiles/{layers}/{z}/{x}/{y}", s.Tile)
	mux.HandleFunc("GET /tiles/{tileset}", s.TileJSON)
	for _, route := range s.OGCRoutes(writePage) {
		mux.Handle("GET "+route.Path, route.Handler)
	}
	s.Handler = mux
	return s
}

// writePage writes what a page shows as JSON; how it looks is for the surface that has the look.
func writePage(header http.Header, _ *http.Request, page *sheet.Page) ([]byte, error) {
	header.Set("Content-Security-Policy", "default-src 'none'")
	return json.Marshal(page)
}

// ask sends a request with headers, given as names and values by turns.
func (s *served) ask(method, path string, headers ...string) *httptest.ResponseRecorder {
	return s.askWithin(context.Background(), method, path, headers...)
}

func (s *served) askWithin(ctx context.Context, method, path string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(ctx, method, path, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// layers asks for a tile and decodes it.
func (s *served) layers(t testing.TB, path string) mvt.Layers {
	t.Helper()
	w := s.ask("GET", path)
	if w.Code != 200 {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	layers, err := mvt.Unmarshal(w.Body.Bytes())
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return layers
}

func (s *served) execute(t testing.TB, statement string, values ...any) {
	t.Helper()
	if _, err := s.owner.Exec(t.Context(), statement, values...); err != nil {
		t.Fatal(err)
	}
}

// eventually waits until a condition holds.
func eventually(t testing.TB, what string, holds func() bool) {
	t.Helper()
	for limit := time.Now().Add(10 * time.Second); !holds(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("not in time: %s", what)
		}
	}
}

// Tiles of the demonstration map, and of the ocean.
const (
	busyTile  = "12/3372/1770"
	emptyTile = "12/0/0"
)

func path(layers, tile string) string { return fmt.Sprintf("/tiles/%s/%s.mvt", layers, tile) }

func pathOf(layers string, tile maptile.Tile) string {
	return path(layers, fmt.Sprintf("%d/%d/%d", tile.Z, tile.X, tile.Y))
}

func readAll(t testing.TB, r io.Reader) string {
	t.Helper()
	all, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(all)
}
