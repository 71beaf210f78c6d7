package shape

import (
	"encoding/binary"
	"encoding/xml"
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/paulmach/orb/encoding/wkt"

	"xiangtu/geo/crs"
)

func TestAppendWKT(t *testing.T) {
	for _, test := range []struct {
		name string
		in   orb.Geometry
		want string
	}{
		{"point", orb.Point{116.3916016, 23.5708004}, "POINT(116.3916016 23.5708004)"},
		{"empty point", orb.Point{math.NaN(), math.NaN()}, "POINT EMPTY"},
		{"line", orb.LineString{{1, 2}, {3, 4.5}}, "LINESTRING(1 2,3 4.5)"},
		{"empty line", orb.LineString{}, "LINESTRING EMPTY"},
		{"polygon", orb.Polygon{square, hole}, "POLYGON((0 0,4 0,4 4,0 4,0 0),(1 1,1 2,2 2,2 1,1 1))"},
		{"points", orb.MultiPoint{{1, 2}, {-3, 4}}, "MULTIPOINT((1 2),(-3 4))"},
		{"lines", orb.MultiLineString{{{1, 2}, {3, 4}}, {}}, "MULTILINESTRING((1 2,3 4),EMPTY)"},
		{"polygons", orb.MultiPolygon{{distant}, {square}}, "MULTIPOLYGON(((10 0,14 0,14 4,10 0)),((0 0,4 0,4 4,0 4,0 0)))"},
		{"empty polygons", orb.MultiPolygon{}, "MULTIPOLYGON EMPTY"},
		{"collection", orb.Collection{orb.Point{1, 2}, orb.Collection{}}, "GEOMETRYCOLLECTION(POINT(1 2),GEOMETRYCOLLECTION EMPTY)"},
	} {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			got, err := AppendWKT([]byte("before "), wkb.MustMarshal(test.in, order), Options{Precision: 7})
			if err != nil || string(got) != "before "+test.want {
				t.Errorf("%s: got %s, %v; want %s", test.name, got, err, test.want)
			}
		}
	}
}

func TestAppendKML(t *testing.T) {
	const ring = "<LinearRing><coordinates>10,0 14,0 14,4 10,0</coordinates></LinearRing>"
	for _, test := range []struct {
		name string
		in   orb.Geometry
		want string
	}{
		{"point", orb.Point{116.3916016, 23.5708004}, "<Point><coordinates>116.3916016,23.5708004</coordinates></Point>"},
		{"line", orb.LineString{{1, 2}, {3, 4.5}}, "<LineString><coordinates>1,2 3,4.5</coordinates></LineString>"},
		{"polygons", orb.MultiPolygon{{distant, distant}}, "<MultiGeometry><Polygon><outerBoundaryIs>" + ring + "</outerBoundaryIs><innerBoundaryIs>" + ring + "</innerBoundaryIs></Polygon></MultiGeometry>"},
		{"collection", orb.Collection{orb.Point{1, 2}, orb.MultiPoint{}}, "<MultiGeometry><Point><coordinates>1,2</coordinates></Point><MultiGeometry></MultiGeometry></MultiGeometry>"},
	} {
		got, err := AppendKML([]byte("before "), wkb.MustMarshal(test.in), Options{Precision: 7})
		if err != nil || string(got) != "before "+test.want {
			t.Errorf("%s: got %s, %v; want %s", test.name, got, err, test.want)
		}
	}
	for _, none := range []orb.Geometry{orb.LineString{}, orb.Polygon{}, orb.Polygon{{}}} {
		if got, err := AppendKML([]byte("x"), wkb.MustMarshal(none), Options{}); err == nil || string(got) != "x" {
			t.Errorf("%v: got %s, want an error", none, got)
		}
	}
	if _, err := AppendKML(nil, wkb.MustMarshal(orb.Point{1, 2}), Options{CRS: crs.GCJ02}); err == nil {
		t.Error("KML in GCJ-02")
	}
}

func TestAppendPosition(t *testing.T) {
	got, err := AppendPosition(nil, wkb.MustMarshal(orb.Point{116.3916016, 23.5708004}), ',', Options{Precision: 6, CRS: crs.GCJ02})
	if err != nil || string(got) != "116.396327,23.568418" {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := AppendPosition(nil, wkb.MustMarshal(orb.LineString{{1, 2}, {3, 4}}), ',', Options{}); err == nil {
		t.Error("a line has no one position")
	}
}

// FuzzAppendWKT compares with orb, which reads what is written, and writes what is read.
func FuzzAppendWKT(f *testing.F) {
	seedWKB(f)
	f.Fuzz(func(t *testing.T, data []byte, precision uint8) {
		o := Options{Precision: int(precision % (MaxPrecision + 1))}
		got, err := AppendWKT(nil, data, o)
		json, otherwise := AppendGeoJSON(nil, data, o)
		if (err == nil) != (otherwise == nil) {
			t.Fatalf("%v, but as GeoJSON %v (%s)", err, otherwise, json)
		}
		if err != nil {
			return
		}
		g, _, err := ewkb.Unmarshal(data)
		if err != nil || TypeOf(g) == 0 || strings.Contains(string(got), "EMPTY") { // orb has no words for what is empty inside
			return
		}
		read, err := wkt.Unmarshal(string(got))
		if err != nil {
			t.Fatalf("orb cannot read %s: %v", got, err)
		}
		if !orb.Equal(read, rounded(g, o.Precision)) {
			t.Fatalf("orb reads %v of %v: %s", read, g, got)
		}
	})
}

// FuzzAppendKML looks whether what is written is XML, and has the positions that WKT has.
func FuzzAppendKML(f *testing.F) {
	seedWKB(f)
	f.Fuzz(func(t *testing.T, data []byte, precision uint8) {
		o := Options{Precision: int(precision % (MaxPrecision + 1))}
		got, err := AppendKML(nil, data, o)
		if err != nil {
			return
		}
		other, err := AppendWKT(nil, data, o)
		if err != nil {
			t.Fatalf("%s is KML, but as WKT %v", got, err)
		}
		var positions []string
		decoder := xml.NewDecoder(strings.NewReader(string(got)))
		for token, err := decoder.Token(); token != nil; token, err = decoder.Token() {
			if text, is := token.(xml.CharData); is {
				positions = append(positions, strings.Fields(string(text))...)
			}
			if err != nil {
				t.Fatalf("no XML: %s: %v", got, err)
			}
		}
		var want []string
		for _, position := range strings.FieldsFunc(string(other), func(c rune) bool { return strings.ContainsRune("(),", c) }) {
			if x, y, two := strings.Cut(position, " "); two && y != "EMPTY" {
				want = append(want, x+","+y)
			}
		}
		if strings.Join(positions, " ") != strings.Join(want, " ") {
			t.Fatalf("%q is not %q", positions, want)
		}
	})
}

func seedWKB(f *testing.F) {
	f.Helper()
	f.Add(wkb.MustMarshal(orb.MultiPolygon{{square, hole}, {distant}}), uint8(7))
	f.Add(wkb.MustMarshal(orb.Collection{orb.Point{1, 2}, orb.LineString{{1, 2}, {3, 4}}}, binary.BigEndian), uint8(0))
	f.Add(ewkb.MustMarshal(orb.MultiPoint{{0.1, 0.2}, {1e17, -1e-9}}, 4326), uint8(15))
	f.Add(wkb.MustMarshal(orb.MultiLineString{{{1, 2}, {3, 4}}, {}}), uint8(3))
}

// rounded is a geometry as strconv rounds its coordinates.
func rounded(g orb.Geometry, precision int) orb.Geometry {
	round := func(v float64) float64 {
		r, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'f', precision, 64), 64)
		return r + 0 // no minus before zero
	}
	switch g := orb.Clone(g).(type) {
	case orb.Point:
		return orb.Point{round(g[0]), round(g[1])}
	case orb.MultiPoint:
		return mapped(g, func(p orb.Point) orb.Point { return rounded(p, precision).(orb.Point) })
	case orb.LineString:
		return mapped(g, func(p orb.Point) orb.Point { return rounded(p, precision).(orb.Point) })
	case orb.MultiLineString:
		return mapped(g, func(l orb.LineString) orb.LineString { return rounded(l, precision).(orb.LineString) })
	case orb.Polygon:
		return mapped(g, func(r orb.Ring) orb.Ring { return orb.Ring(rounded(orb.LineString(r), precision).(orb.LineString)) })
	case orb.MultiPolygon:
		return mapped(g, func(p orb.Polygon) orb.Polygon { return rounded(p, precision).(orb.Polygon) })
	case orb.Collection:
		return mapped(g, func(m orb.Geometry) orb.Geometry { return rounded(m, precision) })
	}
	return g
}

func mapped[S ~[]E, E any](all S, f func(E) E) S {
	for i := range all {
		all[i] = f(all[i])
	}
	return all
}
