package main

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
	"golang.org/x/sync/errgroup"

	"xiangtu/internal/archive"
)

// neighbourhood is the tiles of a level around the demonstration map, some of them beyond it.
func neighbourhood(z uint32) (tiles []archive.Tile) {
	from, to := maptile.At(orb.Point{116.05, 23.82}, maptile.Zoom(z)), maptile.At(orb.Point{116.60, 23.46}, maptile.Zoom(z))
	for x := from.X; x <= to.X; x++ {
		for y := from.Y; y <= to.Y; y++ {
			tiles = append(tiles, archive.Tile{Z: z, X: x, Y: y})
		}
	}
	return tiles
}

func fetchTile(url string) (string, error) {
	r, err := http.Get(url)
	if err != nil {
		return "", err
	}
	defer r.Body.Close()
	body, err := io.ReadAll(r.Body)
	if err == nil && r.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s %s", url, r.Status, body)
	}
	return string(body), err
}

// The tiles of an archive are those that the server answers, byte for byte, and there are no others.
func TestAnArchiveHasTheServersTiles(t *testing.T) {
	t.Parallel()
	const all = "towns,villages,grids,belts,stations"
	s := runServe(t)
	for _, test := range []struct {
		name, layers, query string
		flags               []string
		from, to            uint32
	}{
		{"the whole map", all, "", []string{"--max-zoom", "12"}, 6, 12}, // web/test/pmtiles.mjs goes to 14
		{"under a base map in GCJ-02", "stations,grids", "?crs=gcj02", []string{"--crs", "gcj02", "--max-zoom", "13"}, 6, 13},
		{"filtered", "grids", "?filter=level%3D1+AND+workers%3E2", []string{"--filter", "level=1 AND workers>2", "--max-zoom", "13"}, 8, 13},
		{"from afar to beyond the layers", "stations,belts", "", []string{"--min-zoom", "0", "--max-zoom", "15"}, 0, 15},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "map.pmtiles")
			code, stdout, stderr := execute(t, append([]string{"--database-url", s.database, "export", test.layers, file}, test.flags...)...)
			if code != 0 || !strings.Contains(stdout, "tiles, ") || !strings.Contains(stderr, "done") {
				t.Fatalf("%d %q %q", code, stdout, stderr)
			}
			a, err := archive.Read(file)
			if err != nil {
				t.Fatal(err)
			}
			if int(a.Header.MinZoom) != int(test.from) || int(a.Header.MaxZoom) != int(test.to) {
				t.Errorf("zooms %d to %d", a.Header.MinZoom, a.Header.MaxZoom)
			}
			requireServersTiles(t, a, s.base+"/tiles/"+test.layers, test.query, test.from, test.to)
		})
	}
}

func requireServersTiles(t *testing.T, a *archive.Archive, base, query string, from, to uint32) {
	t.Helper()
	found := 0
	for z := from; z <= to; z++ {
		var group errgroup.Group
		group.SetLimit(8)
		for _, at := range neighbourhood(z) {
			archived := string(a.Tiles[at])
			if archived != "" {
				found++
			}
			group.Go(func() error {
				served, err := fetchTile(fmt.Sprintf("%s/%d/%d/%d.mvt%s", base, at.Z, at.X, at.Y, query))
				if err == nil && served != archived {
					err = fmt.Errorf("%v has %d bytes in the archive and %d on the server", at, len(archived), len(served))
				}
				return err
			})
		}
		if err := group.Wait(); err != nil {
			t.Error(err)
		}
	}
	if found != len(a.Tiles) || found == 0 {
		t.Errorf("%d tiles are around the map, and %d in the archive", found, len(a.Tiles))
	}
}

func TestWhatAnArchiveSaysOfItself(t *testing.T) {
	t.Parallel()
	url := demonstration(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "map.pmtiles")
	if err := os.WriteFile(file, []byte("an older export"), 0o600); err != nil {
		t.Fatal(err)
	}
	code, stdout, stderr := execute(t, "--database-url", url, "export", "grids,towns", file,
		"--bbox", "116.35,23.50,116.45,23.60", "--max-zoom", "11", "--name", "镇街", "--attribution", "揭东区")
	if code != 0 {
		t.Fatalf("%d %q %q", code, stdout, stderr)
	}
	a, err := archive.Read(file)
	if err != nil {
		t.Fatal(err)
	}
	layers := a.Metadata["vector_layers"].([]any)
	first := layers[0].(map[string]any)
	if a.Metadata["name"] != "镇街" || a.Metadata["attribution"] != "揭东区" || len(layers) != 2 || first["id"] != "towns" || first["maxzoom"] != 11.0 ||
		first["fields"].(map[string]any)["name"] != "String" {
		t.Errorf("%v", a.Metadata)
	}
	revisions := a.Metadata["xiangtu"].(map[string]any)["revisions"].(map[string]any)
	if revisions["towns"].(float64) < 1 || revisions["grids"].(float64) < 1 || len(revisions) != 2 {
		t.Errorf("%v", a.Metadata["xiangtu"])
	}
	box := orb.Bound{Min: orb.Point{116.35, 23.50}, Max: orb.Point{116.45, 23.60}}
	for at := range a.Tiles {
		if !maptile.New(at.X, at.Y, maptile.Zoom(at.Z)).Bound().Intersects(box) {
			t.Errorf("%v is not in the box", at)
		}
	}
	h := a.Header
	if h.West >= h.East || h.South >= h.North || math.Abs(float64(h.CenterLongitude)/1e7-116.4) > 0.3 || h.CenterZoom < h.MinZoom || h.CenterZoom > h.MaxZoom {
		t.Errorf("%+v", h)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

// A page beside the archive shows it. One that is ours is written anew, and nothing else is.
func TestThePageOfAnArchive(t *testing.T) {
	url := demonstration(t)
	dir := t.TempDir()
	file, page := filepath.Join(dir, `a "map" 图.pmtiles`), filepath.Join(dir, `a "map" 图.html`)
	export := func(flags ...string) (code int, stdout, stderr string) {
		return execute(t, append([]string{"--database-url", url, "export", "stations", file, "--max-zoom", "8"}, flags...)...)
	}
	for range 2 {
		if code, stdout, stderr := export(); code != 0 || !strings.Contains(stdout, page+": shows it") {
			t.Fatalf("%d %q %q", code, stdout, stderr)
		}
		text, err := os.ReadFile(page)
		if err != nil || !strings.Contains(string(text), `content="./a%20%22map%22%20%E5%9B%BE.pmtiles"`) || strings.Contains(string(text), "src=") && strings.Contains(string(text), `src="/assets`) {
			t.Errorf("%v, %d bytes: %.600s", err, len(text), text)
		}
	}
	if err := os.WriteFile(page, []byte("<p>somebody's own page"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, stderr := export(); code == 0 || !strings.Contains(stderr, "is left alone: choose another name, or give --no-page") {
		t.Errorf("%d %q", code, stderr)
	}
	if code, _, stderr := export("--no-page"); code != 0 {
		t.Errorf("%d %q", code, stderr)
	}
	if text, err := os.ReadFile(page); err != nil || string(text) != "<p>somebody's own page" {
		t.Errorf("%q (%v)", text, err)
	}
}

func TestArchivesThatCannotBeAreErrors(t *testing.T) {
	url := demonstration(t)
	dir := t.TempDir()
	file := filepath.Join(dir, "map.pmtiles")
	if err := os.WriteFile(file, []byte("an older export"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.pmtiles"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		says string
		args []string
	}{
		{`no layer "roads"; there are towns`, []string{"towns,roads", file}},
		{"--min-zoom is 9 and --max-zoom 7", []string{"towns", file, "--min-zoom", "9", "--max-zoom", "7"}},
		{"must be from 0 to 22", []string{"towns", file, "--max-zoom", "23"}},
		{"wgs84, gcj02 or bd09", []string{"towns", file, "--crs", "web_mercator"}},
		{"--precision: tiles have a grid", []string{"towns", file, "--precision", "3"}},
		{"--bbox:", []string{"towns", file, "--bbox", "1,2"}},
		{"nothing to draw at zooms 6 to 14 of towns, stations in the box", []string{"stations,towns", file, "--bbox", "1,2,3,4"}},
		{"--filter, on stations: ", []string{"grids,stations", file, "--filter", "level = 1"}},
		{"--filter, on grids: ", []string{"grids", file, "--filter", "level ="}},
		{"cannot be written to the standard output", []string{"towns", "-", "--format", "pmtiles"}},
		{"is not a file", []string{"towns", filepath.Join(dir, "folder.pmtiles")}},
		{"no such file or directory", []string{"towns", filepath.Join(dir, "none", "map.pmtiles")}},
	} {
		code, stdout, stderr := execute(t, append([]string{"--database-url", url, "export"}, test.args...)...)
		if code == 0 || stdout != "" || !strings.Contains(stderr, test.says) {
			t.Errorf("%v: %d %q %q", test.args, code, stdout, stderr)
		}
	}
	if old, err := os.ReadFile(file); err != nil || string(old) != "an older export" {
		t.Errorf("the older export is gone: %q (%v)", old, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}
