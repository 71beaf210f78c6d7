package mvt

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
	orbmvt "github.com/paulmach/orb/encoding/mvt"

	"xiangtu/geo/crs"
	"xiangtu/geo/shape"
)

// onTile gives the WKB of a geometry that is written in units of a tile.
func onTile(t *Tile, g orb.Geometry) []byte {
	return shape.AppendWKB(nil, shape.Reproject(g, func(x, y float64) (lon, lat float64) {
		return t.projection.longitude(x), t.projection.latitude(y) / radian
	}))
}

// decode reads a tile with orb's reader.
func decode(t *testing.T, data []byte) orbmvt.Layers {
	t.Helper()
	layers, err := orbmvt.Unmarshal(data)
	if err != nil {
		t.Fatalf("orb cannot read the tile: %v", err)
	}
	return layers
}

func rectangle(left, top, right, bottom float64) orb.Ring {
	return orb.Ring{{left, top}, {right, top}, {right, bottom}, {left, bottom}, {left, top}}
}

func reversed(r orb.Ring) orb.Ring {
	r = r.Clone()
	r.Reverse()
	return r
}

// All geometries are in units of the tile: y to the south, 4096 wide, with a
// buffer of 64. A rectangle runs clockwise on the screen, as an exterior does.
func TestGeometry(t *testing.T) {
	shell, hole := rectangle(100, 100, 900, 900), rectangle(200, 200, 300, 300)
	for _, test := range []struct {
		name string
		in   orb.Geometry
		want []orb.Geometry
	}{
		{"point", orb.Point{5, 7}, []orb.Geometry{orb.Point{5, 7}}},
		{"point in the buffer", orb.Point{-64, 4160}, []orb.Geometry{orb.Point{-64, 4160}}},
		{"point beyond", orb.Point{-65, 0}, nil},
		{"empty point", orb.Point{math.NaN(), math.NaN()}, nil},
		{"points", orb.MultiPoint{{5, 7}, {-65, 0}, {1, 2}}, []orb.Geometry{orb.MultiPoint{{5, 7}, {1, 2}}}},

		{"line", orb.LineString{{0, 0}, {10, 10}, {20, 0}}, []orb.Geometry{orb.LineString{{0, 0}, {10, 10}, {20, 0}}}},
		{"line with repeats", orb.LineString{{0, 0}, {0, 0}, {10.2, 9.8}, {10, 10}}, []orb.Geometry{orb.LineString{{0, 0}, {10, 10}}}},
		{"line under half a pixel", orb.LineString{{0, 0}, {3, 3}}, nil},
		{"line of half a pixel", orb.LineString{{0, 0}, {4, 3}}, []orb.Geometry{orb.LineString{{0, 0}, {4, 3}}}},
		{"line through", orb.LineString{{-1000, 10}, {5000, 10}}, []orb.Geometry{orb.LineString{{-64, 10}, {4160, 10}}}},
		{"line out and in again", orb.LineString{{0, 0}, {-128, 0}, {-128, 50}, {0, 50}}, []orb.Geometry{orb.MultiLineString{{{0, 0}, {-64, 0}}, {{-64, 50}, {0, 50}}}}},
		{"line past a corner", orb.LineString{{-200, 0}, {0, -200}}, nil},
		{"line touching a corner", orb.LineString{{-128, 0}, {0, -128}}, nil},
		{"line along the buffer's edge", orb.LineString{{-64, 0}, {-64, 100}}, []orb.Geometry{orb.LineString{{-64, 0}, {-64, 100}}}},
		{"lines", orb.MultiLineString{{{0, 0}, {9, 9}}, {{5000, 0}, {6000, 0}}, {{1, 0}, {1, 9}}}, []orb.Geometry{orb.MultiLineString{{{0, 0}, {9, 9}}, {{1, 0}, {1, 9}}}}},

		{"polygon", orb.Polygon{shell, reversed(hole)}, []orb.Geometry{orb.Polygon{shell, reversed(hole)}}},
		{"polygon the wrong way round", orb.Polygon{reversed(shell), hole}, []orb.Geometry{orb.Polygon{shell, reversed(hole)}}},
		{"polygon, not closed", orb.Polygon{shell[:4]}, []orb.Geometry{orb.Polygon{shell}}},
		{"polygon under half a pixel", orb.Polygon{rectangle(10, 10, 13, 13)}, nil},
		{"polygon, thin but long", orb.Polygon{rectangle(10, 10, 11, 500)}, []orb.Geometry{orb.Polygon{rectangle(10, 10, 11, 500)}}},
		{"polygon without area", orb.Polygon{{{0, 0}, {100, 0}, {50, 0}, {0, 0}}}, nil},
		{"hole under half a pixel", orb.Polygon{shell, rectangle(200, 200, 203, 203)}, []orb.Geometry{orb.Polygon{shell}}},
		{"hole of what is not drawn", orb.Polygon{rectangle(5000, 0, 6000, 900), hole}, nil},
		{"polygon over the edge", orb.Polygon{rectangle(-200, 100, 50, 200)}, []orb.Geometry{orb.Polygon{rectangle(-64, 100, 50, 200)}}},
		{"polygon around the tile", orb.Polygon{rectangle(-5000, -5000, 9000, 9000)}, []orb.Geometry{orb.Polygon{rectangle(-64, -64, 4160, 4160)}}},
		{"polygon beside the tile", orb.Polygon{rectangle(-200, 0, -65, 100)}, nil},
		{"polygon touching the buffer", orb.Polygon{rectangle(-200, 0, -64, 100)}, nil},
		{"polygons", orb.MultiPolygon{{shell}, {rectangle(5000, 0, 6000, 900)}, {rectangle(1000, 0, 1100, 50)}}, []orb.Geometry{orb.MultiPolygon{{shell}, {rectangle(1000, 0, 1100, 50)}}}},
		{"empty polygons", orb.MultiPolygon{}, nil},

		{"collection", orb.Collection{orb.Polygon{shell}, orb.Collection{orb.Point{1, 2}}, orb.LineString{{0, 0}, {9, 9}}, orb.Point{3, 4}},
			[]orb.Geometry{orb.MultiPoint{{1, 2}, {3, 4}}, orb.LineString{{0, 0}, {9, 9}}, orb.Polygon{shell}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			tile := NewTile(14, 13488, 7088, Options{})
			drawn, err := tile.Layer("l").AddFeature(7, onTile(tile, test.in))
			if err != nil || drawn != (test.want != nil) {
				t.Fatalf("AddFeature = %v, %v", drawn, err)
			}
			layers := decode(t, tile.AppendTo(nil))
			if test.want == nil {
				if len(layers) != 0 {
					t.Fatalf("got a layer of %d features", len(layers[0].Features))
				}
				return
			}
			requireGeometries(t, layers[0], test.want)
		})
	}
}

// requireGeometries compares rings by where they run, not by where they start.
func requireGeometries(t *testing.T, layer *orbmvt.Layer, want []orb.Geometry) {
	t.Helper()
	if len(layer.Features) != len(want) {
		t.Fatalf("got %d features; want %d", len(layer.Features), len(want))
	}
	for i, f := range layer.Features {
		if !orb.Equal(fromSmallest(f.Geometry), fromSmallest(want[i])) || f.ID != 7.0 {
			t.Errorf("got feature %v\n%v\nwant\n%v", f.ID, f.Geometry, want[i])
		}
	}
}

// fromSmallest turns every ring to start at its smallest vertex.
func fromSmallest(g orb.Geometry) orb.Geometry {
	switch g := g.(type) {
	case orb.Polygon:
		turned := make(orb.Polygon, len(g))
		for i, ring := range g {
			body := ring[:len(ring)-1]
			start := 0
			for j, v := range body {
				if v[0] < body[start][0] || v[0] == body[start][0] && v[1] < body[start][1] {
					start = j
				}
			}
			turned[i] = append(append(append(orb.Ring{}, body[start:]...), body[:start]...), body[start])
		}
		return turned
	case orb.MultiPolygon:
		turned := make(orb.MultiPolygon, len(g))
		for i, polygon := range g {
			turned[i] = fromSmallest(polygon).(orb.Polygon)
		}
		return turned
	}
	return g
}

func TestLayersAndOptions(t *testing.T) {
	tile := NewTile(0, 0, 0, Options{Extent: 512, Buffer: 8})
	point := shape.AppendWKB(nil, orb.Point{0, 0})
	for _, name := range []string{"b", "never filled", "a", "b"} {
		if name != "never filled" {
			if _, err := tile.Layer(name).AddFeature(1, point); err != nil {
				t.Fatal(err)
			}
		}
	}
	layers := decode(t, tile.AppendTo(nil))
	if len(layers) != 2 || layers[0].Name != "b" || layers[1].Name != "a" {
		t.Fatalf("got layers %v", layers)
	}
	if len(layers[0].Features) != 2 || layers[0].Version != 2 || layers[0].Extent != 512 {
		t.Errorf("got layer %+v", layers[0])
	}
	if g := layers[1].Features[0].Geometry; g != (orb.Point{256, 256}) {
		t.Errorf("the middle of the world is at %v", g)
	}
	if empty := NewTile(3, 1, 1, Options{}).AppendTo(nil); len(empty) != 0 {
		t.Errorf("a tile without layers has %d bytes", len(empty))
	}
}

func TestProperties(t *testing.T) {
	tile := NewTile(0, 0, 0, Options{})
	layer := tile.Layer("l")
	point := shape.AppendWKB(nil, orb.Point{0, 0})
	name, count, ratio, open := layer.Key("name"), layer.Key("count"), layer.Key("ratio"), layer.Key("open")
	for id := range uint64(2) {
		drawn, err := layer.AddFeature(id, point)
		if err != nil || !drawn {
			t.Fatal(drawn, err)
		}
		layer.SetString(name, "曲溪社区")
		layer.SetInt(count, -3+5*int64(id))
		layer.SetFloat(ratio, 0.1)
		layer.SetFloat(ratio, math.NaN())
		layer.SetBool(open, id == 1)
	}
	// What is set on a feature that is not drawn, or not well-formed, is lost.
	if _, err := layer.AddFeature(9, []byte{1, 2}); err == nil {
		t.Error("broken WKB was taken")
	}
	layer.SetInt(count, 1)

	got := decode(t, tile.AppendTo(nil))[0]
	if len(got.Features) != 2 {
		t.Fatalf("got %d features", len(got.Features))
	}
	for i, want := range []map[string]any{
		{"name": "曲溪社区", "count": -3.0, "ratio": 0.1, "open": false},
		{"name": "曲溪社区", "count": 2.0, "ratio": 0.1, "open": true},
	} {
		properties := got.Features[i].Properties
		if len(properties) != len(want) {
			t.Errorf("feature %d: got %v", i, properties)
		}
		for key, value := range want {
			if properties[key] != value {
				t.Errorf("feature %d: %s is %#v; want %#v", i, key, properties[key], value)
			}
		}
	}
	if layer.valueCount != 7 || layer.Key("open") != open {
		t.Errorf("values or keys repeat: %d values", layer.valueCount)
	}
}

func TestBoundHoldsWhatIsDrawn(t *testing.T) {
	for _, system := range []crs.CRS{crs.WGS84, crs.GCJ02, crs.BD09} {
		for _, z := range []uint32{0, 5, 10, 14, 18} {
			const deepX, deepY, deepest = 843 << 8, 443 << 8, 18
			x, y := uint32(deepX>>(deepest-z)), uint32(deepY>>(deepest-z))
			tile := NewTile(z, x, y, Options{CRS: system})
			bound := tile.Bound()
			for _, corner := range (orb.MultiPoint{{-63.9, -63.9}, {4159.9, -63.9}, {-63.9, 4159.9}, {4159.9, 4159.9}, {2048, -63.9}}) {
				lon, lat := system.ToWGS84(tile.projection.longitude(corner[0]), tile.projection.latitude(corner[1])/radian)
				if !bound.Contains(orb.Point{lon, lat}) {
					t.Errorf("%v z%d: %v does not hold %v, %v", system, z, bound, lon, lat)
				}
			}
		}
	}
}
