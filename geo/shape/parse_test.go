package shape

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"
)

func TestParseGeoJSON(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     orb.Geometry
	}{
		{"point", `{"type":"Point","coordinates":[1,2.5]}`, orb.Point{1, 2.5}},
		{"altitude is dropped", `{"type":"Point","coordinates":[1,2,300]}`, orb.Point{1, 2}},
		{"exponent", `{"type":"Point","coordinates":[1e1,-2E-1]}`, orb.Point{10, -0.2}},
		{"unknown members", `{"bbox":[0,0,1,1],"type":"Point","x":null,"coordinates":[1,2]}`, orb.Point{1, 2}},
		{"line", `{"type":"LineString","coordinates":[[1,2],[3,4]]}`, orb.LineString{{1, 2}, {3, 4}}},
		{"polygon", `{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,4],[0,0]]]}`, orb.Polygon{square}},
		{"points", `{"type":"MultiPoint","coordinates":[[1,2]]}`, orb.MultiPoint{{1, 2}}},
		{"lines", `{"type":"MultiLineString","coordinates":[[[1,2],[3,4]]]}`, orb.MultiLineString{{{1, 2}, {3, 4}}}},
		{"polygons", `{"type":"MultiPolygon","coordinates":[[[[0,0],[4,0],[4,4],[0,4],[0,0]]]]}`, orb.MultiPolygon{{square}}},
		{"empty polygons", `{"type":"MultiPolygon","coordinates":[]}`, orb.MultiPolygon{}},
		{"collection", `{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}`, orb.Collection{orb.Point{1, 2}}},
		{"feature", `{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[1,2]}}`, orb.Point{1, 2}},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := ParseGeoJSON([]byte(test.in))
			if err != nil || !orb.Equal(got, test.want) {
				t.Errorf("got %v, %v; want %v", got, err, test.want)
			}
		})
	}
}

func TestParseGeoJSONRefuses(t *testing.T) {
	deep := strings.Repeat(`{"type":"GeometryCollection","geometries":[`, MaxDepth+1) + strings.Repeat("]}", MaxDepth+1)
	for _, test := range []struct {
		name, in string
		code     string
		path     string
		message  string
	}{
		{"nothing", ``, CodeInvalidGeoJSON, "", "ends too early"},
		{"half", `{"type":`, CodeInvalidGeoJSON, "", "ends too early"},
		{"no JSON", `{"type":Point}`, CodeInvalidGeoJSON, "", "at byte 9"},
		{"two", `{"type":"Point","coordinates":[1,2]} {}`, CodeInvalidGeoJSON, "", "something follows"},
		{"a string", `"POINT(1 2)"`, CodeInvalidGeoJSON, "", `the string "POINT(1 2)"`},
		{"null", `null`, CodeInvalidGeoJSON, "", "null; a geometry is an object"},
		{"no type", `{"coordinates":[1,2]}`, CodeInvalidGeoJSON, "", `no member "type"`},
		{"type no string", `{"type":3,"coordinates":[1,2]}`, CodeInvalidGeoJSON, "type", "the number 3"},
		{"lower case", `{"type":"point","coordinates":[1,2]}`, CodeInvalidGeoJSON, "type", `"point" is no geometry type; there are Point, LineString`},
		{"collection of features", `{"type":"FeatureCollection","features":[]}`, CodeWrongType, "type", "give one geometry"},
		{"no coordinates", `{"type":"Point"}`, CodeInvalidGeoJSON, "", `the Point has no member "coordinates"`},
		{"no geometries", `{"type":"GeometryCollection","coordinates":[]}`, CodeInvalidGeoJSON, "", `no member "geometries"`},
		{"empty point", `{"type":"Point","coordinates":[]}`, CodeEmptyGeometry, "coordinates", "an empty Point"},
		{"one number", `{"type":"Point","coordinates":[1]}`, CodeInvalidGeoJSON, "coordinates", "a position of 1 numbers"},
		{"a string for a number", `{"type":"Point","coordinates":[1,"2"]}`, CodeInvalidGeoJSON, "coordinates[1]", `the string "2" where a number should be`},
		{"null for a number", `{"type":"Point","coordinates":[1,null]}`, CodeInvalidGeoJSON, "coordinates[1]", "null where a number"},
		{"too large", `{"type":"Point","coordinates":[1,2,1e999]}`, CodeNotFinite, "coordinates[2]", "too large"},
		{"too shallow", `{"type":"LineString","coordinates":[1,2]}`, CodeInvalidGeoJSON, "coordinates[0]", "the number 1 where a position"},
		{"too deep", `{"type":"LineString","coordinates":[[[1,2]]]}`, CodeInvalidGeoJSON, "coordinates[0]", "a position of 1 numbers"},
		{"a ring's vertex", `{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[true,0]]]}`, CodeInvalidGeoJSON, "coordinates[0][3][0]", "true where a number"},
		{"an object for rings", `{"type":"Polygon","coordinates":{}}`, CodeInvalidGeoJSON, "coordinates", "an object where an array"},
		{"inside a collection", `{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]},{"type":"Point","coordinates":[1]}]}`, CodeInvalidGeoJSON, "geometries[1].coordinates", "a position of 1 numbers"},
		{"inside a feature", `{"type":"Feature","geometry":{"type":"Point","coordinates":[1]}}`, CodeInvalidGeoJSON, "geometry.coordinates", "a position of 1 numbers"},
		{"feature without", `{"type":"Feature"}`, CodeInvalidGeoJSON, "", `no member "geometry"`},
		{"feature with null", `{"type":"Feature","geometry":null}`, CodeEmptyGeometry, "geometry", "needs a geometry"},
		{"feature in a feature", `{"type":"Feature","geometry":{"type":"Feature"}}`, CodeWrongType, "geometry.type", "a Feature cannot stand here"},
		{"depth", deep, CodeInvalidGeoJSON, strings.Repeat("geometries[0].", MaxDepth) + "geometries", "nest deeper"},
	} {
		t.Run(test.name, func(t *testing.T) {
			g, err := ParseGeoJSON([]byte(test.in))
			requireFault(t, err, test.code, test.path, test.message)
			if g != nil {
				t.Errorf("a geometry came with the error: %v", g)
			}
		})
	}
}

func TestFromJSONTakesDecodedNumbers(t *testing.T) {
	for _, number := range []any{3, int64(3), 3.0, json.Number("3")} {
		got, err := FromJSON(map[string]any{"type": "Point", "coordinates": []any{number, number}})
		if err != nil || !orb.Equal(got, orb.Point{3, 3}) {
			t.Errorf("%T: got %v, %v", number, got, err)
		}
	}
	_, err := FromJSON(map[string]any{"type": "Point", "coordinates": []any{math.NaN(), 0}})
	requireFault(t, err, CodeNotFinite, "coordinates[0]", "finite")
	for _, number := range []any{5, int64(5), 5.0, json.Number("5")} {
		_, err = FromJSON(number)
		requireFault(t, err, CodeInvalidGeoJSON, "", "the number 5;")
	}
	_, err = FromJSON(struct{}{})
	requireFault(t, err, CodeInvalidGeoJSON, "", "a value of type struct {}")
}

// What AppendGeoJSON writes, ParseGeoJSON reads back; nothing makes it panic.
func FuzzParseGeoJSON(f *testing.F) {
	f.Add([]byte(`{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,4],[0,0]]]}`))
	f.Add([]byte(`{"type":"GeometryCollection","geometries":[{"type":"MultiPoint","coordinates":[[1,2,3]]}]}`))
	f.Add([]byte(`{"type":"Feature","geometry":{"type":"LineString","coordinates":[[1e300,2],[3,4]]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		g, err := ParseGeoJSON(data)
		if err != nil {
			return
		}
		for want := range GeometryCollection + 1 {
			_, _ = Normalize(g, want)
		}
		_ = Validate(g)
		text, err := AppendGeoJSON(nil, AppendWKB(nil, g), Options{Precision: MaxPrecision})
		if err != nil {
			t.Fatal(err)
		}
		if want := reference(g, MaxPrecision); want != string(text) {
			t.Fatalf("got  %s\nwant %s", text, want)
		}
		if again, err := ParseGeoJSON(text); err != nil || TypeOf(again) != TypeOf(g) {
			t.Fatalf("%s is not read back: %v", text, err)
		}
	})
}

func requireFault(t *testing.T, err error, code, path, message string) (place *orb.Point) {
	t.Helper()
	var fault *Error
	if !errors.As(err, &fault) {
		t.Fatalf("got %v; want an *Error with code %s", err, code)
	}
	if fault.Code != code || fault.Path != path || !strings.Contains(fault.Message, message) {
		t.Errorf("got %s at %q: %s\nwant %s at %q with %q", fault.Code, fault.Path, fault.Message, code, path, message)
	}
	return fault.Place
}
