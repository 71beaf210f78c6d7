package shape

import (
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"
	"github.com/paulmach/orb/encoding/wkb"

	"xiangtu/geo/crs"
)

var (
	square  = orb.Ring{{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}
	hole    = orb.Ring{{1, 1}, {1, 2}, {2, 2}, {2, 1}, {1, 1}}
	distant = orb.Ring{{10, 0}, {14, 0}, {14, 4}, {10, 0}}
)

func TestAppendGeoJSON(t *testing.T) {
	for _, test := range []struct {
		name string
		in   orb.Geometry
		want string
	}{
		{"point", orb.Point{116.3916016, 23.5708004}, `{"type":"Point","coordinates":[116.3916016,23.5708004]}`},
		{"empty point", orb.Point{math.NaN(), math.NaN()}, `{"type":"Point","coordinates":[]}`},
		{"line", orb.LineString{{1, 2}, {3, 4.5}}, `{"type":"LineString","coordinates":[[1,2],[3,4.5]]}`},
		{"empty line", orb.LineString{}, `{"type":"LineString","coordinates":[]}`},
		{"polygon", orb.Polygon{square, hole}, `{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,4],[0,0]],[[1,1],[1,2],[2,2],[2,1],[1,1]]]}`},
		{"empty polygon", orb.Polygon{}, `{"type":"Polygon","coordinates":[]}`},
		{"points", orb.MultiPoint{{1, 2}, {-3, 4}}, `{"type":"MultiPoint","coordinates":[[1,2],[-3,4]]}`},
		{"lines", orb.MultiLineString{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}}, `{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[5,6],[7,8]]]}`},
		{"polygons", orb.MultiPolygon{{square}, {distant}}, `{"type":"MultiPolygon","coordinates":[[[[0,0],[4,0],[4,4],[0,4],[0,0]]],[[[10,0],[14,0],[14,4],[10,0]]]]}`},
		{"empty polygons", orb.MultiPolygon{}, `{"type":"MultiPolygon","coordinates":[]}`},
		{"collection", orb.Collection{orb.Point{1, 2}, orb.Collection{}, orb.LineString{{1, 2}, {3, 4}}},
			`{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]},{"type":"GeometryCollection","geometries":[]},{"type":"LineString","coordinates":[[1,2],[3,4]]}]}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			for name, data := range map[string][]byte{
				"little endian": wkb.MustMarshal(test.in, binary.LittleEndian),
				"big endian":    wkb.MustMarshal(test.in, binary.BigEndian),
				"with SRID":     ewkb.MustMarshal(test.in, 4326),
				"AppendWKB":     AppendWKB(nil, test.in),
			} {
				got, err := AppendGeoJSON([]byte("before "), data, Options{Precision: 7})
				if err != nil || string(got) != "before "+test.want {
					t.Errorf("%s: got %s, %v\nwant %s", name, got, err, test.want)
				}
			}
		})
	}
}

func TestAppendGeoJSONOptions(t *testing.T) {
	point := wkb.MustMarshal(orb.Point{116.3916016, 23.5708004})
	for _, test := range []struct {
		name string
		o    Options
		want string
	}{
		{"whole degrees", Options{}, "[116,24]"},
		{"two decimals", Options{Precision: 2}, "[116.39,23.57]"},
		{"all there is", Options{Precision: 12}, "[116.3916016,23.5708004]"},
		{"shifted", Options{Precision: 6, CRS: crs.GCJ02}, "[116.396327,23.568418]"},
		{"metres", Options{Precision: 1, CRS: crs.WebMercator}, "[12956653.8,2701194.8]"},
		{"equal", Options{Precision: 2, CRS: crs.CGCS2000}, "[116.39,23.57]"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := AppendGeoJSON(nil, point, test.o)
			want := `{"type":"Point","coordinates":` + test.want + "}"
			if err != nil || string(got) != want {
				t.Errorf("got %s, %v; want %s", got, err, want)
			}
		})
	}
}

func TestAppendGeoJSONRefuses(t *testing.T) {
	polygon := hex.EncodeToString(wkb.MustMarshal(orb.Polygon{square}))
	deep := strings.Repeat("010700000001000000", MaxDepth+1) + "010700000000000000"
	for _, test := range []struct {
		name, wkb string
		want      string
	}{
		{"nothing", "", "ends too early"},
		{"byte order", "0201000000", "byte order"},
		{"type 0", "0100000000", "unknown type"},
		{"type 8", "0108000000", "unknown type"},
		{"ISO Z", "01e9030000", "Z or M"},
		{"ISO ZM", "01b90b0000", "Z or M"},
		{"EWKB Z", "0101000080", "Z or M"},
		{"EWKB M", "0101000040", "Z or M"},
		{"SRID cut off", "0101000020e610", "ends too early"},
		{"point cut off", "010100000000000000", "ends too early"},
		{"ring cut off", polygon[:len(polygon)-2], "ends too early"},
		{"a count too great", "0102000000ffffffff", "ends too early"},
		{"more rings than bytes", "0103000000ffffff7f", "ends too early"},
		{"something after", polygon + "00", "1 bytes follow"},
		{"a line among points", "01040000000100000001020000000000000000", "a MultiPoint has a member of type LineString"},
		{"depth", deep, "deeper than"},
		{"infinite", hex.EncodeToString(wkb.MustMarshal(orb.Point{math.Inf(1), 0})), "not finite"},
		{"NaN in a line", hex.EncodeToString(wkb.MustMarshal(orb.LineString{{0, 0}, {math.NaN(), math.NaN()}})), "vertex 1 is not finite"},
	} {
		t.Run(test.name, func(t *testing.T) {
			data, err := hex.DecodeString(test.wkb)
			if err != nil {
				t.Fatal(err)
			}
			got, err := AppendGeoJSON([]byte("before"), data, Options{Precision: 7})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got error %v; want one with %q", err, test.want)
			}
			if string(got) != "before" {
				t.Errorf("dst became %q", got)
			}
		})
	}
	for _, precision := range []int{-1, MaxPrecision + 1} {
		if _, err := AppendGeoJSON(nil, AppendWKB(nil, square), Options{Precision: precision}); err == nil {
			t.Errorf("precision %d was accepted", precision)
		}
	}
}

// Whatever orb reads as a geometry, AppendGeoJSON writes the same; whatever it
// does not, gives an error and no panic.
func FuzzAppendGeoJSON(f *testing.F) {
	f.Add(wkb.MustMarshal(orb.MultiPolygon{{square, hole}, {distant}}), uint8(7))
	f.Add(wkb.MustMarshal(orb.Collection{orb.Point{1, 2}, orb.LineString{{1, 2}, {3, 4}}}, binary.BigEndian), uint8(0))
	f.Add(ewkb.MustMarshal(orb.MultiPoint{{0.1, 0.2}, {1e17, -1e-9}}, 4326), uint8(15))
	f.Fuzz(func(t *testing.T, data []byte, precision uint8) {
		o := Options{Precision: int(precision % (MaxPrecision + 1))}
		got, err := AppendGeoJSON(nil, data, o)
		if err != nil {
			return
		}
		if !json.Valid(got) {
			t.Fatalf("not JSON: %s", got)
		}
		g, _, err := ewkb.Unmarshal(data)
		if err != nil || TypeOf(g) == 0 {
			return
		}
		if want := reference(g, o.Precision); want != string(got) {
			t.Fatalf("got  %s\nwant %s", got, want)
		}
	})
}

// reference writes an orb geometry with the standard library only.
func reference(g orb.Geometry, precision int) string {
	if c, ok := g.(orb.Collection); ok {
		members := make([]string, len(c))
		for i, m := range c {
			members[i] = reference(m, precision)
		}
		return `{"type":"GeometryCollection","geometries":[` + strings.Join(members, ",") + "]}"
	}
	return `{"type":"` + g.GeoJSONType() + `","coordinates":` + referenceCoordinates(g, precision) + "}"
}

func referenceCoordinates(g orb.Geometry, precision int) string {
	var parts []string
	each := func(m orb.Geometry) { parts = append(parts, referenceCoordinates(m, precision)) }
	switch g := g.(type) {
	case orb.Point:
		if math.IsNaN(g[0]) && math.IsNaN(g[1]) {
			return "[]"
		}
		parts = []string{numberText(g[0], precision), numberText(g[1], precision)}
	case orb.MultiPoint:
		for _, m := range g {
			each(m)
		}
	case orb.LineString:
		for _, m := range g {
			each(m)
		}
	case orb.Ring:
		for _, m := range g {
			each(m)
		}
	case orb.MultiLineString:
		for _, m := range g {
			each(m)
		}
	case orb.Polygon:
		for _, m := range g {
			each(m)
		}
	case orb.MultiPolygon:
		for _, m := range g {
			each(m)
		}
	}
	return "[" + strings.Join(parts, ",") + "]"
}
