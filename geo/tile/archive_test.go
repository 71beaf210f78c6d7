package tile_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/geo/tile"
	"xiangtu/internal/archive"
	"xiangtu/internal/fixture"
	"xiangtu/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m, fixture.Prepare) }

func selection(t testing.TB, name geo.LayerName) tile.Selection {
	t.Helper()
	layer, ok := geo.LayerNamed(name)
	if !ok {
		t.Fatalf("no layer %s", name)
	}
	return tile.Selection{Layer: layer}
}

func create(t testing.TB) *os.File {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "map.pmtiles"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return file
}

// write writes an archive and reads it again.
func write(t testing.TB, store *postgis.Store, a tile.Archive) *archive.Archive {
	t.Helper()
	file := create(t)
	if _, err := a.Write(t.Context(), store, file); err != nil {
		t.Fatal(err)
	}
	written, err := archive.Read(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	return written
}

// Whatever changes while an archive is written, all of it is of the moment when it began.
func TestAnArchiveIsOfOneMoment(t *testing.T) {
	pool := pgtest.New(t)
	store := postgis.New(pool)
	before, err := store.LayerStates(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	changed := false
	a := tile.Archive{Selections: []tile.Selection{selection(t, geo.Towns), selection(t, geo.Villages)}, MinZoom: 8, MaxZoom: 11}
	a.Drawn = func() {
		if changed {
			return
		}
		changed = true
		for _, statement := range []string{"UPDATE xiangtu.towns SET name = '改名的镇'", "UPDATE xiangtu.villages SET name = '改名的村'"} {
			if _, err := pool.Exec(t.Context(), statement); err != nil {
				t.Error(err)
			}
		}
	}
	written := write(t, store, a)
	if !changed || len(written.Tiles) == 0 {
		t.Fatalf("changed: %v, %d tiles", changed, len(written.Tiles))
	}
	for at, body := range written.Tiles {
		if bytes.Contains(body, []byte("改名的镇")) || bytes.Contains(body, []byte("改名的村")) {
			t.Errorf("%v shows the change", at)
		}
	}
	revisions := written.Metadata["xiangtu"].(map[string]any)["revisions"].(map[string]any)
	for _, name := range []geo.LayerName{geo.Towns, geo.Villages} {
		if int64(revisions[string(name)].(float64)) != before[name].Revision {
			t.Errorf("%s has the revision %v, want %d", name, revisions[string(name)], before[name].Revision)
		}
	}
}

// A few points far from each other have few tiles around them, and no other is asked for: of the 65,536 tiles of zoom 8
// alone there are some dozen.
func TestEmptyPartsAreNotAskedFor(t *testing.T) {
	pool := pgtest.New(t)
	_, err := pool.Exec(t.Context(), `
		UPDATE xiangtu.stations SET geom = ST_SetSRID(ST_MakePoint(75 + n * 15, 10 + n * 10), 4326)
		FROM (SELECT code, row_number() OVER (ORDER BY code) AS n FROM xiangtu.stations) AS s WHERE s.code = stations.code AND n <= 4`)
	if err != nil {
		t.Fatal(err)
	}
	expected, drawn := 0, 0
	a := tile.Archive{Selections: []tile.Selection{selection(t, geo.Stations)}, MinZoom: 6, MaxZoom: 8}
	a.Expect, a.Drawn = func(n int) { expected += n }, func() { drawn++ }
	written := write(t, postgis.New(pool), a)
	if drawn != expected || drawn > 4*len(written.Tiles)+4 || len(written.Tiles) < 5*3 {
		t.Errorf("%d tiles were drawn, %d announced, %d are written", drawn, expected, len(written.Tiles))
	}
}

// What is too small to be seen from afar is found by going below a tile that shows nothing.
func TestWhatIsTooSmallFromAfarIsFoundBelow(t *testing.T) {
	pool := pgtest.New(t)
	const alone = "445203001001"
	if _, err := pool.Exec(t.Context(), "DELETE FROM xiangtu.grids WHERE code <> $1", alone); err != nil {
		t.Fatal(err)
	}
	written := write(t, postgis.New(pool), tile.Archive{Selections: []tile.Selection{selection(t, geo.Grids)}, MinZoom: 0, MaxZoom: 14})
	first := uint32(99)
	for at := range written.Tiles {
		first = min(first, at.Z)
	}
	if first < 6 || first > 12 {
		t.Errorf("the first tile is at zoom %d", first)
	}
}

func TestAnArchiveThatIsGivenUp(t *testing.T) {
	store := postgis.New(pgtest.New(t))
	a := tile.Archive{Selections: []tile.Selection{selection(t, geo.Grids)}, MinZoom: 8, MaxZoom: 12}
	ctx, giveUp := context.WithCancel(t.Context())
	a.Drawn = giveUp
	if _, err := a.Write(ctx, store, create(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	a.Drawn = nil
	if _, err := a.Write(t.Context(), store, full{create(t)}); !errors.Is(err, errFull) {
		t.Errorf("a full disk: %v", err)
	}
	write(t, store, a) // the connections are whole again
}

// full is a file on a disk that is full.
type full struct{ *os.File }

var errFull = errors.New("no space left on device")

func (full) Write([]byte) (int, error) { return 0, errFull }
