package exchange

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"

	"xiangtu/geo"
	"xiangtu/geo/crs"
)

func stations(t testing.TB) *geo.Layer {
	t.Helper()
	layer, ok := geo.LayerNamed(geo.Stations)
	if !ok {
		t.Fatal("there are no stations")
	}
	return layer
}

func station(i int) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"code":"S%d","name":"站","villageCode":"445203001001","townCodes":["445203001"]},"geometry":{"type":"Point","coordinates":[116.%d,23.5]}}`, i, i%10)
}

func readAll(t testing.TB, text string) ([]Record, error) {
	t.Helper()
	var records []Record
	for r, err := range NewReader(stations(t), strings.NewReader(text), crs.WGS84).Records(t.Context()) {
		if err != nil {
			return records, err
		}
		records = append(records, *r)
	}
	return records, nil
}

func pack(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEveryFormGivesTheSameRecords(t *testing.T) {
	a, b := station(1), station(2)
	plain := `{"type":"FeatureCollection","features":[` + a + "," + b + `]}`
	want, err := readAll(t, plain)
	if err != nil || len(want) != 2 || want[0].Refusal != nil || want[1].Refusal != nil {
		t.Fatalf("%+v, %v", want, err)
	}
	for name, text := range map[string]string{
		"a member before and one after": `{"name":"x","features":[` + a + "," + b + `],"bbox":[1,2,3,4],"type":"FeatureCollection"}`,
		"a CRS that is WGS 84":          `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},"features":[` + a + "," + b + `]}`,
		"white space":                   "\n { \"features\" : [\r\n\t" + a + " ,\n" + b + " ] \n}\n\n",
		"a byte order mark":             "\ufeff" + plain,
		"lines":                         a + "\n" + b + "\n",
		"lines of Windows":              a + "\r\n" + b,
		"nothing between":               a + b,
		"a text sequence":               "\x1e" + a + "\n\x1e" + b + "\n",
		"gzip":                          pack(t, plain),
		"lines in gzip":                 pack(t, a+"\n"+b),
		"gzip in two members":           pack(t, plain[:50]) + pack(t, plain[50:]),
		"coordinates before the type":   strings.ReplaceAll(plain, `{"type":"Point","coordinates":[116.1,23.5]}`, `{"coordinates":[116.1,23.5],"type":"Point"}`),
		"an altitude":                   strings.ReplaceAll(plain, `23.5]`, `23.5,12]`),
		"exponents":                     strings.ReplaceAll(plain, `23.5]`, `2.35E1]`),
		"a list of one":                 strings.ReplaceAll(plain, `{"type":"Point","coordinates":[116.1,23.5]}`, `{"type":"MultiPoint","coordinates":[[116.1,23.5]]}`),
		"escapes":                       strings.ReplaceAll(plain, "站", `\u7ad9`),
		"the code as the id alone":      strings.ReplaceAll(plain, `"properties":{"code":"S1",`, `"id":"S1","properties":{`),
	} {
		got, err := readAll(t, text)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v\ngot  %+v\nwant %+v", name, err, got, want)
		}
	}
}

func TestOrderIsKeptOverManyBatches(t *testing.T) {
	const n = 5 * batchFeatures
	var text strings.Builder
	for i := range n {
		text.WriteString(station(i) + "\n")
	}
	records, err := readAll(t, text.String())
	if err != nil || len(records) != n {
		t.Fatalf("%d records, %v", len(records), err)
	}
	for i, r := range records {
		if r.Index != i || r.Code != fmt.Sprintf("S%d", i) || r.Refusal != nil {
			t.Fatalf("record %d: %+v", i, r)
		}
	}
}

func TestWhatCannotBeReadSaysWhere(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "", "the file is empty"},
		{"an array", "[1]", "the file begins with an array where a FeatureCollection or a Feature should be"},
		{"features that are none", `{"features":7}`, "features: a number where a list of features should be"},
		{"cut short", `{"features":[` + station(1) + "," + station(2)[:40], "the file is cut short at byte 222, in feature 1"},
		{"a comma too many", `{"features":[` + station(1) + ",]}", "the file is not JSON at byte 181, in feature 1: invalid character ',' at start of value"},
		{"gzip cut short", pack(t, station(1))[:40], "the file is cut short at byte 0, in feature 0"},
		{"no gzip after all", "\x1f\x8b!", "the file is cut short"},
		{"another CRS", `{"crs":{"type":"name","properties":{"name":"EPSG:3857"}},"features":[]}`, "crs: the file says that its coordinates are WEB_MERCATOR, and it is read as WGS84: say which it is with --crs"},
		{"a CRS that nobody knows", `{"crs":{"type":"name","properties":{"name":"EPSG:2000"}},"features":[]}`, `crs: the file says that its coordinates are EPSG:2000, and it is read as WGS84: say which it is with --crs`},
		{"a CRS that is no name", `{"crs":{"type":"name","properties":{"name":"Mars"}},"features":[]}`, `crs: the file is in "Mars": unknown reference system "Mars": give WGS84, CGCS2000, WEB_MERCATOR, GCJ02, BD09, or a code such as EPSG:4527`},
	} {
		_, err := readAll(t, test.text)
		var known *geo.Error
		if !errors.As(err, &known) || err.Error() != test.want {
			t.Errorf("%s:\ngot  %v\nwant %s", test.name, err, test.want)
		}
	}
}

// Programs write NaN where they have no number. A file is JSON but for that, and is read.
func TestWhatIsNoNumberIsRefusedByFeature(t *testing.T) {
	for _, test := range []struct{ name, old, new, want string }{
		{"a position", `[116.2,23.5]`, `[116.2,NaN]`, `feature 1 (S2): not_finite: geometry.coordinates[1]: NaN or Infinity, which is no number of JSON; a value that is not known is null`},
		{"an infinite one", `[116.2,23.5]`, `[-Infinity,23.5]`, `feature 1 (S2): not_finite: geometry.coordinates[0]: NaN or Infinity`},
		{"a property", `"name":"站"`, `"name":NaN`, `feature 1 (S2): not_finite: name: NaN or Infinity`},
		{"a property that nobody reads", `"name":"站"`, `"x":{"y":[Infinity]},"name":"站"`, `feature 1 (S2): not_finite: x.y[0]: NaN or Infinity`},
	} {
		records, err := readAll(t, `{"features":[`+station(1)+","+strings.Replace(station(2), test.old, test.new, 1)+","+station(3)+"]}")
		if err != nil || len(records) != 3 || records[0].Refusal != nil || records[1].Refusal == nil || records[2].Refusal != nil {
			t.Errorf("%s: %+v, %v", test.name, records, err)
			continue
		}
		if got := records[1].Refusal.String(); !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	records, err := readAll(t, `{"features":[`+strings.Replace(station(1), `"站"`, `"\ud800"`, 1)+"]}")
	if err != nil || records[0].Refusal == nil || records[0].Refusal.Rule != InvalidText {
		t.Errorf("half a character: %+v, %v", records, err)
	}
	for _, word := range []string{"Nan", "NaN5", "Inf", "+Infinity", "-NaN", "nan", "N", "I"} {
		text := `{"features":[` + strings.Replace(station(1), "116.1", word, 1) + "]}"
		if _, err := readAll(t, text); err == nil || !strings.Contains(err.Error(), "the file is not JSON at byte") {
			t.Errorf("%s: %v", word, err)
		}
	}
}

// bomb is a text without end, as a small file of gzip can hold.
type bomb struct{ begun bool }

func (z *bomb) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = '7'
	}
	if !z.begun {
		z.begun = true
		return copy(b, `{"features":[{"type":"`), nil
	}
	return len(b), nil
}

func TestAFeatureWithoutEndIsGivenUp(t *testing.T) {
	for _, err := range NewReader(stations(t), &bomb{}, crs.WGS84).Records(t.Context()) {
		if err == nil || err.Error() != "feature 0 has more than 64 MB" {
			t.Errorf("%v", err)
		}
	}
}

// silent never answers before its context ends, as a pipe that is closed then.
type silent struct{ context.Context }

func (s silent) Read([]byte) (int, error) {
	<-s.Done()
	return 0, io.ErrClosedPipe
}

func TestNothingRunsOnWhenTheRangeEnds(t *testing.T) {
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range NewReader(stations(t), silent{ctx}, crs.WGS84).Records(ctx) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want that it was cancelled", err)
		}
	}
	for _, err := range NewReader(stations(t), strings.NewReader(strings.Repeat(station(1), 2000)), crs.WGS84).Records(t.Context()) {
		if err != nil {
			t.Error(err)
		}
		break
	}
	// One that has said that it is done may still be counted for a moment.
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

func TestIgnoredPropertiesAreNamedOnce(t *testing.T) {
	text := strings.ReplaceAll(station(1)+station(2), `"name"`, `"x":{"y":[1]},"revision":7,"name"`)
	r := NewReader(stations(t), strings.NewReader(text), crs.WGS84)
	for record, err := range r.Records(t.Context()) {
		if err != nil || record.Refusal != nil {
			t.Errorf("%+v, %v", record, err)
		}
	}
	if got := r.Ignored(); len(got) != 1 || got[0] != "x" {
		t.Errorf("%q", got)
	}
}

// Where values stand in the place of names, the names that are kept do not grow with the file.
func TestNamesWithoutEndAreCutOff(t *testing.T) {
	var text strings.Builder
	for i := range 5000 {
		text.WriteString(strings.Replace(station(i), `"name"`, fmt.Sprintf(`"%s%d":1,"name"`, strings.Repeat("格", i%100), i), 1))
	}
	r := NewReader(stations(t), strings.NewReader(text.String()), crs.WGS84)
	for record, err := range r.Records(t.Context()) {
		if err != nil || record.Refusal != nil {
			t.Fatalf("%+v, %v", record, err)
		}
	}
	got := r.Ignored()
	if len(got) != mostIgnored+1 || got[mostIgnored] != "…" {
		t.Errorf("%d names, the last is %s", len(got), got[len(got)-1])
	}
	for _, name := range got {
		if utf8.RuneCountInString(name) > longestName+1 {
			t.Errorf("%s is told", name)
		}
	}
}

func TestAnUnreadableReaderIsNoBadInput(t *testing.T) {
	failure := errors.New("disk on fire")
	for _, err := range NewReader(stations(t), io.MultiReader(strings.NewReader(`{"features":[`), failing{failure}), crs.WGS84).Records(t.Context()) {
		if !errors.Is(err, failure) {
			t.Errorf("%v", err)
		}
	}
}

type failing struct{ error }

func (f failing) Read([]byte) (int, error) { return 0, f.error }

// Batches are used again while others are under way; a fault in one of them ends the reading at its feature.
func TestAFaultFarInsideComesAfterAllBeforeIt(t *testing.T) {
	const good = 3000
	var text strings.Builder
	text.WriteString(`{"features":[`)
	for i := range good {
		text.WriteString(station(i) + ",")
	}
	fault := text.Len() + len(`{"a":`)
	text.WriteString(`{"a":01},` + strings.Repeat(station(0)+",", good) + station(0) + "]}")
	read := 0
	for record, err := range NewReader(stations(t), strings.NewReader(text.String()), crs.WGS84).Records(t.Context()) {
		if err != nil {
			if want := fmt.Sprintf("the file is not JSON at byte %d, in feature %d: ", fault+1, good); !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%v, want %s…", err, want)
			}
			break
		}
		position, _, decodeErr := ewkb.Unmarshal(record.Geometry)
		if want := (orb.Point{116 + float64(read%10)/10, 23.5}); decodeErr != nil || !orb.Equal(position, want) {
			t.Fatalf("feature %d is at %v (%v), want %v", read, position, decodeErr, want)
		}
		if want := fmt.Sprintf("S%d", read); record.Index != read || record.Code != want || record.Values[0] != want {
			t.Fatalf("%+v, want %s", record, want)
		}
		read++
	}
	if read != good {
		t.Errorf("%d features before the fault, want %d", read, good)
	}
}
