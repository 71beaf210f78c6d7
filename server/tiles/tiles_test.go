package tiles

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"xiangtu/geo/crs"
	"xiangtu/internal/golden"
)

func TestRequests(t *testing.T) {
	s := serve(t, cached, 4)
	for _, test := range []struct {
		name, path string
		status     int
		says       string // in the problem
	}{
		{"a layer", path("grids", busyTile), 200, ""},
		{"several layers", path("towns,villages", busyTile), 200, ""},
		{"several layers, comma encoded", path("towns%2Cvillages", busyTile), 200, ""},
		{"a layer twice", path("towns,towns", busyTile), 200, ""},
		{"the ocean", path("grids", emptyTile), 200, ""},
		{"the whole world", path("towns", "0/0/0"), 200, ""},
		{"beyond the layer's zooms", path("stations", "22/0/0"), 200, ""},
		{"for GCJ-02", path("grids", busyTile) + "?crs=gcj02", 200, ""},
		{"for WGS 84", path("grids", busyTile) + "?crs=WGS84", 200, ""},

		{"an unknown layer", path("roads", busyTile), 404, `no layer \"roads\"; there are towns, villages`},
		{"no layer", path("towns,", busyTile), 404, `no layer \"\"`},
		{"another format", "/tiles/grids/12/3372/1770.pbf", 404, ".mvt"},
		{"no number", path("grids", "12/a/1770"), 400, `\"a\" is not a number`},
		{"a negative number", path("grids", "12/-1/0"), 400, `\"-1\" is not a number`},
		{"too deep", path("grids", "23/0/0"), 404, "the last one is 22"},
		{"too far east", path("grids", "3/8/0"), 404, "the last one is 7"},
		{"too far south", path("grids", "0/0/1"), 404, "the last one is 0"},
		{"a number without end", path("grids", "3/"+strings.Repeat("9", 40)+"/0"), 404, "the last one is 7"},
		{"an unknown parameter", path("grids", busyTile) + "?level=1", 400, "known are crs (wgs84, gcj02 or bd09), filter, filter-lang, filter-crs"},
		{"a system of metres", path("grids", busyTile) + "?crs=EPSG:3857", 400, "wgs84, gcj02 or bd09"},
		{"an unknown system", path("grids", busyTile) + "?crs=mars", 400, "wgs84, gcj02 or bd09"},
		{"two systems", path("grids", busyTile) + "?crs=gcj02&crs=bd09", 400, "more than once"},
		{"a broken query", path("grids", busyTile) + "?crs=%zz", 400, "URL-encoded"},

		{"a TileJSON", "/tiles/grids.json", 200, ""},
		{"a TileJSON of an unknown layer", "/tiles/roads.json", 404, "there are towns"},
		{"a TileJSON in another format", "/tiles/grids.xml", 404, ".json"},
		{"a TileJSON with an unknown parameter", "/tiles/grids.json?z=3", 400, "known are crs"},
	} {
		t.Run(test.name, func(t *testing.T) {
			w := s.ask("GET", test.path)
			if w.Code != test.status || !strings.Contains(w.Body.String(), test.says) {
				t.Errorf("%d %.300s", w.Code, w.Body)
			}
		})
	}
}

func TestAnswersOfATile(t *testing.T) {
	s := serve(t, cached, 4)
	whole := s.ask("GET", path("grids", busyTile))
	header := whole.Header()
	if header.Get("Content-Type") != "application/vnd.mapbox-vector-tile" ||
		header.Get("Cache-Control") != "public, max-age=0, must-revalidate" ||
		header.Get("Vary") != "Accept-Encoding" || header.Get("Content-Encoding") != "" ||
		whole.Body.Len() < compressFrom {
		t.Fatalf("%d bytes, %v", whole.Body.Len(), header)
	}

	t.Run("gzip holds the same", func(t *testing.T) {
		w := s.ask("GET", path("grids", busyTile), "Accept-Encoding", "br, gzip")
		if w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() >= whole.Body.Len() {
			t.Fatalf("%d bytes, %v", w.Body.Len(), w.Header())
		}
		r, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if readAll(t, r) != whole.Body.String() {
			t.Error("another tile")
		}
	})
	t.Run("small tiles stay as they are", func(t *testing.T) {
		w := s.ask("GET", path("stations", "10/843/442"), "Accept-Encoding", "gzip")
		if w.Code != 200 || w.Header().Get("Content-Encoding") != "" {
			t.Errorf("%d %v", w.Code, w.Header())
		}
	})
	t.Run("HEAD is GET without a body", func(t *testing.T) {
		w := s.ask("HEAD", path("grids", busyTile))
		if w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Content-Length") != header.Get("Content-Length") {
			t.Errorf("%d, %d bytes, %v", w.Code, w.Body.Len(), w.Header())
		}
	})
	t.Run("a tile without features is empty", func(t *testing.T) {
		w := s.ask("GET", path("grids", emptyTile))
		if w.Code != 200 || w.Body.Len() != 0 || w.Header().Get("Content-Length") != "0" {
			t.Errorf("%d, %d bytes, %v", w.Code, w.Body.Len(), w.Header())
		}
	})
	t.Run("other reasons to vary stay", func(t *testing.T) {
		for _, given := range [][]string{{"Origin"}, {"Cookie"}, {"A", "B"}} {
			got := strings.Join(varyAlso(slices.Clone(given)), ", ")
			if want := strings.Join(given, ", ") + ", Accept-Encoding"; got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
	})
}

// A client that has the tile is told so without a question to the database.
func TestNotModified(t *testing.T) {
	s := serve(t, cached, 4)
	etag := s.ask("GET", path("grids", busyTile)).Header().Get("ETag")
	asked := s.queries.count.Load()
	for _, test := range []struct {
		known  string
		status int
	}{
		{etag, 304},
		{strings.TrimPrefix(etag, "W/"), 304},
		{`"other", ` + etag, 304},
		{"*", 304},
		{`W/"other"`, 200},
		{"", 200},
	} {
		for _, method := range []string{"GET", "HEAD"} {
			w := s.ask(method, path("grids", busyTile), "If-None-Match", test.known)
			if w.Code != test.status || w.Header().Get("ETag") != etag {
				t.Errorf("%s with %s: %d, %v", method, test.known, w.Code, w.Header())
			}
			if w.Code == http.StatusNotModified && (w.Body.Len() != 0 || s.queries.count.Load() != asked) {
				t.Errorf("%s with %s: %d bytes, %d queries", method, test.known, w.Body.Len(), s.queries.count.Load()-asked)
			}
			asked = s.queries.count.Load()
		}
	}
}

// A tile has one name in both encodings, so that a client which has it in one and asks for it in the other keeps it.
func TestOneNameInBothEncodings(t *testing.T) {
	for _, memory := range []int64{cached, uncached} {
		s := serve(t, memory, 4)
		tags := make(map[string]string)
		for _, encoding := range []string{"identity", "gzip"} {
			w := s.ask("GET", path("grids", busyTile), "Accept-Encoding", encoding)
			if packed := w.Header().Get("Content-Encoding") == "gzip"; packed != (encoding == "gzip") {
				t.Fatalf("%s: %v", encoding, w.Header())
			}
			tags[encoding] = w.Header().Get("ETag")
		}
		for _, encoding := range []string{"identity", "gzip"} {
			for from, tag := range tags {
				if w := s.ask("GET", path("grids", busyTile), "Accept-Encoding", encoding, "If-None-Match", tag); w.Code != http.StatusNotModified {
					t.Errorf("%s, known in %s: %d", encoding, from, w.Code)
				}
			}
		}
	}
}

func TestLayersOfATile(t *testing.T) {
	s := serve(t, cached, 4)
	at := func(z maptile.Zoom) string {
		return pathOf("stations,towns,grids", maptile.At(orb.Point{116.3988, 23.5707}, z))
	}
	for _, test := range []struct {
		name string
		zoom maptile.Zoom
		want string
	}{
		{"below all zooms", 5, ""},
		{"below the zooms of grids", 7, "towns stations"},
		{"within all", 10, "towns grids stations"},
		{"beyond all", 19, "towns grids"}, // the stations are elsewhere
	} {
		t.Run(test.name, func(t *testing.T) {
			var names []string
			for _, layer := range s.layers(t, at(test.zoom)) {
				names = append(names, layer.Name)
			}
			if got := strings.Join(names, " "); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

// A tile for a base map in GCJ-02 has every station where that map has it.
func TestShiftedTiles(t *testing.T) {
	s := serve(t, cached, 4)
	const z, within = 14, 0.00002 // degrees, one unit of a tile at that zoom
	for _, system := range []crs.CRS{crs.WGS84, crs.GCJ02, crs.BD09} {
		var lon, lat float64
		var fid int64
		row := s.store.Pool().QueryRow(t.Context(), "SELECT fid, ST_X(geom), ST_Y(geom) FROM xiangtu.stations ORDER BY code LIMIT 1")
		if err := row.Scan(&fid, &lon, &lat); err != nil {
			t.Fatal(err)
		}
		x, y := system.FromWGS84(lon, lat)
		tile := maptile.At(orb.Point{x, y}, z)
		layers := s.layers(t, pathOf("stations", tile)+"?crs="+system.String())
		layers.ProjectToWGS84(tile)
		found := false
		for _, f := range layers[0].Features {
			p, ok := f.Geometry.(orb.Point)
			found = found || ok && f.ID == float64(fid) && math.Abs(p[0]-x) < within && math.Abs(p[1]-y) < within
		}
		if !found {
			t.Errorf("%v: station %d is not at %v, %v", system, fid, x, y)
		}
	}
}

func TestTileJSON(t *testing.T) {
	s := serve(t, cached, 4)
	for _, test := range []struct{ name, path string }{
		{"grids", "/tiles/grids.json"},
		{"towns,stations-gcj02", "/tiles/stations,towns.json?crs=GCJ02"},
	} {
		w := s.ask("GET", test.path)
		if w.Code != 200 || w.Header().Get("Content-Type") != "application/json" {
			t.Fatalf("%d %v", w.Code, w.Header())
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, w.Body.Bytes(), "", "  "); err != nil {
			t.Fatal(err)
		}
		golden.Equal(t, "tilejson-"+test.name+".json", append(pretty.Bytes(), '\n'))

		if again := s.ask("GET", test.path, "If-None-Match", w.Header().Get("ETag")); again.Code != 304 {
			t.Errorf("%s: not known again: %d", test.path, again.Code)
		}
	}
	t.Run("an empty map has no bounds", func(t *testing.T) {
		s.execute(t, "TRUNCATE xiangtu.belts, xiangtu.belt_villages")
		eventually(t, "a TileJSON without bounds", func() bool {
			return !strings.Contains(s.ask("GET", "/tiles/belts.json").Body.String(), "bounds")
		})
	})
}
