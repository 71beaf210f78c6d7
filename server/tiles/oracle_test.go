package tiles

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/planar"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	ours "xiangtu/geo/shape/mvt"
)

const (
	units  = 4096 // in a tile's width
	buffer = 64
)

// sampleTiles are tiles of the demonstration map: all of the low zooms, and
// some of the deep ones.
func sampleTiles() []maptile.Tile {
	var tiles []maptile.Tile
	for z := maptile.Zoom(8); z <= 14; z++ {
		from, to := maptile.At(orb.Point{116.10, 23.77}, z), maptile.At(orb.Point{116.54, 23.52}, z)
		step := max(1, (to.X-from.X)/4)
		for x := from.X; x <= to.X; x += step {
			for y := from.Y; y <= to.Y; y += step {
				tiles = append(tiles, maptile.New(x, y, z))
			}
		}
	}
	return tiles
}

// ST_AsMVT is the oracle: the same features with the same ids and properties,
// which cover the same, but for some units along the edges.
func TestTilesAreThoseOfPostGIS(t *testing.T) {
	s := serve(t, uncached, 4)
	for _, layer := range geo.Layers() {
		requireOracle(t, s, layer, "ST_Transform(%s, 3857)", "ST_TileEnvelope($1, $2, $3%s)", sampleTiles(), pathOf)
		// The quad of EPSG:4490 is the northern part of a square of degrees; the system is taken as equal to WGS 84.
		requireOracle(t, s, layer, "ST_SetSRID(%s, 4490)", "ST_TileEnvelope($1, $2, $3, ST_MakeEnvelope(-180, -270, 180, 90, 4490)%s)", sampleDegreeTiles(), degreePathOf)
	}
}

// sampleDegreeTiles are tiles of the quad of EPSG:4490 about where sampleTiles are.
func sampleDegreeTiles() []maptile.Tile {
	var tiles []maptile.Tile
	for z := uint32(8); z <= 14; z++ {
		fromX, fromY := mvtQuad.TileAt(z, 116.10, 23.77)
		toX, toY := mvtQuad.TileAt(z, 116.54, 23.52)
		step := max(1, (toX-fromX)/3)
		for x := fromX; x <= toX; x += step {
			for y := fromY; y <= toY; y += step {
				tiles = append(tiles, maptile.New(x, y, maptile.Zoom(z)))
			}
		}
	}
	return tiles
}

const mvtQuad = ours.GeographicQuad

func degreePathOf(layers string, tile maptile.Tile) string {
	return fmt.Sprintf("/ogc/tiles/CGCS2000Quad/%d/%d/%d?collections=%s", tile.Z, tile.Y, tile.X, layers)
}

func requireOracle(t *testing.T, s *served, layer *geo.Layer, project, envelope string, tiles []maptile.Tile, pathOf func(string, maptile.Tile) string) {
	t.Helper()
	statement := oracleStatement(layer, project, envelope)
	for _, tile := range tiles {
		var encoded []byte
		if err := s.store.Pool().QueryRow(t.Context(), statement, int(tile.Z), int(tile.X), int(tile.Y)).Scan(&encoded); err != nil {
			t.Fatal(err)
		}
		want, err := mvt.Unmarshal(encoded)
		if err != nil {
			t.Fatal(err)
		}
		at := pathOf(string(layer.Name), tile)
		requireSame(t, at, featuresOf(s.layers(t, at)), featuresOf(want))
	}
}

func oracleStatement(layer *geo.Layer, project, envelope string) string {
	var columns strings.Builder
	for _, field := range postgis.TileFields(layer) {
		fmt.Fprintf(&columns, `, t.%s AS "%s"`, field.Column, field.Name)
	}
	return fmt.Sprintf(`
		WITH e AS (
			SELECT %[5]s AS tile, ST_Transform(%[6]s, 4326) AS around
		), q AS (
			SELECT t.fid, ST_AsMVTGeom(%[7]s, e.tile, %[2]d, %[1]d) AS geom%[3]s
			FROM e JOIN xiangtu.%[4]s AS t ON t.geom && e.around
		)
		SELECT ST_AsMVT(q, '%[4]s', %[2]d, 'geom', 'fid') FROM q`, buffer, units, columns.String(), layer.Name,
		fmt.Sprintf(envelope, ""), fmt.Sprintf(envelope, fmt.Sprintf(", margin => %d / %d.0", buffer, units)), fmt.Sprintf(project, "t.geom"))
}

func featuresOf(layers mvt.Layers) map[any]*geojson.Feature {
	features := make(map[any]*geojson.Feature)
	for _, layer := range layers {
		for _, f := range layer.Features {
			features[f.ID] = f
		}
	}
	return features
}

func requireSame(t *testing.T, tile string, got, want map[any]*geojson.Feature) {
	t.Helper()
	for id, w := range want {
		g, ok := got[id]
		switch {
		case !ok && invisible(w.Geometry):
		case !ok:
			t.Errorf("%s: feature %v is not there: %v", tile, id, w.Geometry)
		case !reflect.DeepEqual(g.Properties, w.Properties):
			t.Errorf("%s: feature %v has %v; want %v", tile, id, g.Properties, w.Properties)
		case !covers(g.Geometry, w.Geometry):
			t.Errorf("%s: feature %v is %v; want %v", tile, id, g.Geometry, w.Geometry)
		}
	}
	for id, g := range got {
		if _, ok := want[id]; !ok && !sliver(g.Geometry) {
			t.Errorf("%s: feature %v should not be there: %v", tile, id, g.Geometry)
		}
	}
}

// invisible tells whether a geometry is about half a pixel or less, or has no
// area to speak of.
func invisible(g orb.Geometry) bool {
	b := g.Bound()
	return b.Max[0]-b.Min[0] <= 5 && b.Max[1]-b.Min[1] <= 5 || sliver(g)
}

// sliver tells whether a geometry has next to nothing inside the buffer.
func sliver(g orb.Geometry) bool {
	return planar.Area(g) <= 4+planar.Length(g)/2
}

// covers tells whether two drawings of a feature are the same but for rounding,
// which moves an edge by a unit at most: the same place, length or area. The
// lengths of outlines differ where a polygon that falls apart stays joined along
// the buffer's end.
func covers(a, b orb.Geometry) bool {
	switch b.Dimensions() {
	case 0:
		return planar.Distance(a.Bound().Center(), b.Bound().Center()) <= 1
	case 1:
		return math.Abs(planar.Length(a)-planar.Length(b)) <= 8+planar.Length(b)/50
	}
	return math.Abs(planar.Area(a)-planar.Area(b)) <= 4+planar.Length(b)/2
}

// Where two tiles meet, both show the same: what lies in the buffers on both
// sides of the line is the same in one as in the other, but for rounding.
func TestNeighboursMeet(t *testing.T) {
	s := serve(t, cached, 4)
	for _, layer := range []string{"towns", "grids"} {
		requireNeighbours(t, s, layer, sampleTiles(), pathOf)
		requireNeighbours(t, s, layer, sampleDegreeTiles(), degreePathOf)
	}
}

func requireNeighbours(t *testing.T, s *served, layer string, tiles []maptile.Tile, pathOf func(string, maptile.Tile) string) {
	t.Helper()
	atEast := orb.Bound{Min: orb.Point{units - buffer, 0}, Max: orb.Point{units + buffer, units}}
	atWest := orb.Bound{Min: orb.Point{-buffer, 0}, Max: orb.Point{buffer, units}}
	atSouth := orb.Bound{Min: orb.Point{0, units - buffer}, Max: orb.Point{units, units + buffer}}
	atNorth := orb.Bound{Min: orb.Point{0, -buffer}, Max: orb.Point{units, buffer}}
	for _, tile := range tiles {
		at := pathOf(layer, tile)
		here := featuresOf(s.layers(t, at))
		east := featuresOf(s.layers(t, pathOf(layer, maptile.New(tile.X+1, tile.Y, tile.Z))))
		south := featuresOf(s.layers(t, pathOf(layer, maptile.New(tile.X, tile.Y+1, tile.Z))))
		requireMeet(t, at+" and its east", areasIn(atEast, here), areasIn(atWest, east))
		requireMeet(t, at+" and its south", areasIn(atSouth, here), areasIn(atNorth, south))
	}
}

// extent is how much of a feature lies in a box.
type extent struct{ area, length float64 }

func areasIn(box orb.Bound, features map[any]*geojson.Feature) map[any]extent {
	areas := make(map[any]extent)
	for id, f := range features {
		if part := clip.Geometry(box, orb.Clone(f.Geometry)); part != nil {
			areas[id] = extent{planar.Area(part), planar.Length(part)}
		}
	}
	return areas
}

func requireMeet(t *testing.T, where string, here, there map[any]extent) {
	t.Helper()
	for _, pair := range [][2]map[any]extent{{here, there}, {there, here}} {
		for id, a := range pair[0] {
			// A box of half a pixel may be drawn in one of two tiles.
			if b := pair[1][id]; math.Abs(a.area-b.area) > 16+a.length/2 {
				t.Errorf("%s: feature %v has %v units² in one and %v in the other", where, id, a.area, b.area)
			}
		}
	}
}
