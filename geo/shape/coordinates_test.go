package shape_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"xiangtu/geo/shape"
)

// What the short way takes is JSON, and the long way takes it too, with the same result.
func FuzzCoordinates(f *testing.F) {
	for _, text := range []string{
		`[1,2]`, `[ 1.5e1 , -2 , 3 ]`, `[]`, `[[1,2],[3,4]]`, `[[[0,0],[1,0],[1,1],[0,0]],[]]`,
		`[[[[0,0],[1,0],[1,1],[0,0]]],[[[0,0]]]]`, `[[1,2],]`, `[1,"2"]`, `[null]`, `[1e999,0]`, `[01,2]`, `[+1,2]`, `[[],[1,2]]`, `[1,2]]`,
		`[1.,2]`, `[.5,2]`, `[-.5,2]`, `[-0,-01]`, `[1e5,1.e5]`, `[1.5e5,00.5]`, `[-,1]`, `[1.00000000000000000000,01.00000000000000000000]`,
	} {
		for t := shape.Point; t <= shape.GeometryCollection; t++ {
			f.Add(uint8(t), text)
		}
	}
	f.Fuzz(func(t *testing.T, kind uint8, text string) {
		want := shape.Type(kind%7 + 1)
		full := fmt.Sprintf(`{"type":%q,"coordinates":%s}`, want, text)
		long, err := shape.ParseGeoJSON([]byte(full))
		if strings.Contains(text, "}") {
			return // more than coordinates
		}
		short, ok := shape.ReadCoordinates(want, []byte(text))
		if ok && !json.Valid([]byte(text)) {
			t.Errorf("%s is no JSON, and is read as %v", text, short)
		}
		if err != nil {
			return // it is not JSON, or sound is what only Validate tells
		}
		if ok && !orb.Equal(short, long) {
			t.Errorf("%s: %v, want %v", full, short, long)
		}
	})
}

// Coordinates that are still text are read as decoded ones are, and refused in the same words.
func TestCoordinatesAsText(t *testing.T) {
	for _, test := range []struct{ kind, coordinates string }{
		{"Point", `[116.3, 23.5, 7]`},
		{"MultiPolygon", `[[[[116,23],[116.1,23],[116.1,23.1],[116,23]]]]`},
		{"MultiPoint", `[[116,23]]`},
		{"Point", `[]`},
		{"LineString", `[[116,23],[116]]`},
		{"Polygon", `[[[116,23],[116.1,"23"]]]`},
		{"Polygon", `[[116,23]]`},
		{"Point", `[1e999, 0]`},
		{"Point", `"116,23"`},
		{"LineString", `null`},
		{"Point", `[116, 23`},
	} {
		full := fmt.Sprintf(`{"type":%q,"coordinates":%s}`, test.kind, test.coordinates)
		want, wrong := shape.ParseGeoJSON([]byte(full))
		got, err := shape.FromJSON(map[string]any{"type": test.kind, "coordinates": json.RawMessage(test.coordinates)})
		if (err == nil) != (wrong == nil) || err == nil && !orb.Equal(got, want) {
			t.Errorf("%s: %v, %v; decoded %v, %v", full, got, err, want, wrong)
		}
		if err != nil && json.Valid([]byte(full)) && err.Error() != wrong.Error() {
			t.Errorf("%s: %v, decoded %v", full, err, wrong)
		}
	}
}
