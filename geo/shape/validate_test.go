package shape

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
)

func TestValidate(t *testing.T) {
	for _, g := range []orb.Geometry{
		orb.Point{180, -90},
		orb.MultiPoint{{0, 0}},
		orb.LineString{{0, 0}, {0, 0}, {1, 1}},
		orb.MultiLineString{{{0, 0}, {1, 1}}},
		orb.Polygon{square, hole},
		orb.MultiPolygon{{square}, {distant}},
		orb.Collection{orb.Point{1, 2}},
		square,
		square.Bound(),
	} {
		if err := Validate(g); err != nil {
			t.Errorf("%v is refused: %v", g, err)
		}
	}
}

func TestValidateRefuses(t *testing.T) {
	at := func(lon, lat float64) *orb.Point { return &orb.Point{lon, lat} }
	for _, test := range []struct {
		name    string
		in      orb.Geometry
		code    string
		path    string
		message string
		place   *orb.Point
	}{
		{"nothing", nil, CodeEmptyGeometry, "", "no geometry", nil},
		{"no rings", orb.Polygon{}, CodeEmptyGeometry, "coordinates", "empty", nil},
		{"no vertices", orb.Polygon{square, {}}, CodeEmptyGeometry, "coordinates[1]", "empty", nil},
		{"no polygons", orb.MultiPolygon{}, CodeEmptyGeometry, "coordinates", "empty", nil},
		{"no geometries", orb.Collection{}, CodeEmptyGeometry, "geometries", "empty", nil},
		{"NaN", orb.MultiPoint{{0, 0}, {math.NaN(), 0}}, CodeNotFinite, "coordinates[1]", "[NaN, 0]", nil},
		{"infinite", orb.Point{0, math.Inf(-1)}, CodeNotFinite, "coordinates", "not finite", nil},
		{"longitude", orb.LineString{{0, 0}, {180.5, 0}}, CodeOutOfRange, "coordinates[1]", "longitude 180.5", at(180.5, 0)},
		{"the wrong way round", orb.Point{23.5, 116.4}, CodeOutOfRange, "coordinates", "latitude 116.4 is not within ±90 degrees; a position is [longitude, latitude]", at(23.5, 116.4)},
		{"one position", orb.LineString{{1, 2}}, CodeTooFewPoints, "coordinates", "two different", at(1, 2)},
		{"one place", orb.MultiLineString{{{1, 2}, {1, 2}}}, CodeTooFewPoints, "coordinates[0]", "two different", at(1, 2)},
		{"three positions", orb.Polygon{{{0, 0}, {1, 1}, {0, 0}}}, CodeTooFewPoints, "coordinates[0]", "a ring of 3 positions", at(0, 0)},
		{"open ring", orb.MultiPolygon{{square}, {{{5, 5}, {6, 5}, {6, 6}, {5, 6}}}}, CodeUnclosedRing, "coordinates[1][0]", "starts at 5, 5 and ends at 5, 6", at(5, 6)},
		{"inside a collection", orb.Collection{orb.Point{0, 0}, orb.Collection{orb.Point{0, 91}}}, CodeOutOfRange, "geometries[1].geometries[0].coordinates", "latitude 91", at(0, 91)},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := Validate(test.in)
			got := requireFault(t, err, test.code, test.path, test.message)
			if (got == nil) != (test.place == nil) || got != nil && *got != *test.place {
				t.Errorf("got place %v; want %v", got, test.place)
			}
		})
	}
}

func TestErrorIsOneLine(t *testing.T) {
	err := Validate(orb.MultiPoint{{0, 0}, {200, 0.5}})
	const want = "coordinates[1]: longitude 200 is not within ±180 degrees (at 200, 0.5)"
	if err.Error() != want {
		t.Errorf("got %s", err)
	}
}
