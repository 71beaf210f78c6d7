package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/graph"
	"xiangtu/graph/transport"
	"xiangtu/internal/fixture"
	"xiangtu/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m, fixture.Prepare) }

// client asks a GraphQL surface over the demonstration map, and sees the statements that it sends.
type client struct {
	pool    *pgxpool.Pool
	handler http.Handler
	tracer  *statements
	actor   geo.Actor
}

func newClient(t testing.TB) *client {
	t.Helper()
	tracer := &statements{}
	pool, err := postgis.Connect(t.Context(), pgtest.URL(t), postgis.Options{Tracer: tracer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return &client{pool: pool, tracer: tracer, handler: graph.New(graph.Config{
		Store:     postgis.New(pool),
		BaseURL:   func(*http.Request) string { return "https://map.example" },
		Transport: transport.Config{MaxComplexity: 250_000},
	})}
}

// ask posts a query and gives the response.
func (c *client) ask(t testing.TB, query string, variables map[string]any) map[string]any {
	t.Helper()
	text := c.post(t, query, variables)
	var response map[string]any
	if err := json.Unmarshal(text, &response); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	return response
}

// post posts a query of the client's actor, who is nobody unless told, and gives the text of the response.
func (c *client) post(t testing.TB, query string, variables map[string]any) []byte {
	t.Helper()
	return c.postAs(geo.WithActor(t.Context(), c.actor), t, query, variables)
}

// postAs posts a query of the context's actor.
func (c *client) postAs(ctx context.Context, t testing.TB, query string, variables map[string]any) []byte {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, r)
	return w.Body.Bytes()
}

// data gives the data of a query that has no errors.
func (c *client) data(t testing.TB, query string, variables map[string]any) map[string]any {
	t.Helper()
	response := c.ask(t, query, variables)
	if response["errors"] != nil {
		t.Fatalf("%s: %v", query, response["errors"])
	}
	data, _ := response["data"].(map[string]any)
	return data
}

// at follows a path of members and indexes.
func at(v any, path ...any) any {
	for _, step := range path {
		switch step := step.(type) {
		case string:
			members, _ := v.(map[string]any)
			v = members[step]
		case int:
			items, _ := v.([]any)
			if step >= len(items) {
				return nil
			}
			v = items[step]
		}
	}
	return v
}

// statements is a tracer that keeps the statements it sees.
type statements struct {
	mu   sync.Mutex
	seen []string
}

func (s *statements) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if strings.HasPrefix(data.SQL, "SELECT set_config('xiangtu.actor'") {
		return ctx // a connection of the pool that somebody else used is told whose it is now
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, data.SQL)
	return ctx
}

func (*statements) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func (*statements) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return ctx
}

func (s *statements) TraceBatchQuery(_ context.Context, _ *pgx.Conn, data pgx.TraceBatchQueryData) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, data.SQL)
}

func (*statements) TraceBatchEnd(context.Context, *pgx.Conn, pgx.TraceBatchEndData) {}

// take gives what was seen since the last take.
func (s *statements) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	seen := s.seen
	s.seen = nil
	return seen
}
