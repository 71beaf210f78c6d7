package postgis_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/exchange"
	"xiangtu/geo/postgis"
	"xiangtu/geo/shape"
	"xiangtu/internal/golden"
	"xiangtu/internal/pgtest"
)

// Geometries of tests, near the sea south of the district, where the demonstration map has nothing.
const (
	square  = `{"type":"Polygon","coordinates":[[[116.1,23.1],[116.2,23.1],[116.2,23.2],[116.1,23.2],[116.1,23.1]]]}`
	another = `{"type":"MultiPolygon","coordinates":[[[[116.3,23.1],[116.4,23.1],[116.4,23.2],[116.3,23.2],[116.3,23.1]]]]}`
	route   = `{"type":"LineString","coordinates":[[116.1,23.1],[116.2,23.2]]}`
	spot    = `{"type":"Point","coordinates":[116.1,23.1]}`
)

// village is a new one of the demonstration map's first town.
func village(code, properties, geometry string) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"code":"%s","name":"新村","kind":"village"%s},"geometry":%s}`, code, properties, geometry)
}

func grid(code, properties, geometry string) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"code":"%s","name":"新格","workers":1%s},"geometry":%s}`, code, properties, geometry)
}

func belt(properties, geometry string) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"code":"T-1","name":"新带"%s},"geometry":%s}`, properties, geometry)
}

func collection(features ...string) string {
	return `{"type":"FeatureCollection","features":[` + strings.Join(features, ",\n") + `]}`
}

func layerNamed(t *testing.T, name geo.LayerName) *geo.Layer {
	t.Helper()
	layer, ok := geo.LayerNamed(name)
	if !ok {
		t.Fatalf("there is no layer %s", name)
	}
	return layer
}

func runImport(t *testing.T, store *postgis.Store, name geo.LayerName, text string, o postgis.ImportOptions) postgis.ImportReport {
	t.Helper()
	reader := exchange.NewReader(layerNamed(t, name), strings.NewReader(text), crs.WGS84)
	reports, err := store.Import(t.Context(), []*exchange.Reader{reader}, o)
	if err != nil {
		t.Fatalf("%v: %v", err, errors.Unwrap(err))
	}
	return reports[0]
}

// fingerprint is what a database holds of a layer: its export and its revision.
func fingerprint(t *testing.T, store *postgis.Store, name geo.LayerName) string {
	t.Helper()
	revisions, err := store.Revisions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("revision %d\n%s", revisions[name], export(t, store, name))
}

func export(t *testing.T, store *postgis.Store, name geo.LayerName) string {
	t.Helper()
	var text bytes.Buffer
	layer := layerNamed(t, name)
	w := exchange.NewWriter(&text, layer, crs.WGS84)
	form := postgis.FeatureForm{Options: shape.Options{Precision: 7}}
	err := store.EachFeature(t.Context(), geo.Query{Layer: layer}, form, func(_ int, feature []byte) error { return w.Write(feature) })
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

func TestEveryRefusalNamesFeatureRuleAndPlace(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	const v = "445203001901"
	long := strings.Repeat("长", 201)
	var got strings.Builder
	before := make(map[geo.LayerName]string)
	for _, layer := range geo.Layers() {
		before[layer.Name] = fingerprint(t, store, layer.Name)
	}
	for _, test := range []struct {
		name  string
		layer geo.LayerName
		text  string
	}{
		{"a geometry without a feature", geo.Villages, collection(square)},
		{"a number where a feature should be", geo.Villages, collection("7")},
		{"properties that are a list", geo.Villages, collection(`{"type":"Feature","properties":[1],"geometry":` + square + `}`)},
		{"no code", geo.Villages, collection(`{"type":"Feature","properties":{"name":"新村","kind":"village"},"geometry":` + square + `}`)},
		{"an id that is not the code", geo.Villages, collection(`{"type":"Feature","id":"1","properties":{"code":"445203001901","name":"新村","kind":"village"},"geometry":` + square + `}`)},
		{"a code of another form", geo.Villages, collection(village("44520300190", "", square))},
		{"a code twice", geo.Villages, collection(village(v, "", square), village("445203001902", "", square), village(v, "", square))},
		{"no name", geo.Villages, collection(`{"type":"Feature","properties":{"code":"445203001901","kind":"village"},"geometry":` + square + `}`)},
		{"an empty name", geo.Towns, collection(`{"type":"Feature","properties":{"code":"445203901","name":"","kind":"town"},"geometry":` + square + `}`)},
		{"a long name", geo.Villages, collection(village(v, `,"officialName":"`+long+`"`, square))},
		{"a number for a text", geo.Villages, collection(village(v, `,"officialName":7`, square))},
		{"a list for a text", geo.Villages, collection(village(v, `,"officialName":["村",{"a":[1]}]`, square))},
		{"a value that is none of those there are", geo.Villages, collection(`{"type":"Feature","properties":{"code":"445203001901","name":"新村","kind":"city"},"geometry":` + square + `}`)},
		{"U+0000", geo.Villages, collection(village(v, `,"officialName":"村\u0000"`, square))},
		{"invalid UTF-8", geo.Villages, collection(village(v, ",\"officialName\":\"\xff\"", square))},
		{"a member twice", geo.Villages, collection(village(v, `,"name":"旧村"`, square))},
		{"another town than the code's", geo.Villages, collection(village(v, `,"townCode":"445203002"`, square))},
		{"another level than the code's", geo.Grids, collection(grid("4452030010010109", `,"level":2`, square))},
		{"another parent than the code's", geo.Grids, collection(grid("445203001001", `,"parentCode":"445203001"`, square))},
		{"a town that is not there", geo.Villages, collection(village("445203999901", "", square))},
		{"a parent that is not there, beside one that is", geo.Grids, collection(grid("44520300100177", "", square), grid("4452030010018801", "", square))},
		{"a parent that is refused", geo.Grids, collection(grid("44520300100177", `,"level":3`, square), grid("4452030010017701", "", square))},
		{"a fraction of a worker", geo.Grids, collection(strings.Replace(grid("44520300100177", "", square), `"workers":1`, `"workers":1.5`, 1))},
		{"too few workers", geo.Grids, collection(strings.Replace(grid("44520300100177", "", square), `"workers":1`, `"workers":-1`, 1))},
		{"more workers than an integer holds", geo.Grids, collection(strings.Replace(grid("44520300100177", "", square), `"workers":1`, `"workers":1e12`, 1))},
		{"no geometry member", geo.Villages, collection(`{"type":"Feature","properties":{"code":"445203001901","name":"新村","kind":"village"}}`)},
		{"a null geometry", geo.Villages, collection(village(v, "", "null"))},
		{"an empty geometry", geo.Villages, collection(village(v, "", `{"type":"MultiPolygon","coordinates":[]}`))},
		{"a geometry of another type", geo.Villages, collection(village(v, "", route))},
		{"two lines for one", geo.Belts, collection(belt(`,"status":"planned","corridorMetres":9`, `{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[[5,6],[7,8]]]}`))},
		{"swapped axes", geo.Villages, collection(village(v, "", `{"type":"Polygon","coordinates":[[[23.1,116.1],[23.1,116.2],[23.2,116.2],[23.1,116.1]]]}`))},
		{"metres for degrees", geo.Belts, collection(belt(`,"status":"planned","corridorMetres":9`, `{"type":"LineString","coordinates":[[12958183,2701614],[12958184,2701615]]}`))},
		{"a text for a coordinate", geo.Stations, collection(belt(`,"villageCode":"445203001001"`, `{"type":"Point","coordinates":["116.1",23.1]}`))},
		{"a coordinate that is too large", geo.Stations, collection(belt(`,"villageCode":"445203001001"`, `{"type":"Point","coordinates":[1e999,23.1]}`))},
		{"an open ring", geo.Villages, collection(village(v, "", `{"type":"Polygon","coordinates":[[[116.1,23.1],[116.2,23.1],[116.2,23.2],[116.1,23.2]]]}`))},
		{"a ring of three", geo.Villages, collection(village(v, "", `{"type":"Polygon","coordinates":[[[116.1,23.1],[116.2,23.1],[116.1,23.1]]]}`))},
		{"a line of one place", geo.Belts, collection(belt(`,"status":"planned","corridorMetres":9`, `{"type":"LineString","coordinates":[[116,23],[116,23]]}`))},
		{"a bow tie", geo.Villages, collection(village(v, "", `{"type":"Polygon","coordinates":[[[116.1,23.1],[116.2,23.2],[116.2,23.1],[116.1,23.2],[116.1,23.1]]]}`))},
		{"a hole outside", geo.Villages, collection(village(v, "", `{"type":"Polygon","coordinates":[[[116.1,23.1],[116.2,23.1],[116.2,23.2],[116.1,23.1]],[[117,23],[117.1,23],[117,23.1],[117,23]]]}`))},
		{"a polygon inside another", geo.Villages, collection(village(v, "", `{"type":"MultiPolygon","coordinates":[[[[116,23],[117,23],[117,24],[116,24],[116,23]]],[[[116.4,23.4],[116.5,23.4],[116.5,23.5],[116.4,23.4]]]]}`))},
		{"no status", geo.Belts, collection(belt(`,"corridorMetres":9`, route))},
		{"a corridor without width", geo.Belts, collection(belt(`,"status":"planned","corridorMetres":0`, route))},
		{"a list that is a text", geo.Belts, collection(belt(`,"status":"planned","corridorMetres":9,"villageCodes":"445203001001"`, route))},
		{"a number in a list", geo.Belts, collection(belt(`,"status":"planned","corridorMetres":9,"villageCodes":[1]`, route))},
		{"a village twice", geo.Belts, collection(belt(`,"status":"planned","corridorMetres":9,"villageCodes":["445203001001","445203001001"]`, route))},
		{"a village of a list that is not there", geo.Belts, collection(belt(`,"status":"planned","corridorMetres":9,"villageCodes":["445203001001","445203999001"]`, route))},
		{"a village that is not there", geo.Stations, collection(belt(`,"villageCode":"445203999001"`, spot))},
		{"a town of a list that is not there", geo.Stations, collection(belt(`,"villageCode":"445203001001","townCodes":["445203999"]`, spot))},
	} {
		report := runImport(t, store, test.layer, test.text, postgis.ImportOptions{})
		fmt.Fprintf(&got, "%s\n", test.name)
		for _, r := range report.Refusals {
			fmt.Fprintf(&got, "    %s\n", r.String())
		}
		if report.Refused == 0 || report.Written {
			t.Errorf("%s: %+v, want a refusal and nothing written", test.name, report)
		}
		if fingerprint(t, store, test.layer) != before[test.layer] {
			t.Errorf("%s: the layer has changed", test.name)
		}
	}
	golden.Equal(t, "import/refusals.txt", []byte(got.String()))
}

func TestImportCountsWhatItChanges(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	first := collection(village("445203001901", `,"unit":"x","revision":99,"areaSquareMetres":1`, square), village("445203001902", "", square))
	got := runImport(t, store, geo.Villages, first, postgis.ImportOptions{})
	if got.Inserted != 2 || got.Read != 2 || !got.Written || strings.Join(got.Ignored, " ") != "unit" {
		t.Errorf("new features: %+v", got)
	}
	second := collection(village("445203001901", `,"pinyin":"xin cun er"`, square), village("445203001902", "", square), village("445203001903", "", another))
	got = runImport(t, store, geo.Villages, second, postgis.ImportOptions{})
	if got.Inserted != 1 || got.Updated != 1 || got.Unchanged != 1 {
		t.Errorf("one new, one changed, one as it was: %+v", got)
	}
	text := export(t, store, geo.Villages)
	for _, want := range []string{
		`"code":"445203001901","name":"新村","pinyin":"xin cun er"`,
		`"code":"445203001902","name":"新村","pinyin":"xin cun"`,
		`"townCode":"445203001"`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the export has no %s", want)
		}
	}
}

func TestWhatIsStoredAlreadyKeepsItsRevision(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	for _, layer := range geo.Layers() {
		before := fingerprint(t, store, layer.Name)
		_, text, _ := strings.Cut(before, "\n")
		report := runImport(t, store, layer.Name, text, postgis.ImportOptions{})
		if report.Unchanged != report.Read || report.Read == 0 || len(report.Ignored) > 0 {
			t.Errorf("%s: %+v, want all unchanged", layer.Name, report)
		}
		if fingerprint(t, store, layer.Name) != before {
			t.Errorf("%s: export, import and export differ", layer.Name)
		}
	}
}

func TestAListIsReplacedAndCounted(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	with := func(codes string) postgis.ImportReport {
		return runImport(t, store, geo.Belts, collection(belt(`,"status":"planned","corridorMetres":9,"villageCodes":[`+codes+`]`, route)), postgis.ImportOptions{})
	}
	if got := with(`"445203001001","445203001002"`); got.Inserted != 1 {
		t.Errorf("a new list: %+v", got)
	}
	if got := with(`"445203001001","445203001002"`); got.Unchanged != 1 {
		t.Errorf("the same list: %+v", got)
	}
	if got := with(`"445203001002","445203001001"`); got.Updated != 1 {
		t.Errorf("the list in another order: %+v", got)
	}
	if text := export(t, store, geo.Belts); !strings.Contains(text, `["445203001002", "445203001001"]`) && !strings.Contains(text, `["445203001002","445203001001"]`) {
		t.Errorf("the order is lost: %s", text)
	}
}

func TestSkipInvalidWritesTheOthers(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	bowTie := `{"type":"Polygon","coordinates":[[[116.1,23.1],[116.2,23.2],[116.2,23.1],[116.1,23.2],[116.1,23.1]]]}`
	text := collection(
		village("445203001901", "", bowTie), village("445203001902", "", square), village("7", "", square),
		village("445203001903", "", another), village("445203999903", "", another),
	)
	got := runImport(t, store, geo.Villages, text, postgis.ImportOptions{SkipInvalid: true})
	if got.Read != 5 || got.Inserted != 2 || got.Refused != 3 || !got.Written {
		t.Errorf("%+v", got)
	}
	for i, want := range []int{0, 2, 4} {
		if got.Refusals[i].Index != want {
			t.Errorf("refusal %d is of feature %d, want %d", i, got.Refusals[i].Index, want)
		}
	}
}

func TestADryRunCountsAndWritesNothing(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	before := fingerprint(t, store, geo.Villages)
	got := runImport(t, store, geo.Villages, collection(village("445203001901", "", square)), postgis.ImportOptions{DryRun: true})
	if got.Inserted != 1 || got.Written || fingerprint(t, store, geo.Villages) != before {
		t.Errorf("%+v", got)
	}
}

func TestAllRefusalsAreCountedAndTheFirstAreKept(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	features := make([]string, 1000)
	for i := range features {
		features[i] = village(fmt.Sprint(i), "", square)
	}
	got := runImport(t, store, geo.Villages, collection(features...), postgis.ImportOptions{})
	if got.Refused != len(features) || len(got.Refusals) != postgis.MaxRefusals || got.Refusals[99].Index != 99 {
		t.Errorf("%d refused, %d kept, the last of feature %d", got.Refused, len(got.Refusals), got.Refusals[len(got.Refusals)-1].Index)
	}
}

func TestAFileThatCannotBeReadChangesNothing(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	before := fingerprint(t, store, geo.Villages)
	whole := collection(village("445203001901", "", square), village("445203001902", "", square))
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := io.WriteString(w, whole); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"nothing":              "",
		"cut short":            whole[:len(whole)-30],
		"cut short after a }":  whole[:len(whole)-2],
		"gzip cut short":       packed.String()[:packed.Len()-20],
		"followed by more":     whole + whole,
		"another CRS":          `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::3857"}},"features":[]}`,
		"a CRS after the list": `{"type":"FeatureCollection","features":[` + village("445203001901", "", square) + `],"crs":{"type":"name","properties":{"name":"GCJ02"}}}`,
	} {
		reader := exchange.NewReader(layerNamed(t, geo.Villages), strings.NewReader(text), crs.WGS84)
		_, err := store.Import(t.Context(), []*exchange.Reader{reader}, postgis.ImportOptions{SkipInvalid: true})
		var known *geo.Error
		if !errors.As(err, &known) || known.Code != geo.BadInput {
			t.Errorf("%s: %v, want a geo.Error", name, err)
		}
	}
	if fingerprint(t, store, geo.Villages) != before {
		t.Error("the layer has changed")
	}
}

// endless gives features until somebody stops asking, and cancels at the thousandth.
type endless struct {
	cancel context.CancelFunc
	count  int
	rest   []byte
}

func (e *endless) Read(b []byte) (int, error) {
	if len(e.rest) == 0 {
		e.rest = []byte(village(fmt.Sprintf("445203001%03d", e.count%1000), "", square) + "\n")
		if e.count++; e.count == 1000 {
			e.cancel()
		}
	}
	n := copy(b, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}

func TestAnImportThatIsCancelledChangesNothing(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	before := fingerprint(t, store, geo.Villages)
	ctx, cancel := context.WithCancel(t.Context())
	reader := exchange.NewReader(layerNamed(t, geo.Villages), &endless{cancel: cancel}, crs.WGS84)
	if _, err := store.Import(ctx, []*exchange.Reader{reader}, postgis.ImportOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v, want that it was cancelled", err)
	}
	if fingerprint(t, store, geo.Villages) != before {
		t.Error("the layer has changed")
	}
}

func TestCoordinatesOfAnotherSystemBecomeWGS84(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	x, y := crs.GCJ02.FromWGS84(116.4, 23.55)
	text := collection(belt(`,"villageCode":"445203001001"`, fmt.Sprintf(`{"type":"Point","coordinates":[%.12f,%.12f]}`, x, y)))
	reader := exchange.NewReader(layerNamed(t, geo.Stations), strings.NewReader(text), crs.GCJ02)
	if _, err := store.Import(t.Context(), []*exchange.Reader{reader}, postgis.ImportOptions{}); err != nil {
		t.Fatal(err)
	}
	if text := export(t, store, geo.Stations); !strings.Contains(text, `"coordinates":[116.4,23.55]`) {
		t.Errorf("the place has moved: %s", text)
	}
}

// indexes are the definitions of a layer's indexes, of which none may be lost.
func indexes(t *testing.T, store *postgis.Store, name geo.LayerName) string {
	t.Helper()
	var text string
	err := store.Pool().QueryRow(t.Context(), `SELECT string_agg(indexdef, E'\n' ORDER BY indexdef) FROM pg_indexes WHERE schemaname = 'xiangtu' AND tablename = $1`, string(name)).Scan(&text)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestALayerThatIsEmptyIsFilledLikeAnyOther(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	if _, err := store.Pool().Exec(t.Context(), `DELETE FROM xiangtu.stations`); err != nil {
		t.Fatal(err)
	}
	var features []string
	for n := range 6000 {
		features = append(features, fmt.Sprintf(`{"type":"Feature","properties":{"code":"T-%d","name":"站","villageCode":"445203001001","townCodes":["445203001"]},"geometry":%s}`, n, spot))
	}
	before := indexes(t, store, geo.Stations)
	broken := append(slices.Clone(features), strings.Replace(features[0], "445203001001", "445203999001", 1))
	if report := runImport(t, store, geo.Stations, collection(broken...), postgis.ImportOptions{}); report.Written || report.Refused != 1 {
		t.Errorf("one that is refused: %+v", report)
	}
	report := runImport(t, store, geo.Stations, collection(features...), postgis.ImportOptions{})
	if report.Inserted != len(features) || report.Unchanged != 0 || !report.Written {
		t.Errorf("%+v", report)
	}
	if after := indexes(t, store, geo.Stations); after != before {
		t.Errorf("the indexes were\n%s\nand are\n%s", before, after)
	}
	if report := runImport(t, store, geo.Stations, collection(features...), postgis.ImportOptions{}); report.Unchanged != len(features) {
		t.Errorf("again: %+v", report)
	}
}
