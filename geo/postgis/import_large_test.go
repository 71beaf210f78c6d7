package postgis_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
)

// circle is a polygon of so many vertices.
func circle(vertices int) string {
	var text strings.Builder
	text.WriteString(`{"type":"Polygon","coordinates":[[`)
	for i := range vertices {
		sin, cos := math.Sincos(2 * math.Pi * float64(i%(vertices-1)) / float64(vertices-1))
		if i > 0 {
			text.WriteByte(',')
		}
		fmt.Fprintf(&text, "[%.9f,%.9f]", 116.3+0.01*cos, 23.1+0.01*sin)
	}
	text.WriteString(`]]}`)
	return text.String()
}

func TestWhatIsLargeIsTakenOrRefusedForItsRule(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	polygon := collection(village("445203001901", "", circle(1_000_000)))
	if report := runImport(t, store, geo.Villages, polygon, postgis.ImportOptions{}); report.Inserted != 1 {
		t.Errorf("a polygon of a million vertices: %+v", report)
	}
	long := strings.Replace(village("445203001902", "", square), "新村", strings.Repeat("x", 10<<20), 1)
	report := runImport(t, store, geo.Villages, collection(long), postgis.ImportOptions{})
	if report.Refused != 1 || report.Refusals[0].Rule != "villages_name_check" || len(report.Refusals[0].Reason) > 200 {
		t.Errorf("a name of 10 MB: %+v", report)
	}
}

// A file of gzip may be of several, one after the other: one megabyte is packed once, and is in the file many times.
func TestAGzipBombIsGivenUp(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	packed := bytes.NewBuffer(gzipped(t, []byte(`{"type":"FeatureCollection","features":[{"type":"`)))
	megabyte := gzipped(t, bytes.Repeat([]byte("7"), 1<<20))
	const most = 2 << 20 // what a feature may have without saying so is held where the reader is tested
	for range 2 * most >> 20 {
		packed.Write(megabyte)
	}
	reader := exchange.NewStream(layerNamed(t, geo.Villages), packed, "", exchange.Options{Format: exchange.GeoJSON, MaxFeature: most})
	_, err := store.Import(t.Context(), []*exchange.Reader{reader}, postgis.ImportOptions{})
	if err == nil || err.Error() != "feature 0 has more than 2 MB" {
		t.Errorf("%v", err)
	}
}

func gzipped(t *testing.T, text []byte) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}
