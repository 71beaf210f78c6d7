package cql2_test

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/cql2"
)

func grids(t testing.TB) *geo.Layer {
	t.Helper()
	layer, ok := geo.LayerNamed(geo.Grids)
	if !ok {
		t.Fatal("no layer grids")
	}
	return layer
}

// What is wrong with a filter is told with the character, and with what would be right.
func TestErrorsInText(t *testing.T) {
	t.Parallel()
	const known = "code, name, pinyin, level, workers, villageCode, parentCode, areaSquareMetres, provenance, revision, updatedAt, geometry"
	for filter, want := range map[string]string{
		"":                               "character 1: the filter is empty: leave it out where everything is wanted",
		"level":                          "character 1: the property level (number) stands where a condition should, such as a comparison",
		"level = ":                       "character 9: found the end, expected a property, a value or a condition",
		"level = 1 level":                "character 11: found level, expected AND, OR or the end",
		"level = 1 AND":                  "character 14: found the end, expected a property, a value or a condition",
		"(level = 1":                     "character 11: found the end, expected )",
		"level == 1":                     "character 8: found =, expected a property, a value or a condition",
		"level != 1":                     "character 7: '!' has no meaning here",
		"级 = 1":                          `character 1: grids has no property "级": it has ` + known,
		"村名 = '北斗' AND 电话 = 1":           `character 1: grids has no property "村名": it has ` + known,
		"level = 1 AND population>1":     `character 15: grids has no property "population": it has ` + known,
		"name = 'x":                      "character 8: the text in quotes has no end: a second ' is missing",
		`"name = 'x'`:                    "character 1: the quotation mark of a name has no second one",
		"name = '北' AND ! ":              "character 16: '!' has no meaning here",
		"level = '1'":                    "character 9: the property level (number) cannot be compared with the text '1': one is number, the other text",
		"name > 5":                       "character 8: the property name (text) cannot be compared with the number 5: one is text, the other number",
		"geometry = 'x'":                 "character 1: the property geometry cannot be compared: use a spatial function, such as S_INTERSECTS",
		"INTERVAL('..','..') = 1":        "character 1: an interval cannot be compared: use a temporal function, such as T_INTERSECTS",
		"(level = 1) = TRUE":             "character 2: a condition stands where a value should",
		"name + 1 = 2":                   "character 1: + computes with numbers; the property name (text) is none",
		"level LIKE 'x'":                 "character 1: LIKE compares texts; the property level (number) is none",
		"name LIKE pinyin":               "character 11: the pattern of LIKE is a text in quotes; the property pinyin (text) is none",
		`name LIKE 'x\\'`:                `character 11: the pattern ends with \, which takes the next character as it is: write \\ for the character itself`,
		"name NOT = 'x'":                 "character 10: found =, expected LIKE, BETWEEN or IN",
		"level IN ()":                    "character 11: found ), expected a property, a value or a condition",
		"level IN 1":                     "character 10: found the number 1, expected (",
		"level IN (1, 'x')":              "character 14: the property level (number) cannot be compared with the text 'x': one is number, the other text",
		"level BETWEEN 1":                "character 16: found the end, expected AND",
		"level IS 1":                     "character 10: found the number 1, expected NULL",
		"level = NULL":                   "character 9: found NULL, expected a property, a value or a condition: null is tested by IS NULL",
		"date = 1":                       `character 1: found date, expected a property, a value or a condition: a property of this name stands in double quotes, "date"`,
		"level = 1.5e":                   "character 9: the exponent of the number 1.5e has no digits",
		"level = 1e999":                  "character 9: the number 1e999 is too large",
		"level > 1/0":                    "character 11: 1 / 0 is a division by zero",
		"level > 10^999":                 "character 12: 10 ^ 999 is no number, or one too large",
		"CASEI(level) = 'x'":             "character 7: CASEI takes a text; the property level (number) is none",
		"CASEI(name, name) = 'x'":        "character 1: CASEI takes one argument",
		"S_INTERSECTS(geometry)":         "character 1: S_INTERSECTS takes 2 arguments",
		"S_INTERSECTS(name, POINT(1 2))": "character 14: S_INTERSECTS takes geometries; the property name (text) is none",
		"T_AFTER(name, DATE('2026-01-01'))": "character 9: T_AFTER takes timestamps, dates and intervals; the property name (text) is none: " +
			"write TIMESTAMP('2026-03-01T08:00:00Z')",
		"T_DURING(updatedAt, INTERVAL('2026-01-01', '..'))":       "character 10: T_DURING is for intervals, INTERVAL(start, end); the property updatedAt (timestamp) is an instant",
		"updatedAt > DATE('2026-02-30')":                          "character 13: '2026-02-30' is no date: write it as 2026-03-01",
		"updatedAt > TIMESTAMP('2026-02-20')":                     "character 13: '2026-02-20' is no timestamp: write it in UTC, as 2026-03-01T08:00:00Z",
		"updatedAt > 'yesterday'":                                 "character 13: 'yesterday' is no date: write it as 2026-03-01",
		"T_AFTER(updatedAt, INTERVAL('2026-01-02','2026-01-01'))": "character 42: the interval ends before it starts",
		"buffer(geometry, 10) IS NULL": `character 1: there is no function "buffer": there are CASEI, ACCENTI, S_INTERSECTS and the other spatial functions, ` +
			"T_INTERSECTS and the other temporal functions; functions of servers' own are not supported here",
		"A_CONTAINS(name, ('a'))":            "character 1: A_CONTAINS is a function of arrays, which are not supported here",
		"('a', 'b') = name":                  "character 1: an array stands here; arrays are not supported but as the list of IN",
		"S_EQUALS(geometry, POINT EMPTY)":    "character 26: an empty geometry lies nowhere: give it coordinates",
		"S_EQUALS(geometry, POINT M(1 2 3))": "character 26: coordinates with M are not supported: give longitude and latitude",
		"S_CONTAINS(GEOMETRYCOLLECTION(POINT(1 2), LINESTRING(1 2, 3 4)), geometry)": "character 12: S_CONTAINS takes no GEOMETRYCOLLECTION of points, lines and " +
			"polygons together: give one of them",
		"S_EQUALS(geometry, POINT(1))":       "character 27: found ), expected a number",
		"S_EQUALS(geometry, POINT(1 2 3 4))": "character 32: found the number 4, expected )",
		"S_EQUALS(geometry, BBOX(1,2,3))":    "character 20: a box has 4 numbers, or 6 with heights; it has 3",
		"S_EQUALS(geometry, BBOX(1,2,3,1))":  "character 20: south 2 is greater than north 1: a box is west, south, east, north in degrees",
	} {
		_, err := cql2.Parse(grids(t), filter, cql2.Options{})
		if known, ok := errors.AsType[*geo.Error](err); !ok || known.Code != geo.BadInput || known.Message != want {
			t.Errorf("%s\n got %v\nwant %s", filter, err, want)
		}
	}
}

// In JSON the place is a JSON pointer, but where the text is no JSON.
func TestErrorsInJSON(t *testing.T) {
	t.Parallel()
	for filter, want := range map[string]string{
		``:                                  "character 1: this is not JSON: the text ends too early",
		`{"op":"="`:                         "character 10: this is not JSON: the text ends too early",
		`{"名":"=",}`:                        "character 10: this is not JSON: invalid character '}' at start of string (expecting '\"')",
		`true false`:                        "character 11: something follows the filter",
		`{"op":"=","op":"<>","args":[1,1]}`: "character 11: this is not JSON: duplicate object member name",
		`{"op":"=","args":["\ud800",1]}`:    "character 20: this is not JSON: invalid surrogate pair `\\ud800\",1]}` in string",
		`[]`:                                "the outermost value: an array stands here; arrays are not supported but as the list of IN",
		`null`:                              "the outermost value: null stands here; null is tested by the operator isNull",
		`{}`:                                "the outermost value: the object has none of op, property, date, timestamp, interval, bbox and type, which tell what it is",
		`{"op":1,"args":[]}`:                "/op: op is no text",
		`{"op":"="}`:                        `the outermost value: the operator "=" has no array args`,
		`{"op":"=","args":[1]}`:             "/args: = takes 2 arguments; it has 1",
		`{"op":"and","args":[]}`:            "/args: and has no arguments",
		`{"op":"not","args":[{"op":"=","args":[{"property":"levl"},1]}]}`: `/args/0/args/0: grids has no property "levl": it has code, name, pinyin, level, workers, villageCode, parentCode, ` +
			"areaSquareMetres, provenance, revision, updatedAt, geometry",
		`{"op":"in","args":[{"property":"level"},[1,"x"]]}`:                       "/args/1/1: the property level (number) cannot be compared with the text 'x': one is number, the other text",
		`{"op":"in","args":[{"property":"level"},1]}`:                             "/args/1: the second argument of in is an array",
		`{"op":"s_within","args":[{"property":"geometry"},{"bbox":[1,2,3,"x"]}]}`: "/args/1/bbox/3: x is no number",
		`{"op":"s_within","args":[{"property":"geometry"},{"type":"Point","coordinates":[1]}]}`: "/args/1: the geometry is not valid: coordinates: " +
			"a position of 1 numbers; it needs [longitude, latitude]",
		`{"op":"t_after","args":[{"property":"updatedAt"},{"interval":["2026"]}]}`: "/args/1/interval: an interval takes 2 arguments; it has 1",
		`{"op":"t_after","args":[{"property":"updatedAt"},{"date":5}]}`:            "/args/1/date: date is no text",
	} {
		_, err := cql2.Parse(grids(t), filter, cql2.Options{Language: cql2.JSON})
		if known, ok := errors.AsType[*geo.Error](err); !ok || known.Code != geo.BadInput || known.Message != want {
			t.Errorf("%s\n got %v\nwant %s", filter, err, want)
		}
	}
}

// A geometry that is none is told with the place where it breaks.
func TestErrorsOfGeometriesHaveTheirPlace(t *testing.T) {
	t.Parallel()
	for filter, want := range map[string]orb.Point{
		"S_INTERSECTS(geometry, POINT(90 180))":                                {90, 180},
		"S_INTERSECTS(geometry, POLYGON((1 2, 3 4, 5 6, 7 8)))":                {7, 8},
		"S_INTERSECTS(geometry, LINESTRING(5 6, 5 6))":                         {5, 6},
		"S_INTERSECTS(geometry, MULTIPOINT(7.02 49.92, 90 180))":               {90, 180},
		"S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(1 2), POINT(200 2)))": {200, 2},
	} {
		_, err := cql2.Parse(grids(t), filter, cql2.Options{Path: "filter"})
		known, ok := errors.AsType[*geo.Error](err)
		if !ok || known.Path != "filter" || known.Place == nil || *known.Place != want {
			t.Errorf("%s: %v", filter, err)
		}
	}
}

// Each limit has an error of its own, and is told before it costs anything.
func TestLimits(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ filter, want string }{
		"size":       {"name = '" + strings.Repeat("x", 10_000_000) + "'", "the filter has 10000009 bytes; 262144 at the most"},
		"UTF-8":      {"name = '\xff'", "the filter is not UTF-8"},
		"U+0000":     {"name = 'a\x00b'", "character 8: the text has the character U+0000, which no text of the map can have"},
		"brackets":   {strings.Repeat("(", 100_000) + "level", "character 51: brackets, functions and operators lie deeper in each other than 50"},
		"not":        {strings.Repeat("NOT ", 60_000), "character 201: brackets, functions and operators lie deeper in each other than 50"},
		"sums":       {"level > 1" + strings.Repeat("+level", 1000), "character 310: brackets, functions and operators lie deeper in each other than 50"},
		"collection": {"S_EQUALS(geometry, " + strings.Repeat("GEOMETRYCOLLECTION(", 1000), "character 951: brackets, functions and operators lie deeper in each other than 50"},
		"conditions": {"level=1" + strings.Repeat(" OR level=1", 1000), "character 11001: more than 1000 conditions: use IN for many values of one property"},
		"values":     {"level IN (1" + strings.Repeat(",1", 10000) + ")", "character 20011: more than 10000 values"},
		"language":   {"", `there is no filter language "sql": there are cql2-text and cql2-json`},
	} {
		options := cql2.Options{}
		if name == "language" {
			options.Language = "sql"
		}
		if _, err := cql2.Parse(grids(t), test.filter, options); err == nil || err.Error() != test.want {
			t.Errorf("%s: got %.300v, want %s", name, err, test.want)
		}
	}
	for name, test := range map[string]struct{ filter, want string }{
		"objects": {strings.Repeat(`{"op":"not","args":[`, 5000) + "true" + strings.Repeat("]}", 5000), strings.Repeat("/args/0", 50) + ": brackets, functions and operators lie deeper in each other than 50"},
		"arrays":  {strings.Repeat("[", 100_000), "character 10001: this is not JSON: exceeded max depth"},
		"values":  {`{"op":"in","args":[1,[1` + strings.Repeat(",1", 10000) + "]]}", "/args/1: more than 10000 values"},
	} {
		if _, err := cql2.Parse(grids(t), test.filter, cql2.Options{Language: cql2.JSON}); err == nil || err.Error() != test.want {
			t.Errorf("JSON, %s: got %.300v, want %s", name, err, test.want)
		}
	}
}

// What the grammar lets people write in more ways than one.
func TestSpellings(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"level = 1", "level=1", `"level" = 1`, "level = 1.0", "level = +1", "level = 10e-1", " \t\n\u3000level\u00a0= 1", "((level) = (1))", "level = 3 - 2"},
		{"level <> -1", "level <> - 1", "level <> 0 - 1", "level<>-1.0"},
		{"name = 'it''s'", `name = 'it\'s'`},
		{`name = '\a\b\t\n\v\f\r\\'`, "name = '\a\b\t\n\v\f\r\\\\'"},
		{`name LIKE '50\%%'`, `name LIKE '50\\%%'`},
		{"name LIKE 'a%'", "name like 'a%'", "name Like 'a%'"},
		{"NOT name LIKE 'a%'", "name NOT LIKE 'a%'", "not(name LIKE 'a%')"},
		{"level = 1 AND level = 2 OR level = 3", "(level = 1 and level = 2) or level = 3"},
		{"S_INTERSECTS(geometry,MULTIPOINT(1 2,3 4))", "s_intersects(geometry,multipoint((1 2),(3 4)))", "S_INTERSECTS(MULTIPOINT Z (1 2 9,3 4 9), geometry)", "S_INTERSECTS(geometry,MULTIPOINT(1 2 9,3 4 9))"},
		{"S_WITHIN(geometry, POINT(1 2))", "S_CONTAINS(POINT(1 2), geometry)"},
		{"S_INTERSECTS(geometry, BBOX(1,2,3,4))", "S_INTERSECTS(geometry, BBOX(1,2,-9,3,4,9))"},
		{"updatedAt = DATE('2026-03-01')", "updatedAt = '2026-03-01'"},
		{"workers > 2 + 3 * 4 ^ 2 / 2 - 7 div 2 % 2", "workers > 25"},
		{"workers > 2 ^ -1", "workers > 0.5", "workers > .5", "workers > 5.e-1"},
		{"TRUE", "true", "(TRUE)"},
	} {
		first := parsed(t, same[0])
		for _, other := range same[1:] {
			if got := parsed(t, other); !equal(first, got) {
				t.Errorf("%s is %#v\n%s is %#v", same[0], first, other, got)
			}
		}
	}
}

// Coordinates are in the reference system and the order that the filter says.
func TestGeometriesInOtherReferenceSystems(t *testing.T) {
	t.Parallel()
	latitudeFirst := func(lat, lon float64) (float64, float64) { return lon, lat }
	for filter, same := range map[string]string{
		"S_EQUALS(geometry, LINESTRING(23 116, 24 117))":     "S_EQUALS(geometry, LINESTRING(116 23, 117 24))",
		"S_INTERSECTS(geometry, BBOX(23, 116, 24, 117))":     "S_INTERSECTS(geometry, BBOX(116, 23, 117, 24))",
		"S_INTERSECTS(geometry, BBOX(-10, 170, 10, -170))":   "S_INTERSECTS(geometry, BBOX(170, -10, -170, 10))",
		"S_WITHIN(geometry, BBOX(-10, 170, 0, 10, -170, 5))": "S_WITHIN(geometry, BBOX(170, -10, -170, 10))",
	} {
		got, err := cql2.Parse(grids(t), filter, cql2.Options{ToWGS84: latitudeFirst})
		if err != nil || !equal(got, parsed(t, same)) {
			t.Errorf("%s: %#v, %v", filter, got, err)
		}
	}
	_, err := cql2.Parse(grids(t), "S_EQUALS(geometry, POINT(1 2))", cql2.Options{ToWGS84: func(_, y float64) (float64, float64) { return math.Inf(1), y }})
	if err == nil || !strings.Contains(err.Error(), "not finite") {
		t.Errorf("a position that cannot be converted: %v", err)
	}
}

// Every conformance class is named by a URI, once.
func TestConformanceClasses(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, uri := range cql2.ConformanceClasses() {
		if !strings.HasPrefix(uri, "http://www.opengis.net/spec/cql2/1.0/conf/") || seen[uri] {
			t.Errorf("%s", uri)
		}
		seen[uri] = true
	}
}
