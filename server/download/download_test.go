package download_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/exchange"
	"xiangtu/geo/postgis"
	"xiangtu/internal/fixture"
	"xiangtu/internal/pgtest"
	"xiangtu/server/download"
)

func TestMain(m *testing.M) { pgtest.Main(m, fixture.Prepare) }

// revisions asks the database each time.
type revisions struct{ store *postgis.Store }

func (r revisions) Of(ctx context.Context, layer geo.LayerName) (int64, error) {
	known, err := r.store.Revisions(ctx)
	return known[layer], err
}

func (r revisions) PublicationOf(ctx context.Context, layer geo.LayerName) (geo.Publication, error) {
	known, err := r.store.Publications(ctx)
	return known[layer], err
}

// serve starts a server of the surface over a copy of the demonstration map.
func serve(t testing.TB) (url string, pool *pgxpool.Pool) {
	t.Helper()
	pool = pgtest.New(t)
	store := postgis.New(pool)
	surface := download.New(download.Options{Store: store, Revisions: revisions{store}, Log: slog.New(slog.DiscardHandler), Origin: "test"})
	mux := http.NewServeMux()
	mux.Handle("GET /layers/{file}", surface)
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	return server.URL + "/layers/", pool
}

// answer is a response whose body has been read.
type answer struct {
	status int
	header http.Header
	length int64 // as announced; -1 if it was not
}

func request(t testing.TB, method, url string, header ...string) (answer, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "identity")
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, response.ContentLength}, body
}

// collection is a FeatureCollection as a client reads it.
type collection struct {
	Type     string
	Name     string
	CRS      *struct{ Properties struct{ Name string } }
	Features []struct {
		ID         string
		Properties map[string]any
		Geometry   struct {
			Type        string
			Coordinates any
		}
	}
}

func read(t testing.TB, url string) collection {
	t.Helper()
	response, body := request(t, "GET", url)
	if response.status != http.StatusOK {
		t.Fatalf("%s: %d: %s", url, response.status, body)
	}
	var c collection
	if err := json.Unmarshal(body, &c); err != nil {
		t.Fatalf("%s: %v", url, err)
	}
	return c
}

func TestEveryLayerIsWhole(t *testing.T) {
	t.Parallel()
	url, _ := serve(t)
	for name, count := range map[string]int{"towns": 19, "villages": 217, "grids": 3013, "belts": 3, "stations": 4} {
		c := read(t, url+name+".geojson")
		if c.Type != "FeatureCollection" || c.Name != name || c.CRS != nil || len(c.Features) != count {
			t.Errorf("%s: %s of %d features, CRS %v, want %d", name, c.Type, len(c.Features), c.CRS, count)
		}
		for i := 1; i < len(c.Features); i++ {
			if c.Features[i-1].ID >= c.Features[i].ID {
				t.Errorf("%s: %s comes before %s", name, c.Features[i-1].ID, c.Features[i].ID)
			}
		}
	}
}

func TestHeadersAreThoseOfAFileThatChanges(t *testing.T) {
	t.Parallel()
	url, _ := serve(t)
	small, _ := request(t, "GET", url+"belts.geojson")
	for name, want := range map[string]string{
		"Content-Type":        "application/geo+json",
		"Content-Disposition": `inline; filename="belts.geojson"`,
		"Cache-Control":       "public, max-age=0, must-revalidate",
		"Vary":                "Accept-Encoding",
	} {
		if got := small.header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if small.length <= 0 {
		t.Error("a small answer has no Content-Length")
	}
	head, body := request(t, "HEAD", url+"belts.geojson")
	if len(body) > 0 || head.header.Get("ETag") != small.header.Get("ETag") || head.status != http.StatusOK {
		t.Errorf("HEAD: %d, %d bytes, ETag %s", head.status, len(body), head.header.Get("ETag"))
	}
}

func TestETagsTellAnswersApart(t *testing.T) {
	t.Parallel()
	url, pool := serve(t)
	seen := map[string]string{}
	for _, query := range []string{"", "?crs=gcj02", "?precision=6", "?bbox=116,23,117,24", "?bbox=116,23,117,24.5", "?simplify=10", "?filter=kind='village'", "?filter=kind='community'", "?properties=code", "?properties=code,name"} {
		for _, encoding := range []string{"identity", "gzip"} {
			response, _ := request(t, "HEAD", url+"villages.geojson"+query, "Accept-Encoding", encoding)
			tag := response.header.Get("ETag")
			if other, taken := seen[tag]; taken || !strings.HasPrefix(tag, `W/"`) {
				t.Errorf("%s in %s has the ETag %s, as %s", query, encoding, tag, other)
			}
			seen[tag] = query + " in " + encoding
		}
	}
	first, _ := request(t, "GET", url+"villages.geojson")
	tag := first.header.Get("ETag")
	for _, known := range []string{tag, strings.TrimPrefix(tag, "W/"), `"x", ` + tag, "*"} {
		response, body := request(t, "GET", url+"villages.geojson", "If-None-Match", known)
		if response.status != http.StatusNotModified || len(body) > 0 || response.header.Get("ETag") != tag {
			t.Errorf("If-None-Match: %s: %d, %d bytes", known, response.status, len(body))
		}
	}
	if response, _ := request(t, "GET", url+"villages.geojson", "If-None-Match", tag, "Accept-Encoding", "gzip"); response.status != http.StatusOK {
		t.Errorf("the tag of another encoding: %d", response.status)
	}
	if _, err := pool.Exec(t.Context(), `UPDATE xiangtu.villages SET name = name || '新' WHERE code = '445203001001'`); err != nil {
		t.Fatal(err)
	}
	if response, _ := request(t, "GET", url+"villages.geojson", "If-None-Match", tag); response.status != http.StatusOK {
		t.Errorf("after an edit: %d", response.status)
	}
}

func TestGzipHoldsTheSameBytes(t *testing.T) {
	t.Parallel()
	url, _ := serve(t)
	for _, name := range []string{"stations", "grids"} { // one chunk, and many
		_, plain := request(t, "GET", url+name+".geojson")
		for range 2 { // the second uses the buffers of the first
			response, packed := request(t, "GET", url+name+".geojson", "Accept-Encoding", "br, gzip;q=0.5")
			if response.header.Get("Content-Encoding") != "gzip" || len(packed) > len(plain)/2 {
				t.Errorf("%s: %d of %d bytes, %v", name, len(packed), len(plain), response.header)
			}
			r, err := gzip.NewReader(bytes.NewReader(packed))
			if err != nil {
				t.Fatal(err)
			}
			if unpacked, err := io.ReadAll(r); err != nil || !bytes.Equal(unpacked, plain) {
				t.Errorf("%s: other bytes in gzip (%v)", name, err)
			}
		}
	}
	for _, refused := range []string{"", "identity", "gzip;q=0", "*;q=0, gzip;q=0.0"} {
		if response, _ := request(t, "GET", url+"stations.geojson", "Accept-Encoding", refused); response.header.Get("Content-Encoding") != "" {
			t.Errorf("Accept-Encoding %q is answered in gzip", refused)
		}
	}
}

func TestParametersSelectAndShape(t *testing.T) {
	t.Parallel()
	url, _ := serve(t)
	const at = "stations.geojson?bbox=116.405,23.574,116.406,23.575" // the first alone
	for _, test := range []struct{ query, crs, coordinates string }{
		{"", "", "[116.4053448,23.5742542]"},
		{"&precision=2", "", "[116.41,23.57]"},
		{"&precision=0", "", "[116,24]"},
		{"&crs=EPSG:4490", "urn:ogc:def:crs:EPSG::4490", "[116.4053448,23.5742542]"},
		{"&crs=web_mercator", "urn:ogc:def:crs:EPSG::3857", "[12958183.71,2701614.28]"},
		{"&crs=gcj02", "GCJ02", "[116.4100719,23.5718733]"},
		{"&crs=BD09&precision=5", "BD09", "[116.41652,23.57818]"},
	} {
		c := read(t, url+at+test.query)
		if len(c.Features) != 1 {
			t.Fatalf("%s: %d features", test.query, len(c.Features))
		}
		got, err := json.Marshal(c.Features[0].Geometry.Coordinates)
		if err != nil || string(got) != test.coordinates {
			t.Errorf("%s: %s, want %s", test.query, got, test.coordinates)
		}
		if c.CRS != nil && c.CRS.Properties.Name != test.crs || (c.CRS == nil) != (test.crs == "") {
			t.Errorf("%s: CRS %v, want %q", test.query, c.CRS, test.crs)
		}
	}
	_, whole := request(t, "GET", url+"towns.geojson")
	_, simple := request(t, "GET", url+"towns.geojson?simplify=100")
	if len(simple) > len(whole)/2 {
		t.Errorf("simplified by 100 m: %d bytes of %d", len(simple), len(whole))
	}
	if none := read(t, url+"towns.geojson?bbox=0,0,1,1"); none.Type != "FeatureCollection" || none.Features == nil {
		t.Errorf("where nothing is: %+v", none)
	}
	for _, box := range []string{"12958000,2701500,12958200,2701700&bbox-crs=3857", "116.410,23.571,116.411,23.572&bbox-crs=gcj02"} {
		if c := read(t, url+"stations.geojson?bbox="+box); len(c.Features) != 1 {
			t.Errorf("bbox=%s: %d features", box, len(c.Features))
		}
	}
	if around := read(t, url+"towns.geojson?bbox=116,-90,115,90"); len(around.Features) != 19 {
		t.Errorf("across the antimeridian: %d towns", len(around.Features))
	}
}

func TestWrongParametersAreRefusedByName(t *testing.T) {
	t.Parallel()
	url, _ := serve(t)
	for _, test := range []struct{ query, path, detail string }{
		{"format=kml", "format", "there is no such parameter; there are asOf, bbox, bbox-crs, bom, crs, filter, filter-crs, filter-lang, precision, properties, simplify"},
		{"crs=mars", "crs", "unknown reference system"},
		{"precision=16", "precision", "0 to 15"},
		{"precision=-1", "precision", "0 to 15"},
		{"precision=", "precision", "0 to 15"},
		{"precision=1&precision=2", "precision", "given 2 times"},
		{"bbox=1,2,3", "bbox", "west,south,east,north"},
		{"bbox=1,2,3,4,5", "bbox", "west,south,east,north"},
		{"bbox=1,2,NaN,4", "bbox", "west,south,east,north"},
		{"bbox=116,23,117,200", "bbox", "latitude"},
		{"bbox=116,24,117,23", "bbox", "south"},
		{"bbox-crs=gcj02", "bbox-crs", "there is none"},
		{"bbox=1,2,3,4&bbox-crs=mars", "bbox-crs", "unknown reference system"},
		{"simplify=-1", "simplify", "metres"},
		{"simplify=Inf", "simplify", "metres"},
		{"properties=code,height", "properties", "have no property \"height\"; they have code, name, pinyin, kind, countyCode"},
		{"properties=", "properties", "they have code"},
		{"bom=true", "bom", "it is for CSV, which GeoJSON is not"},
		{"bom=1", "bom", "neither true nor false"},
		{"filter=kind=", "filter", "character"},
		{"filter=height>3", "filter", "height"},
		{"filter-lang=cql2-text", "filter-lang", "there is none"},
		{"a=%zz", "", "cannot be read"},
	} {
		response, body := request(t, "GET", url+"towns.geojson?"+test.query)
		var p struct{ Path, Detail string }
		if err := json.Unmarshal(body, &p); err != nil || response.status != http.StatusBadRequest {
			t.Errorf("%s: %d: %s", test.query, response.status, body)
		}
		if p.Path != test.path || !strings.Contains(p.Detail, test.detail) {
			t.Errorf("%s: %s", test.query, body)
		}
	}
}

func TestUnknownFilesListWhatThereIs(t *testing.T) {
	t.Parallel()
	url, _ := serve(t)
	for file, want := range map[string]string{
		"roads.geojson": "/layers/villages.geojson", "roads": "/layers/villages.geojson", ".geojson": "/layers/towns.geojson",
		"towns": "/layers/towns.csv", "towns.shp": "/layers/towns.gpkg", "towns.json": "/layers/towns.geojson", "towns.geojson.gz": "/layers/towns.kml",
	} {
		response, body := request(t, "GET", url+file)
		if response.status != http.StatusNotFound || !bytes.Contains(body, []byte(`"`+want+`"`)) {
			t.Errorf("%s: %d: %s", file, response.status, body)
		}
	}
}

func TestAnAnswerCanBeImportedAgain(t *testing.T) {
	t.Parallel()
	url, pool := serve(t)
	store := postgis.New(pool)
	for _, system := range []crs.CRS{crs.WGS84, crs.CGCS2000, crs.GCJ02} {
		for _, layer := range geo.Layers() {
			_, body := request(t, "GET", url+string(layer.Name)+".geojson?precision=12&crs="+system.String(), "Accept-Encoding", "gzip")
			reports, err := store.Import(t.Context(), []*exchange.Reader{exchange.NewReader(layer, bytes.NewReader(body), system)}, postgis.ImportOptions{DryRun: true})
			if err != nil || reports[0].Refused > 0 || reports[0].Read == 0 {
				t.Errorf("%s in %s: %+v, %v", layer.Name, system, reports, err)
			}
			if system != crs.GCJ02 && err == nil && reports[0].Unchanged != reports[0].Read {
				t.Errorf("%s in %s is not what is stored: %+v", layer.Name, system, reports[0])
			}
		}
	}
}

func BenchmarkGrids(b *testing.B)    { benchmark(b, "grids.geojson") }
func BenchmarkSmallBox(b *testing.B) { benchmark(b, "grids.geojson?bbox=116.30,23.60,116.31,23.61") }

func benchmark(b *testing.B, path string) {
	url, _ := serve(b)
	b.ReportAllocs()
	for b.Loop() {
		_, body := request(b, "GET", url+path)
		b.SetBytes(int64(len(body)))
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "req/s")
}
