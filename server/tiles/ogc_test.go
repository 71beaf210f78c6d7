package tiles

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"xiangtu/internal/golden"
)

// The documents of the API, as clients get them.
func TestOGCDocuments(t *testing.T) {
	s := serve(t, cached, 4)
	for _, test := range []struct{ name, path string }{
		{"ogc-matrix-sets", "/ogc/tileMatrixSets"},
		{"ogc-web-mercator-quad", "/ogc/tileMatrixSets/WebMercatorQuad"},
		{"ogc-cgcs2000-quad", "/ogc/tileMatrixSets/CGCS2000Quad?f=json"},
		{"ogc-tilesets", "/ogc/tiles?collections=towns,stations"},
		{"ogc-tilesets-of-towns", "/ogc/collections/towns/tiles"},
		{"ogc-tileset-web-mercator", "/ogc/collections/grids/tiles/WebMercatorQuad"},
		{"ogc-tileset-cgcs2000", "/ogc/tiles/CGCS2000Quad?collections=stations,belts&filter=name%3D%27a%27"},
		{"ogc-tilejson", "/ogc/collections/stations/tiles/WebMercatorQuad?f=tilejson&crs=gcj02"},
	} {
		w := s.ask("GET", test.path)
		if w.Code != 200 || w.Header().Get("Content-Type") != "application/json" {
			t.Fatalf("%s: %d %v %s", test.path, w.Code, w.Header(), w.Body)
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, w.Body.Bytes(), "", "  "); err != nil {
			t.Fatal(err)
		}
		golden.Equal(t, test.name+".json", append(pretty.Bytes(), '\n'))
		if again := s.ask("GET", test.path, "If-None-Match", w.Header().Get("ETag")); again.Code != 304 {
			t.Errorf("%s: not known again: %d", test.path, again.Code)
		}
	}
}

// The same resources are pages where a browser asks, or f=html; each form has its own tag.
func TestOGCPages(t *testing.T) {
	s := serve(t, cached, 4)
	for _, test := range []struct{ name, path string }{
		{"ogc-page-matrix-sets", "/ogc/tileMatrixSets"},
		{"ogc-page-cgcs2000-quad", "/ogc/tileMatrixSets/CGCS2000Quad"},
		{"ogc-page-tilesets", "/ogc/tiles?collections=towns,stations"},
		{"ogc-page-tileset-web-mercator", "/ogc/collections/grids/tiles/WebMercatorQuad?crs=gcj02"},
		{"ogc-page-tileset-cgcs2000", "/ogc/collections/stations/tiles/CGCS2000Quad?filter=name%3D%27a%27"},
	} {
		separator := "?"
		if strings.Contains(test.path, "?") {
			separator = "&"
		}
		w := s.ask("GET", test.path+separator+"f=html")
		if w.Code != 200 || w.Header().Get("Content-Type") != "text/html; charset=utf-8" || w.Header().Get("Content-Security-Policy") == "" {
			t.Fatalf("%s: %d %v %s", test.path, w.Code, w.Header(), w.Body)
		}
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, w.Body.Bytes(), "", "  "); err != nil {
			t.Fatal(err)
		}
		golden.Equal(t, test.name+".json", append(pretty.Bytes(), '\n'))
		browser := s.ask("GET", test.path, "Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8")
		if browser.Body.String() != w.Body.String() || browser.Header().Get("Vary") != "Accept" || browser.Header().Get("ETag") != w.Header().Get("ETag") {
			t.Errorf("%s: a browser gets %v %.80s", test.path, browser.Header(), browser.Body)
		}
		for _, accept := range []string{"", "*/*", "application/json", "image/png"} {
			other := s.ask("GET", test.path, "Accept", accept)
			if other.Header().Get("Content-Type") != mediaJSON || other.Header().Get("ETag") == w.Header().Get("ETag") {
				t.Errorf("%s, Accept: %s: %v", test.path, accept, other.Header())
			}
		}
		if again := s.ask("GET", test.path+separator+"f=html", "If-None-Match", w.Header().Get("ETag")); again.Code != 304 {
			t.Errorf("%s: not known again: %d", test.path, again.Code)
		}
	}
}

func readJSON[T any](t *testing.T, s *served, path string) (document T) {
	t.Helper()
	w := s.ask("GET", path)
	if err := json.Unmarshal(w.Body.Bytes(), &document); w.Code != 200 || err != nil {
		t.Fatalf("%s: %d %s (%v)", path, w.Code, w.Body, err)
	}
	return document
}

// The numbers are those of the standard's annex D.1, and of the capabilities of Tianditu, whose scales are for pixels of
// 1/96 inch and the standard's for 0.28 mm.
func TestMatricesHaveTheKnownNumbers(t *testing.T) {
	s := serve(t, cached, 4)
	mercator := readJSON[matrixSetDocument](t, s, "/ogc/tileMatrixSets/WebMercatorQuad").TileMatrices
	for level, want := range map[int][2]float64{0: {559082264.028717, 156543.033928041}, 10: {545978.773465544, 152.874056570353}, 24: {33.3238997476529, 0.0093306919293428}} {
		m := mercator[level]
		if math.Abs(m.ScaleDenominator/want[0]-1) > 1e-12 || math.Abs(m.CellSize/want[1]-1) > 1e-9 || m.PointOfOrigin[0] > -20037508.3427 {
			t.Errorf("level %d: %+v", level, m)
		}
	}
	degrees := readJSON[matrixSetDocument](t, s, "/ogc/tileMatrixSets/CGCS2000Quad").TileMatrices
	const inch, perMetre = 0.0254, 1 / metresOfDegree
	for i, m := range degrees {
		tianditu := 2.958293554545656e8 / math.Ldexp(1, i)
		if got := m.CellSize / (perMetre * inch / 96); math.Abs(got/tianditu-1) > 2e-5 {
			t.Errorf("level %s has the scale 1:%v at 96 dpi, and 1:%v at Tianditu", m.ID, got, tianditu)
		}
	}
	if first := degrees[0]; len(degrees) != 18 || first.ID != "1" || first.CellSize != 0.703125 || first.MatrixWidth != 2 || first.MatrixHeight != 1 || first.PointOfOrigin != [2]float64{90, -180} {
		t.Errorf("%d levels, the first is %+v", len(degrees), first)
	}
}

// Tiles of the Mercator quad are those of /tiles, from the same cache.
func TestOGCTilesAreTheSame(t *testing.T) {
	s := serve(t, cached, 4)
	want := s.ask("GET", path("grids", busyTile)+"?crs=gcj02")
	asked := s.queries.count.Load()
	for _, path := range []string{
		"/ogc/tiles/WebMercatorQuad/12/1770/3372?collections=grids&crs=gcj02",
		"/ogc/collections/grids/tiles/WebMercatorQuad/12/1770/3372?f=mvt&crs=gcj02",
	} {
		w := s.ask("GET", path)
		if w.Code != 200 || w.Body.String() != want.Body.String() || w.Header().Get("Content-Type") != mediaMVT || w.Header().Get("ETag") != want.Header().Get("ETag") {
			t.Errorf("%s: %d, %d bytes, want %d; %v", path, w.Code, w.Body.Len(), want.Body.Len(), w.Header())
		}
	}
	if s.queries.count.Load() != asked {
		t.Errorf("%d tiles were drawn again", s.queries.count.Load()-asked)
	}
	if w := s.ask("GET", "/ogc/collections/grids/tiles/CGCS2000Quad/12/754/3372"); w.Body.String() == want.Body.String() || w.Body.Len() == 0 {
		t.Errorf("the other quad has %d bytes", w.Body.Len())
	}
}

// Every tile of a level with something in it lies within the limits, and the limits are no larger than they must be.
func TestLimitsHoldTheTiles(t *testing.T) {
	s := serve(t, cached, 4)
	for _, quad := range []string{"WebMercatorQuad", "CGCS2000Quad"} {
		d := readJSON[tilesetDocument](t, s, "/ogc/collections/villages/tiles/"+quad)
		for _, limit := range d.TileMatrixSetLimits {
			if limit.TileMatrix != "11" {
				continue
			}
			edges := [4]bool{} // north, south, west, east
			for row := limit.MinTileRow - 2; row <= limit.MaxTileRow+2; row++ {
				for column := limit.MinTileCol - 2; column <= limit.MaxTileCol+2; column++ {
					layers := s.layers(t, fmt.Sprintf("/ogc/collections/villages/tiles/%s/11/%d/%d", quad, row, column))
					if len(layers) == 0 {
						continue
					}
					within := row >= limit.MinTileRow && row <= limit.MaxTileRow && column >= limit.MinTileCol && column <= limit.MaxTileCol
					for _, f := range layers[0].Features {
						// What lies in the margin alone is of the neighbour.
						seen := f.Geometry.Bound().Intersects(orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{units - 1, units - 1}})
						if seen && !within {
							t.Errorf("%s: %d/%d has a feature and is not in %+v", quad, row, column, limit)
						}
						for i, on := range []bool{row == limit.MinTileRow, row == limit.MaxTileRow, column == limit.MinTileCol, column == limit.MaxTileCol} {
							edges[i] = edges[i] || on && seen
						}
					}
				}
			}
			if edges != [4]bool{true, true, true, true} {
				t.Errorf("%s: the limits are too wide: %v %+v", quad, edges, limit)
			}
		}
		if len(d.TileMatrixSetLimits) < 5 {
			t.Errorf("%s: %+v", quad, d.TileMatrixSetLimits)
		}
	}
	x, y := quads[0].quad.TileAt(14, 116.3957, 23.578)
	if want := maptile.At(orb.Point{116.3957, 23.578}, 14); x != want.X || y != want.Y {
		t.Errorf("%d/%d, want %v", x, y, want)
	}
}

func TestOGCRequestsThatCannotBe(t *testing.T) {
	s := serve(t, cached, 4)
	for _, test := range []struct {
		path   string
		status int
		says   string
	}{
		{"/ogc/tileMatrixSets/UTM", 404, "there are WebMercatorQuad and CGCS2000Quad"},
		{"/ogc/tileMatrixSets?f=tilejson", 400, "there is json and html"},
		{"/ogc/tileMatrixSets?limit=3", 400, "known is f"},
		{"/ogc/collections/roads/tiles", 404, "there are towns"},
		{"/ogc/tiles?collections=towns,roads", 400, "there are towns"},
		{"/ogc/tiles/WebMercatorQuad?f=mvt", 400, "json and html and tilejson"},
		{"/ogc/tiles/CGCS2000Quad?f=tilejson", 400, "there is json"},
		{"/ogc/tiles/CGCS2000Quad?crs=gcj02", 400, "in its own system"},
		{"/ogc/tiles/CGCS2000Quad/0/0/0", 404, "the first one is 1"},
		{"/ogc/tiles/CGCS2000Quad/19/0/0", 404, "levels of CGCS2000Quad are 1 to 18"},
		{"/ogc/tiles/CGCS2000Quad/1/1/0", 404, "the last one is 0"},
		{"/ogc/tiles/CGCS2000Quad/1/0/2", 404, "the last one is 1"},
		{"/ogc/tiles/WebMercatorQuad/23/0/0", 404, "the last one is 22"},
		{"/ogc/tiles/WebMercatorQuad/1/a/0", 400, "tileRow"},
		{"/ogc/tiles/WebMercatorQuad/1/0/0?f=png", 400, "there is mvt"},
		{"/ogc/tiles/WebMercatorQuad/1/0/0?bbox=1,2,3,4", 400, "not known"},
		{"/ogc/tiles/WebMercatorQuad/1/0/0?datetime=2020", 400, "no time such as"},
		{"/ogc/tiles/WebMercatorQuad?datetime=2026-02-01T00:00:00Z/2026-01-01T00:00:00Z", 400, "ends before it begins"},
		{"/ogc/tiles/WebMercatorQuad/1/0/0?datetime=..&asOf=1", 400, "give datetime or asOf"},
		{"/ogc/tiles/WebMercatorQuad/1/0/0?filter=level%3D1", 400, "on towns"},
		{"/ogc/tiles/WebMercatorQuad/1/0/0?f=mvt&f=mvt", 400, "more than once"},
	} {
		w := s.ask("GET", test.path)
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.says) {
			t.Errorf("%s: %d %s, want %d %q", test.path, w.Code, w.Body, test.status, test.says)
		}
	}
}
