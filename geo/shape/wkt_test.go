package shape

import (
	"math"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"
)

func TestWKTOfEveryType(t *testing.T) {
	for _, test := range []struct {
		text string
		want orb.Geometry
		srid int
	}{
		{"POINT(116.4 23.5)", orb.Point{116.4, 23.5}, 0},
		{" point ( -1 +2.5e1 ) ", orb.Point{-1, 25}, 0},
		{"SRID=4490;POINT Z (1 2 3)", orb.Point{1, 2}, 4490},
		{"POINTZM(1 2 3 4)", orb.Point{1, 2}, 0},
		{"LINESTRING(1 2,3 4)", orb.LineString{{1, 2}, {3, 4}}, 0},
		{"POLYGON((0 0,1 0,1 1,0 0),(2 2,3 2,3 3,2 2))", orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}, {{2, 2}, {3, 2}, {3, 3}, {2, 2}}}, 0},
		{"MULTIPOINT(1 2,(3 4))", orb.MultiPoint{{1, 2}, {3, 4}}, 0},
		{"MULTILINESTRING((1 2,3 4),EMPTY)", orb.MultiLineString{{{1, 2}, {3, 4}}, {}}, 0},
		{"MULTIPOLYGON(((0 0,1 0,1 1,0 0)))", orb.MultiPolygon{{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}}, 0},
		{"GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(1 2,3 4))", orb.Collection{orb.Point{1, 2}, orb.LineString{{1, 2}, {3, 4}}}, 0},
		{"POLYGON EMPTY", orb.Polygon{}, 0},
		{"MULTIPOLYGON Z EMPTY", orb.MultiPolygon{}, 0},
	} {
		got, srid, err := ParseWKT([]byte(test.text))
		if err != nil || srid != test.srid || !orb.Equal(got, test.want) {
			t.Errorf("%s: %v, %d, %v; want %v", test.text, got, srid, err, test.want)
		}
	}
}

func TestBrokenWKTNamesTheByte(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "no geometry type",
		"CIRCLE(1 2)":             `"CIRCLE" is no geometry type`,
		"POINT(1)":                "where a number should be at byte 7",
		"POINT(1 2":               "no ) where one should be at byte 9",
		"POINT(1 2) POINT(3 4)":   "something follows the geometry at byte 11",
		"POINT(NaN 2)":            "where a number should be at byte 6",
		"POINT(1 1e999)":          "where a number should be at byte 8",
		"POLYGON(0 0,1 1,2 2)":    "no ( where one should be at byte 8",
		"LINESTRING(1 2;3 4)":     "neither , nor ) where one should be at byte 14",
		"SRID=4326 POINT(1 2)":    "no ; after the SRID at byte 10",
		"POINT(1 2 3 4 5)":        "no ) where one should be at byte 14",
		"MULTIPOLYGON((0 0,1 1))": "no ( where one should be at byte 14",
		"POINT(0x1F 2)":           "where a number should be",
		"POINT(1 2)\x00":          "U+0000",
		strings.Repeat("GEOMETRYCOLLECTION(", 99): "nest deeper than",
	} {
		_, _, err := ParseWKT([]byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.40q: %v, want %q", text, err, want)
		}
	}
}

func FuzzParseWKT(f *testing.F) {
	for _, seed := range []string{
		"POINT(116.4 23.5)", "SRID=4490;POLYGON((0 0,1 0,1 1,0 0))", "MULTIPOINT((1 2),(3 4))", "MULTIPOLYGON EMPTY",
		"GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(1 2,3 4))", "LINESTRING ZM (1 2 3 4, 5 6 7 8)", "POINT(", "POINT(1e5 -0.0)", "多边形((1 2))",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		g, _, err := ParseWKT(text)
		if err != nil {
			return
		}
		again, _, err := ParseWKT(wkt.Marshal(g))
		if err != nil || !orb.Equal(g, again) {
			t.Errorf("%q is %v, which is read back as %v (%v)", text, g, again, err)
		}
	})
}

func TestNumbersAreTheNearestDoubles(t *testing.T) {
	for _, text := range []string{
		"0", "-0", "1", "-1.5", "116.4", "23.5707004", "0.1", "123456789012345", "1234567890.12345", "0.000000000000001",
		"116.39160156250001", "12958183.123456789", "1e3", "1.5E-7", "+5", ".5", "5.", "9007199254740993", "1e308",
	} {
		want, _ := strconv.ParseFloat(text, 64)
		if got, ok := ParseNumber([]byte(text)); !ok || math.Float64bits(got) != math.Float64bits(want) {
			t.Errorf("%s: %v, %t; want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "-", ".", "1.2.3", "NaN", "Inf", "0x10", "1_000", "1e", "1e999", "１"} {
		if got, ok := ParseNumber([]byte(text)); ok {
			t.Errorf("%q: %v, want none", text, got)
		}
	}
}
