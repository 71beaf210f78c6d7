package cql2

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"xiangtu/geo"
)

// exampleLayer is a layer that has the properties which the examples of the standard name.
func exampleLayer() *geo.Layer {
	layer := &geo.Layer{Name: "examples"}
	for kind, names := range map[geo.FieldType]string{
		geo.Text: "city name cityName road_class etat_vol landsat:scene_id eo:instrument landsat:wrs_path_text beamMode swathDirection polarization owner " +
			"material geophys:SURVEY_NAME id",
		geo.Number:  "windSpeed balance depth category vehicle_height bridge_clearance eo:cloud_cover landsat:wrs_row landsat:wrs_path floors taxes value foo bar x",
		geo.Boolean: "swimming_pool",
		geo.Time:    "updated event_time touchdown liftOff built starts_at ends_at updated_at",
	} {
		for name := range strings.FieldsSeq(names) {
			layer.Fields = append(layer.Fields, geo.Field{Name: name, Column: name, Type: kind})
		}
	}
	return layer
}

// ofText are the examples in which a property is a text that is a number in others.
var ofText = map[string]string{"example03": "landsat:wrs_path", "example40": "value"}

func parseExample(name string, language Language, text string) (geo.Filter, error) {
	layer := exampleLayer()
	if property := ofText[name]; property != "" {
		i := slices.IndexFunc(layer.Fields, func(f geo.Field) bool { return f.Name == property })
		layer.Fields[i].Type = geo.Text
	}
	return parse(&scope{layer: layer, options: Options{Language: language}, geometries: []string{"geometry", "road", "footprint", "location"}}, text)
}

// unclaimed are the examples that need a conformance class which filters do not follow, with what the error says.
var unclaimed = map[string]string{
	"clause6_01":  `no function "avg"`,
	"clause6_02b": `no function "avg"`,
	"clause7_15":  "functions? of arrays",
	"clause7_18":  `no function "Buffer"`,
	"example68":   `no function "Foo"`,
	"example69":   `no function "Bar"`,
	"example79":   "function of arrays",
	"example80":   "function of arrays",
	"example81":   "arrays? (stands|not)|function of arrays",
	"example82":   "function of arrays",
}

// Every example of the standard is read, and the same in both encodings; or it is refused for what it needs.
func TestExamplesOfTheStandard(t *testing.T) {
	t.Parallel()
	texts, err := filepath.Glob("testdata/examples/text/*.txt")
	if err != nil || len(texts) < 100 {
		t.Fatalf("%d examples: %v", len(texts), err)
	}
	for _, file := range texts {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(name, func(t *testing.T) {
			main, _, _ := strings.Cut(name, "-alt")
			fromText, err := parseExample(main, Text, read(t, file))
			fromJSON, errJSON := parseExample(main, JSON, read(t, "testdata/examples/json/"+main+".json"))
			if reason, ok := unclaimed[main]; ok {
				for _, err := range []error{err, errJSON} {
					if err == nil || !regexp.MustCompile(reason).MatchString(err.Error()) {
						t.Errorf("got %v, want the error that %s", err, reason)
					}
				}
				return
			}
			if err != nil || errJSON != nil {
				t.Fatalf("text: %v\nJSON: %v", err, errJSON)
			}
			if !reflect.DeepEqual(fromText, fromJSON) {
				t.Errorf("text: %#v\nJSON: %#v", fromText, fromJSON)
			}
		})
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
