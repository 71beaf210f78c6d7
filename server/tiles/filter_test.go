package tiles

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb/encoding/mvt"
)

func filtered(path string, parameters ...string) string {
	values := url.Values{}
	for i := 0; i < len(parameters); i += 2 {
		values.Set(parameters[i], parameters[i+1])
	}
	return path + "?" + values.Encode()
}

// codes gives the codes of the features in each layer of a tile.
func (s *served) codes(t *testing.T, path string) map[string][]string {
	t.Helper()
	codes := map[string][]string{}
	for _, layer := range s.layers(t, path) {
		for _, f := range layer.Features {
			codes[layer.Name] = append(codes[layer.Name], f.Properties["code"].(string))
		}
	}
	return codes
}

// A filtered tile has the features of the whole tile that the filter lets pass, and they are drawn as in it.
func TestAFilteredTileIsAPartOfTheWhole(t *testing.T) {
	s := serve(t, cached, 4)
	whole := s.layers(t, path("grids,villages", busyTile))
	for _, test := range []struct {
		parameters []string
		passes     func(map[string]any) bool
	}{
		{[]string{"filter", "level = 1"}, func(p map[string]any) bool { return p["level"] == 1.0 }},
		{[]string{"filter", "level > 1 AND NOT workers < 3"}, func(p map[string]any) bool { return p["level"].(float64) > 1 && p["workers"].(float64) >= 3 }},
		{[]string{"filter-lang", "cql2-json", "filter", `{"op":"=","args":[{"property":"level"},2]}`}, func(p map[string]any) bool { return p["level"] == 2.0 }},
		{[]string{"filter", "level = 9"}, func(map[string]any) bool { return false }},
	} {
		got := s.layers(t, filtered(path("grids", busyTile), test.parameters...))
		var want mvt.Layers
		for _, layer := range whole {
			kept := *layer
			kept.Features = nil
			for _, f := range layer.Features {
				if layer.Name == "grids" && test.passes(f.Properties) {
					kept.Features = append(kept.Features, f)
				}
			}
			if len(kept.Features) > 0 {
				want = append(want, &kept)
			}
		}
		if len(test.parameters) == 2 && strings.Contains(test.parameters[1], "9") != (len(want) == 0) {
			t.Fatalf("%v: the test is about nothing", test.parameters)
		}
		requireSame(t, fmt.Sprint(test.parameters), featuresOf(got), featuresOf(want))
	}
}

func TestAFilterIsForEveryLayer(t *testing.T) {
	s := serve(t, cached, 4)
	const town = "12/3372/1771"
	all, some := s.codes(t, path("towns,villages", town)), s.codes(t, filtered(path("villages,towns", town), "filter", "name LIKE '%社区' OR kind = 'street'"))
	if len(some) == 0 || len(some["villages"]) >= len(all["villages"]) {
		t.Errorf("%v of %v", some, all)
	}
	inBox := s.codes(t, filtered(path("towns,villages", town), "filter", "S_INTERSECTS(geometry, BBOX(116.395, 23.575, 116.396, 23.576))"))
	if len(inBox["towns"]) == 0 || len(inBox["villages"]) == 0 || len(inBox["villages"]) >= len(all["villages"]) {
		t.Errorf("%v", inBox)
	}
	// The same box with latitude first, as EPSG:4326 has it.
	swapped := s.codes(t, filtered(path("towns,villages", town), "filter-crs", "http://www.opengis.net/def/crs/EPSG/0/4326",
		"filter", "S_INTERSECTS(geometry, POLYGON((23.575 116.395, 23.575 116.396, 23.576 116.396, 23.576 116.395, 23.575 116.395)))"))
	if !slices.Equal(swapped["villages"], inBox["villages"]) {
		t.Errorf("%v, with latitude first %v", inBox, swapped)
	}
}

func TestFiltersThatCannotBe(t *testing.T) {
	s := serve(t, cached, 4)
	for _, test := range []struct {
		path       string
		parameters []string
		says       string
	}{
		{path("grids", busyTile), []string{"filter", "level ="}, "filter"},
		{path("grids", busyTile), []string{"filter", "colour = 1"}, "level"},
		{path("grids,stations", busyTile), []string{"filter", "level = 1"}, "on stations: "},
		{path("grids", busyTile), []string{"filter", "level = 1", "filter-lang", "sql"}, "filter-lang"},
		{path("grids", busyTile), []string{"filter-lang", "cql2-text"}, "filter-lang"},
		{path("grids", busyTile), []string{"filter", "S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 0 1, 1 0, 0 0)))"}, "not valid"},
		{"/tiles/grids,stations.json", []string{"filter", "level = 1"}, "on stations: "},
	} {
		w := s.ask("GET", filtered(test.path, test.parameters...))
		if w.Code != 400 || !strings.Contains(w.Body.String(), test.says) {
			t.Errorf("%v: %d %s, want %q", test.parameters, w.Code, w.Body, test.says)
		}
	}
	if w := s.ask("GET", path("grids", busyTile)+"?filter=level%3D1&filter=level%3D2"); w.Code != 400 || !strings.Contains(w.Body.String(), "more than once") {
		t.Errorf("two filters: %d %s", w.Code, w.Body)
	}
}

// A filter is a part of what names a tile, and what it costs to read is paid once.
func TestFilteredTilesAreKept(t *testing.T) {
	s := serve(t, cached, 4)
	one, other := filtered(path("grids", busyTile), "filter", "level = 1"), filtered(path("grids", busyTile), "filter", "level = 2")
	a, b, whole := s.ask("GET", one), s.ask("GET", other), s.ask("GET", path("grids", busyTile))
	if a.Header().Get("ETag") == b.Header().Get("ETag") || a.Header().Get("ETag") == whole.Header().Get("ETag") || a.Body.String() == b.Body.String() {
		t.Errorf("%v and %v and %v", a.Header(), b.Header(), whole.Header())
	}
	asked := s.queries.count.Load()
	again := s.ask("GET", one)
	if again.Body.String() != a.Body.String() || s.queries.count.Load() != asked {
		t.Errorf("drawn again: %d queries", s.queries.count.Load()-asked)
	}
	if w := s.ask("GET", one, "If-None-Match", a.Header().Get("ETag")); w.Code != 304 {
		t.Errorf("not known again: %d", w.Code)
	}
	s.execute(t, "UPDATE xiangtu.grids SET name = '新网格' WHERE level = 1")
	eventually(t, "another ETag", func() bool {
		return s.ask("HEAD", one).Header().Get("ETag") != a.Header().Get("ETag")
	})
}

// Clients may make up filters without end: what is kept of them has a limit.
func TestFiltersTakeBoundedMemory(t *testing.T) {
	s := serve(t, 1<<20, 4)
	for i := range 600 {
		if w := s.ask("GET", filtered(path("stations", emptyTile), "filter", fmt.Sprintf("name = '%0*d'", 1000, i))); w.Code != 200 {
			t.Fatalf("%d %s", w.Code, w.Body)
		}
	}
	known := s.tilesets.queries.known
	known.CleanUp()
	s.cache.tiles.CleanUp()
	if known.WeightedSize() > queriesBytes || known.EstimatedSize() > 300 || s.cache.stats().Bytes > 1<<20 || s.cache.stats().Entries > 40 {
		t.Errorf("%d queries of %d bytes, %d tiles of %d bytes", known.EstimatedSize(), known.WeightedSize(), s.cache.stats().Entries, s.cache.stats().Bytes)
	}
}

func TestATileJSONPassesTheFilterOn(t *testing.T) {
	s := serve(t, cached, 4)
	w := s.ask("GET", filtered("/tiles/grids.json", "filter", "name LIKE '%村{z}' AND level = 1", "crs", "GCJ02"))
	const want = `"https://example.com/tiles/grids/{z}/{x}/{y}.mvt?crs=gcj02\u0026filter=name+LIKE+%27%25%E6%9D%91%7Bz%7D%27+AND+level+%3D+1"`
	if w.Code != 200 || !strings.Contains(w.Body.String(), want) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
