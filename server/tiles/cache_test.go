package tiles

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"xiangtu/geo/tile"
)

func TestTheSameTileIsReadOnce(t *testing.T) {
	s := serve(t, cached, 4)
	for range 3 {
		s.ask("GET", path("grids", busyTile))
		s.ask("HEAD", path("grids", busyTile))
	}
	if n := s.queries.count.Load(); n != 1 {
		t.Errorf("%d queries for a tile", n)
	}
	for range 3 {
		s.ask("GET", path("stations,towns", emptyTile))
		s.ask("GET", path("towns,stations", emptyTile))
	}
	if n := s.queries.count.Load(); n != 3 {
		t.Errorf("%d queries with an empty tile of two layers", n)
	}
	err := testutil.GatherAndCompare(s.registry, strings.NewReader(`
# HELP xiangtu_cache_hits_total Look-ups that found an entry.
# TYPE xiangtu_cache_hits_total counter
xiangtu_cache_hits_total{cache="tiles"} 10
# HELP xiangtu_cache_misses_total Look-ups that found none.
# TYPE xiangtu_cache_misses_total counter
xiangtu_cache_misses_total{cache="tiles"} 2
`), "xiangtu_cache_hits_total", "xiangtu_cache_misses_total")
	if err != nil {
		t.Error(err)
	}
	if n, err := testutil.GatherAndCount(s.registry, "xiangtu_tile_build_duration_seconds"); err != nil || n != 1 {
		t.Errorf("builds at %d zooms (%v)", n, err)
	}
}

func TestMissesOfATileShareAQuery(t *testing.T) {
	s := serve(t, cached, 8)
	s.queries.gate.Lock()
	answers := make([]*httptest.ResponseRecorder, 20)
	var clients sync.WaitGroup
	for i := range answers {
		clients.Go(func() { answers[i] = s.ask("GET", path("grids", busyTile)) })
	}
	eventually(t, "a query", func() bool { return s.queries.count.Load() > 0 })
	s.queries.gate.Unlock()
	clients.Wait()
	if n := s.queries.count.Load(); n != 1 {
		t.Errorf("%d queries", n)
	}
	for _, answer := range answers {
		if answer.Code != 200 || answer.Body.Len() == 0 || answer.Body.String() != answers[0].Body.String() {
			t.Fatalf("%d with %d bytes", answer.Code, answer.Body.Len())
		}
	}
}

// The client whose request reads the tile goes away, first while it waits for a
// connection, then while it reads: those who wait for the same tile get it.
func TestAClientThatGoesTakesNobodyWithIt(t *testing.T) {
	s := serve(t, cached, 1)
	connection, err := s.store.Pool().Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(t.Context())
	left, stayed := s.background(ctx, busyTile), s.background(t.Context(), busyTile)
	time.Sleep(20 * time.Millisecond) // both wait, one for the connection
	leave()
	connection.Release()
	requireTile(t, <-stayed)
	<-left

	const other = "12/3371/1770"
	s.queries.gate.Lock()
	before := s.queries.count.Load()
	ctx, leave = context.WithCancel(t.Context())
	left = s.background(ctx, other)
	eventually(t, "a query", func() bool { return s.queries.count.Load() > before })
	stayed = s.background(t.Context(), other)
	leave()
	s.queries.gate.Unlock()
	requireTile(t, <-stayed)
	<-left
	if n := s.queries.count.Load(); n != before+1 {
		t.Errorf("a query that had begun was given up: %d queries", n-before)
	}
}

func (s *served) background(ctx context.Context, tile string) <-chan *httptest.ResponseRecorder {
	answer := make(chan *httptest.ResponseRecorder, 1)
	go func() { answer <- s.askWithin(ctx, "GET", path("grids", tile)) }()
	return answer
}

func requireTile(t *testing.T, answer *httptest.ResponseRecorder) {
	t.Helper()
	if answer.Code != 200 || answer.Body.Len() == 0 {
		t.Fatalf("%d %s", answer.Code, answer.Body)
	}
}

// unchanging are tilesets of a map that never changes.
func unchanging() *tilesets { return &tilesets{} }

// drawnOnce is a tileset of it, with its version.
func drawnOnce() (*tileset, *version) {
	set, only := &tileset{}, &version{}
	set.latest.Store(only)
	return set, only
}

func TestErrorsAreNotKept(t *testing.T) {
	set, only := drawnOnce()
	failure, calls := errors.New("once"), 0
	c, err := newCache(cached, unchanging(), func(context.Context, key) ([]byte, error) {
		if calls++; calls == 1 {
			return nil, failure
		}
		return []byte("tile"), nil
	}, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.get(t.Context(), key{tileset: set}, only); !errors.Is(err, failure) {
		t.Errorf("first %v", err)
	}
	if tile, err := c.get(t.Context(), key{tileset: set}, only); err != nil || string(tile.body) != "tile" {
		t.Errorf("then %v", err)
	}
}

func TestTheCacheKeepsToItsSize(t *testing.T) {
	const size, tiles, length = 1 << 20, 200, 20 << 10
	c, err := newCache(size, unchanging(), func(context.Context, key) ([]byte, error) { return make([]byte, length), nil }, prometheus.NewRegistry())
	if err != nil {
		t.Fatal(err)
	}
	set, only := drawnOnce()
	for x := range uint32(tiles) {
		if _, err := c.get(t.Context(), key{Place: tile.Place{X: x}, tileset: set}, only); err != nil {
			t.Fatal(err)
		}
	}
	c.tiles.CleanUp()
	if s := c.stats(); s.Bytes > size || s.Bytes < size/2 || s.Evictions == 0 || s.MaxBytes != size {
		t.Errorf("%+v", s)
	}
}
