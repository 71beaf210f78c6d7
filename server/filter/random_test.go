package filter_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
	"xiangtu/server/filter"
)

// said is a part of a filter in both encodings.
type said struct {
	text string
	json any
}

type object = map[string]any

// maker makes filters at random, on the properties of a layer. Most of them are right, some are not.
type maker struct {
	*rand.Rand
	layer *geo.Layer
}

func pick[T any](m *maker, of ...T) T { return of[m.IntN(len(of))] }

// operation is a prefix or infix operation in both encodings.
func operation(op string, text string, args ...said) said {
	values := make([]any, len(args))
	for i, a := range args {
		values[i] = a.json
	}
	return said{text, object{"op": op, "args": values}}
}

func infix(op string, left, right said) said {
	return operation(op, "("+left.text+" "+op+" "+right.text+")", left, right)
}

func call(op string, args ...said) said {
	texts := make([]string, len(args))
	for i, a := range args {
		texts[i] = a.text
	}
	return operation(op, op+"("+strings.Join(texts, ", ")+")", args...)
}

// property names a property of a type; seldom any.
func (m *maker) property(types ...geo.FieldType) said {
	var names []string
	for _, f := range m.layer.Fields {
		for _, t := range types {
			if f.Type == t {
				names = append(names, f.Name)
			}
		}
	}
	if len(names) == 0 || m.IntN(100) == 0 {
		names = append(names, "code", "geometry", "nothing")
	}
	name := pick(m, names...)
	if name == "date" { // which is a keyword
		return said{`"date"`, object{"property": name}}
	}
	return said{pick(m, name, `"`+name+`"`), object{"property": name}}
}

func (m *maker) number(depth int) said {
	if depth <= 0 || m.IntN(3) == 0 {
		if m.IntN(2) == 0 {
			return m.property(geo.Integer, geo.Number)
		}
		digits := pick(m, "0", "1", "2", "3.5", "0.001", "1000000", "1e3", "12345678901234567890", "9223372036854775807", "9007199254740993",
			"1e300", "1e-300", "1.7976931348623157e308", strconv.Itoa(m.IntN(1000)))
		return said{digits, json.Number(digits)}
	}
	return infix(pick(m, "+", "-", "*", "/", "%", "div", "^"), m.number(depth-1), m.number(depth-1))
}

func (m *maker) characters() said {
	raw := pick(m, "", "a", "村", "北斗村", "STRASSE", "ß", "İ", "'", `\`, `%`, "\n", "𠮷", "x\u0301", strings.Repeat("长", 50))
	return said{"'" + strings.NewReplacer(`\`, `\\`, "'", "''").Replace(raw) + "'", raw}
}

func (m *maker) string(depth int) said {
	switch {
	case depth > 0 && m.IntN(4) == 0:
		return call(pick(m, "casei", "accenti"), m.string(depth-1))
	case m.IntN(2) == 0:
		return m.characters()
	default:
		return m.property(geo.Text)
	}
}

func (m *maker) pattern(depth int) said {
	if depth > 0 && m.IntN(3) == 0 {
		return call(pick(m, "casei", "accenti"), m.pattern(depth-1))
	}
	raw := pick(m, "", "%", "_%", "445203%", "%村", "北_村", `50\%`, `a\_b`, `\\`, `\`, "Ta%n", "[a-z]%")
	return said{"'" + strings.ReplaceAll(raw, `\`, `\\`) + "'", raw}
}

func (m *maker) day() string {
	return pick(m, "2022-04-16", "0001-01-01", "9999-12-31", "2026-11-24", "2023-02-29")
}
func (m *maker) moment() string {
	return m.day() + "T" + pick(m, "00:00:00Z", "23:59:59.999999Z", "10:13:19Z", "10:13:19.123456789Z")
}

func (m *maker) instant() said {
	switch m.IntN(3) {
	case 0:
		day := m.day()
		return said{"DATE('" + day + "')", object{"date": day}}
	case 1:
		moment := m.moment()
		return said{"TIMESTAMP('" + moment + "')", object{"timestamp": moment}}
	default:
		return m.property(geo.Time)
	}
}

func (m *maker) interval() said {
	if m.IntN(3) == 0 {
		return m.instant()
	}
	var texts [2]string
	var values [2]any
	for i := range texts {
		if m.IntN(3) == 0 {
			p := m.property(geo.Time)
			texts[i], values[i] = p.text, p.json
			continue
		}
		given := pick(m, "..", m.day(), m.moment())
		texts[i], values[i] = "'"+given+"'", given
	}
	return said{"INTERVAL(" + texts[0] + ", " + texts[1] + ")", object{"interval": values[:]}}
}

func (m *maker) scalar(depth int) said {
	switch m.IntN(8) {
	case 0:
		return pick(m, said{"TRUE", true}, said{"false", false}, m.property(geo.Boolean))
	case 1, 2:
		return m.instant()
	case 3, 4:
		return m.string(depth)
	default:
		return m.number(depth)
	}
}

// of makes another value of the same kind as one may be.
func (m *maker) pair(depth int) (said, said) {
	switch m.IntN(8) {
	case 0:
		return m.scalar(depth), m.scalar(depth)
	case 1, 2:
		return m.instant(), m.instant()
	case 3, 4:
		return m.string(depth), m.string(depth)
	default:
		return m.number(depth), m.number(depth)
	}
}

// position is somewhere on the test data and the map.
func (m *maker) position() (string, []any) {
	x, y := pick(m, 0.0, 10.5, -180, 180, 116.3957, 116.4, float64(m.IntN(361)-180)), pick(m, 0.0, 45.25, -90, 90, 23.578, 23.6, float64(m.IntN(181)-90))
	if m.IntN(50) == 0 {
		x = 200
	}
	return fmt.Sprintf("%v %v", x, y), []any{x, y}
}

func (m *maker) positions(count int, closed bool) (string, []any) {
	var texts []string
	var values []any
	for range count {
		text, value := m.position()
		texts, values = append(texts, text), append(values, value)
	}
	if closed && m.IntN(20) > 0 {
		texts, values = append(texts, texts[0]), append(values, values[0])
	}
	return "(" + strings.Join(texts, ", ") + ")", values
}

func (m *maker) geometry(depth int) said {
	switch m.IntN(9) {
	case 0, 1:
		return said{"geometry", object{"property": "geometry"}}
	case 2:
		text, value := m.position()
		return said{"POINT(" + text + ")", object{"type": "Point", "coordinates": value}}
	case 3:
		text, values := m.positions(1+m.IntN(3), false)
		return said{"LINESTRING" + text, object{"type": "LineString", "coordinates": values}}
	case 4:
		text, values := m.positions(1+m.IntN(4), true)
		return said{"POLYGON(" + text + ")", object{"type": "Polygon", "coordinates": []any{values}}}
	case 5:
		text, values := m.positions(1+m.IntN(3), false)
		return said{"MULTIPOINT" + text, object{"type": "MultiPoint", "coordinates": values}}
	case 6:
		text, values := m.positions(3, true)
		return said{"MULTIPOLYGON((" + text + "))", object{"type": "MultiPolygon", "coordinates": []any{[]any{values}}}}
	case 7:
		if depth > 0 {
			one, other := m.geometry(0), m.geometry(0)
			return said{"GEOMETRYCOLLECTION(" + one.text + ", " + other.text + ")", object{"type": "GeometryCollection", "geometries": []any{one.json, other.json}}}
		}
	}
	x, y := m.IntN(340)-170, m.IntN(160)-80
	box := pick(m, []any{x, y, x + 10, y + 10}, []any{x, y, x, y}, []any{170, y, -170, y + 5}, []any{x, y, -5, x + 10, y, 5}, []any{180, -90, -180, 90})
	texts := make([]string, len(box))
	for i, v := range box {
		texts[i] = fmt.Sprint(v)
	}
	return said{"BBOX(" + strings.Join(texts, ", ") + ")", object{"bbox": box}}
}

// condition makes a filter.
func (m *maker) condition(depth int) said {
	if depth > 0 && m.IntN(2) == 0 {
		switch m.IntN(3) {
		case 0:
			inner := m.condition(depth - 1)
			return operation("not", "NOT ("+inner.text+")", inner)
		case 1:
			return infix("and", m.condition(depth-1), m.condition(depth-1))
		default:
			return infix("or", m.condition(depth-1), m.condition(depth-1))
		}
	}
	switch m.IntN(8) {
	case 0:
		return call(pick(m, "s_intersects", "s_disjoint", "s_equals", "s_touches", "s_crosses", "s_overlaps", "s_contains", "s_within"), m.geometry(1), m.geometry(1))
	case 1:
		return call(pick(m, "t_after", "t_before", "t_contains", "t_disjoint", "t_during", "t_equals", "t_finishedBy", "t_finishes", "t_intersects",
			"t_meets", "t_metBy", "t_overlappedBy", "t_overlaps", "t_startedBy", "t_starts"), m.interval(), m.interval())
	case 2:
		of, pattern := m.string(depth), m.pattern(1)
		return operation("like", of.text+" LIKE "+pattern.text, of, pattern)
	case 3:
		of, low := m.pair(depth)
		_, high := m.pair(depth)
		return operation("between", of.text+" BETWEEN "+low.text+" AND "+high.text, of, low, high)
	case 4:
		of, one := m.pair(depth)
		other := pick(m, one, m.scalar(1))
		return operation("in", of.text+" IN ("+one.text+", "+other.text+")", of, said{json: []any{one.json, other.json}})
	case 5:
		of := pick(m, m.scalar(depth), m.geometry(1), m.condition(depth-1))
		return operation("isNull", "("+of.text+") IS NULL", of)
	default:
		left, right := m.pair(depth)
		return infix(pick(m, "=", "<>", "<", "<=", ">", ">="), left, right)
	}
}

// Filters made at random mean the same in both encodings, and the database answers each, or says what is wrong with it.
// What it answers is in three parts: what the filter is true for, false for, and null for.
func TestRandomFilters(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store, layers := postgis.New(pool), append(testLayers(), geo.Layers()...)
	for _, layer := range testLayers() {
		createTable(t, pool, layer)
	}
	tries, seed := 1500, uint64(1)
	if given := os.Getenv("XIANGTU_TEST_FILTERS"); given != "" { // how many, for a longer run
		tries, _ = strconv.Atoi(given)
		seed = rand.Uint64()
	}
	t.Logf("%d filters by seed %d", tries, seed)
	random := rand.New(rand.NewPCG(seed, 0))
	answered := 0
	for range tries {
		m := &maker{random, layers[random.IntN(len(layers))]}
		s := m.condition(3)
		if len(s.text) > 5000 {
			continue
		}
		encoded, err := json.Marshal(s.json)
		if err != nil {
			t.Fatal(err)
		}
		fromText, errText := filter.Parse(m.layer, parameters("filter", s.text))
		fromJSON, errJSON := filter.Parse(m.layer, parameters("filter", string(encoded), "filter-lang", "cql2-json"))
		if (errText == nil) != (errJSON == nil) || errText == nil && !reflect.DeepEqual(fromText, fromJSON) {
			t.Errorf("%s\n%s\nare not the same: %v, %v", s.text, encoded, errText, errJSON)
			continue
		}
		if errText != nil {
			mustBeBadInput(t, s.text, errText)
			continue
		}
		if partition(t, store, m.layer, s.text) {
			answered++
		}
	}
	if t.Logf("%d were answered", answered); answered < tries/3 {
		t.Errorf("only %d of %d filters were answered", answered, tries)
	}
}

func mustBeBadInput(t *testing.T, text string, err error) {
	t.Helper()
	if known, ok := errors.AsType[*geo.Error](err); !ok || known.Code != geo.BadInput {
		t.Errorf("%s: %v (%+v)", text, err, known)
	}
}

// partition tells whether the database answered for what a filter is true, false and null, which are all features.
func partition(t *testing.T, store *postgis.Store, layer *geo.Layer, text string) bool {
	t.Helper()
	sum := 0
	for _, part := range []string{text, "NOT (" + text + ")", "(" + text + ") IS NULL"} {
		parsed, err := filter.Parse(layer, parameters("filter", part))
		if err != nil {
			t.Errorf("%s: %v", part, err)
			return false
		}
		summaries, err := store.Summarise(t.Context(), geo.Query{Layer: layer, Filter: parsed}, nil, false)
		if err != nil {
			mustBeBadInput(t, part, err)
			return false
		}
		sum += summaries[0].Count
	}
	all, err := store.Summarise(t.Context(), geo.Query{Layer: layer}, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	if sum != all[0].Count {
		t.Errorf("%s: true, false and null for %d features of %d", text, sum, all[0].Count)
	}
	return true
}
