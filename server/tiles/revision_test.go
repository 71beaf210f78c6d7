package tiles

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb/encoding/mvt"

	"xiangtu/geo"
)

const changedGrid = "445203001001"

// gridTile shows the grid that the tests change.
const gridTile = "14/13488/7086"

func TestAChangeShows(t *testing.T) {
	s := serve(t, cached, 4)
	before := s.ask("GET", path("grids", gridTile))
	towns := s.ask("GET", path("towns", gridTile))
	s.execute(t, "UPDATE xiangtu.grids SET name = '新网格' WHERE code = $1", changedGrid)
	eventually(t, "another ETag", func() bool {
		return s.ask("HEAD", path("grids", gridTile)).Header().Get("ETag") != before.Header().Get("ETag")
	})
	after := s.ask("GET", path("grids", gridTile), "If-None-Match", before.Header().Get("ETag"))
	if after.Code != 200 || !strings.Contains(after.Body.String(), "新网格") {
		t.Errorf("%d, %d bytes", after.Code, after.Body.Len())
	}
	if both := s.ask("GET", path("towns,grids", gridTile)); !strings.Contains(both.Body.String(), "新网格") {
		t.Error("not in a tile of several layers")
	}
	again := s.ask("GET", path("towns", gridTile), "If-None-Match", towns.Header().Get("ETag"))
	if again.Code != 304 {
		t.Errorf("the tile of another layer: %d", again.Code)
	}
}

func TestTilesOfGoneRevisionsAreDropped(t *testing.T) {
	s := serve(t, cached, 4)
	for _, tile := range []string{"14/13487/7086", gridTile, emptyTile} {
		s.ask("GET", path("grids", tile))
		s.ask("GET", path("towns", tile))
	}
	etag := s.ask("HEAD", path("grids", gridTile)).Header().Get("ETag")
	s.execute(t, "UPDATE xiangtu.grids SET workers = 1 WHERE code = $1", changedGrid)
	eventually(t, "another ETag", func() bool {
		return s.ask("HEAD", path("grids", gridTile)).Header().Get("ETag") != etag
	})
	if n := s.cache.stats().Entries; n != 4 {
		t.Errorf("%d tiles are held; want 3 of towns and the new one", n)
	}
}

// Two maps, or two programs, never have an ETag in common.
func TestOriginsDiffer(t *testing.T) {
	one, other := tilesets{origin: fingerprint("a map")}, tilesets{origin: fingerprint("another map")}
	for _, s := range []*tilesets{&one, &other} {
		s.revisions, s.known = constant(7), map[uint64]*tileset{}
	}
	a, b := etagOf(t, &one, "towns"), etagOf(t, &other, "towns")
	if a == b || !strings.HasSuffix(a, `-7"`) {
		t.Errorf("%s and %s", a, b)
	}
}

type constant int64

func (c constant) Of(context.Context, geo.LayerName) (int64, error) { return int64(c), nil }

func (c constant) PublicationOf(context.Context, geo.LayerName) (geo.Publication, error) {
	return geo.Publication{Published: true}, nil
}

func etagOf(t *testing.T, s *tilesets, names string) string {
	t.Helper()
	asked, err := s.asked(t.Context(), names, "")
	if err != nil {
		t.Fatal(err)
	}
	version, err := s.version(t.Context(), asked.tileset)
	if err != nil {
		t.Fatal(err)
	}
	return version.etag
}

// While a grid gains a worker a revision, nobody gets a tile whose ETag is of
// more revisions than the tile has workers.
func TestNoOldTileUnderANewETag(t *testing.T) {
	const writes, readers = 150, 4
	s := serve(t, cached, 6)
	s.execute(t, "UPDATE xiangtu.grids SET workers = 0 WHERE code = $1", changedGrid)
	var first int64
	if err := s.store.Pool().QueryRow(t.Context(), "SELECT revision FROM xiangtu.layers WHERE name = 'grids'").Scan(&first); err != nil {
		t.Fatal(err)
	}
	var written atomic.Bool
	var running sync.WaitGroup
	for reader := range readers {
		layers := []string{"grids", "grids,towns"}[reader%2]
		running.Go(func() {
			for !written.Load() {
				requireNew(t, s, layers, first)
			}
		})
	}
	for range writes {
		s.execute(t, "UPDATE xiangtu.grids SET workers = workers + 1 WHERE code = $1", changedGrid)
		time.Sleep(time.Millisecond)
	}
	written.Store(true)
	running.Wait()
	eventually(t, "the last revision", func() bool {
		return requireNew(t, s, "grids", first) == first+writes
	})
}

// requireNew reads the tile once and gives its revision.
func requireNew(t *testing.T, s *served, layers string, first int64) int64 {
	t.Helper()
	w := s.ask("GET", path(layers, gridTile))
	tile, err := mvt.Unmarshal(w.Body.Bytes())
	if err != nil || w.Code != 200 {
		t.Errorf("%d, %v", w.Code, err)
		return 0
	}
	parts := strings.Split(strings.Trim(w.Header().Get("ETag"), `W/"`), "-")
	// The grids come last: the registry has parents before children.
	revision, err := strconv.ParseInt(parts[len(parts)-1], 36, 64)
	if err != nil {
		t.Error(err)
	}
	for _, layer := range tile {
		for _, f := range layer.Features {
			if f.Properties["code"] != changedGrid || layer.Name != "grids" {
				continue
			}
			if workers := int64(f.Properties["workers"].(float64)); workers < revision-first {
				t.Errorf("revision %d shows %d workers, which is of revision %d", revision, workers, first+workers)
			}
			return revision
		}
	}
	t.Errorf("revision %d: the grid is not in the tile", revision)
	return revision
}
