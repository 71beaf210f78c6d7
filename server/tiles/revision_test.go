package tiles

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"xiangtu/geo"
	"xiangtu/geo/tile"
	"xiangtu/internal/pgtest"
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

// neighbourTile is the tile next to gridTile, which no change of the grid touches.
const neighbourTile = "14/13486/7086"

// Two instances serve one map: what is written by way of one shows on the other, under the same names.
func TestInstancesShowEachOthersChanges(t *testing.T) {
	url := pgtest.URL(t)
	one, other := serveFrom(t, url, cached, 4), serveFrom(t, url, cached, 4)
	eventually(t, "two listeners", func() bool { return one.listeners(t) == 2 })
	for i := range 3 {
		before := other.ask("GET", path("grids", gridTile)).Header().Get("ETag")
		one.execute(t, "UPDATE xiangtu.grids SET name = $2 WHERE code = $1", changedGrid, fmt.Sprintf("第%d次", i))
		eventually(t, "the change", func() bool {
			return other.ask("GET", path("grids", gridTile), "If-None-Match", before).Code == 200
		})
		etag := other.ask("HEAD", path("grids", gridTile)).Header().Get("ETag")
		eventually(t, "the same name", func() bool { return one.ask("HEAD", path("grids", gridTile)).Header().Get("ETag") == etag })
	}
}

// A change draws the tiles anew that it touches, once, and no other.
func TestAChangeDropsTheTilesThatItTouches(t *testing.T) {
	s := serve(t, cached, 4)
	tags := func() (touched, other string) {
		return s.ask("HEAD", path("grids", gridTile)).Header().Get("ETag"), s.ask("HEAD", path("grids", neighbourTile)).Header().Get("ETag")
	}
	touched, other := tags()
	drawn := s.queries.count.Load()
	s.execute(t, "UPDATE xiangtu.grids SET workers = workers + 1 WHERE code = $1", changedGrid)
	eventually(t, "another ETag", func() bool { now, _ := tags(); return now != touched })
	if _, now := tags(); now != other {
		t.Error("a tile that is not touched has another ETag")
	}
	if n := s.queries.count.Load() - drawn; n != 1 {
		t.Errorf("%d tiles are drawn anew", n)
	}
	s.execute(t, "UPDATE xiangtu.grids SET workers = workers")
	eventually(t, "a drawing of both", func() bool { tags(); return s.queries.count.Load() == drawn+3 })
	if _, now := tags(); now != other {
		t.Error("a tile with the same bytes has another ETag")
	}
}

// While nobody listens to the database, tiles that are kept are held against its revisions; what changed meanwhile is
// known again afterwards, so that tiles which it did not touch are still good.
func TestALostConnectionShowsNoOldTile(t *testing.T) {
	s := serve(t, cached, 4)
	eventually(t, "a listener", func() bool { return s.listeners(t) == 1 })
	for round := range 5 {
		other := s.ask("GET", path("grids", neighbourTile))
		before := s.ask("GET", path("grids", gridTile))
		s.execute(t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'xiangtu listener'")
		eventually(t, "a loss", func() bool { return s.listeners(t) == 0 })
		time.Sleep(time.Duration(round) * time.Millisecond) // for the server to see it
		s.execute(t, "UPDATE xiangtu.grids SET workers = $2 WHERE code = $1", changedGrid, 100+round)
		eventually(t, "the change", func() bool {
			return s.ask("GET", path("grids", gridTile), "If-None-Match", before.Header().Get("ETag")).Code == 200
		})
		eventually(t, "a new listener", func() bool { return s.listeners(t) == 1 })
		drawn := s.queries.count.Load()
		eventually(t, "trust", func() bool {
			before := s.queries.count.Load()
			again := s.ask("GET", path("grids", neighbourTile), "If-None-Match", other.Header().Get("ETag"))
			return again.Code == 304 && s.queries.count.Load() == before
		})
		if n := s.queries.count.Load() - drawn; n > 1 {
			t.Errorf("a tile that nothing touched was drawn %d times", n)
		}
	}
}

func (s *served) listeners(t *testing.T) (count int) {
	t.Helper()
	err := s.owner.QueryRow(t.Context(), "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'xiangtu listener'").Scan(&count)
	if err != nil {
		t.Fatal(err)
	}
	return count
}

// sighting is what a reader was answered: a tile by its ETag, and the revision that was known before it asked.
type sighting struct {
	tile, etag string
	known      int64
}

// While grids change and move, every answer is a state of its tile that the map had at the revision that was known when
// it was asked for, or a later one; and one ETag never names two bodies.
func TestNobodyGetsAnOldTile(t *testing.T) {
	const writes, readers = 120, 4
	tiles := []string{gridTile, neighbourTile, "14/13487/7086", "12/3372/1771"}
	s := serve(t, cached, 6)
	eventually(t, "a listener", func() bool { return s.listeners(t) == 1 })
	first := s.revisionOf(t)
	var written atomic.Bool
	var running, writing sync.WaitGroup
	var mu sync.Mutex
	var sightings []sighting
	bodies := make(map[string]string)
	see := func(tile, tag string) string {
		known, err := s.tilesets.revisions.Of(t.Context(), geo.Grids)
		if err != nil {
			t.Error(err)
		}
		w := s.ask("GET", path("grids", tile), "If-None-Match", tag)
		etag := w.Header().Get("ETag")
		mu.Lock()
		defer mu.Unlock()
		sightings = append(sightings, sighting{tile, etag, known})
		switch body, seen := bodies[etag]; {
		case w.Code == 304 && etag != tag, w.Code != 304 && w.Code != 200:
			t.Errorf("%d with %s for %s", w.Code, etag, tag)
		case w.Code == 200 && seen && body != w.Body.String():
			t.Errorf("%s names two bodies", etag)
		case w.Code == 200:
			bodies[etag] = w.Body.String()
		}
		return etag
	}
	for reader := range readers {
		running.Go(func() {
			tags := make(map[string]string)
			for turn := reader; !written.Load(); turn++ {
				tile := tiles[turn%len(tiles)]
				tags[tile] = see(tile, tags[tile])
			}
		})
	}
	for range 2 {
		writing.Go(func() {
			for i := range writes / 2 {
				s.execute(t, "UPDATE xiangtu.grids SET workers = workers + 1, geom = ST_Multi(ST_Translate(geom, $2::float8, 0)) WHERE code = $1",
					changedGrid, []float64{0.03, -0.03}[i%2])
				time.Sleep(3 * time.Millisecond)
			}
		})
	}
	writing.Wait()
	written.Store(true)
	running.Wait()
	for _, tile := range tiles {
		etag := etagOf([]byte(s.at(t, tile, first+writes)))
		eventually(t, "the last state", func() bool { return see(tile, "") == etag })
	}
	latest := s.latest(t, tiles, first, first+writes)
	for _, seen := range sightings {
		if last, ok := latest[seen.tile+seen.etag]; !ok || last < seen.known {
			t.Errorf("%s: %s is of revision %d (%v), where %d was known", seen.tile, seen.etag, last, ok, seen.known)
		}
	}
	t.Logf("%d answers, %d bodies", len(sightings), len(bodies))
}

// latest gives the last revision at which each state of the tiles stood, by tile and ETag.
func (s *served) latest(t *testing.T, tiles []string, from, to int64) map[string]int64 {
	t.Helper()
	latest := make(map[string]int64)
	for revision := from; revision <= to; revision++ {
		for _, tile := range tiles {
			latest[tile+etagOf([]byte(s.at(t, tile, revision)))] = revision
		}
	}
	return latest
}

func (s *served) revisionOf(t *testing.T) int64 {
	t.Helper()
	revisions, err := s.store.Revisions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return revisions[geo.Grids]
}

// at draws a tile of grids as the map stood at a revision.
func (s *served) at(t *testing.T, at string, revision int64) string {
	t.Helper()
	var place tile.Place
	if _, err := fmt.Sscanf(at, "%d/%d/%d", &place.Z, &place.X, &place.Y); err != nil {
		t.Fatal(err)
	}
	grids, _ := geo.LayerNamed(geo.Grids)
	set := &tileset{selections: []tile.Selection{{Layer: grids}}}
	body, err := s.cache.build(geo.WithMoment(t.Context(), geo.Moment{geo.Grids: revision}), key{Place: place, tileset: set})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
