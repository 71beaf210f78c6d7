package download_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
	"xiangtu/server/download"
)

// lossy passes on so many bytes and then loses the database.
type lossy struct {
	http.ResponseWriter
	left int
	lose func()
}

func (l *lossy) Write(b []byte) (int, error) {
	if l.left -= len(b); l.left < 0 && l.lose != nil {
		l.lose()
		l.lose = nil
	}
	return l.ResponseWriter.Write(b)
}

// A layer that fits into no buffer between the database and the client: 400 copies of its largest village.
const manyVillages = `INSERT INTO xiangtu.villages (code, name, pinyin, kind, geom)
SELECT left(v.code, 9) || lpad((500 + n)::text, 3, '0'), v.name, v.pinyin, v.kind, v.geom
FROM (SELECT * FROM xiangtu.villages ORDER BY ST_NPoints(geom) DESC LIMIT 1) AS v, generate_series(1, 400) AS n`

func TestAFailureInTheMiddleBreaksTheConnection(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	if _, err := pool.Exec(t.Context(), manyVillages); err != nil {
		t.Fatal(err)
	}
	store := postgis.New(pool)
	surface := download.New(download.Options{Store: store, Revisions: revisions{store}, Log: slog.New(slog.DiscardHandler)})
	for _, encoding := range []string{"identity", "gzip"} {
		mux := http.NewServeMux()
		mux.HandleFunc("GET /layers/{file}", func(w http.ResponseWriter, r *http.Request) {
			surface.ServeHTTP(&lossy{ResponseWriter: w, lose: func() {
				// Every session but this one, as when the database is stopped.
				_, _ = pool.Exec(context.Background(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()`)
			}}, r)
		})
		server := httptest.NewServer(mux)
		r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+"/layers/villages.geojson", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Accept-Encoding", encoding)
		response, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, response.Body)
		response.Body.Close()
		if response.StatusCode != http.StatusOK || err == nil {
			t.Errorf("%s: %s and %d bytes, as if that were all", encoding, response.Status, n)
		}
		server.Close()
	}
}

func TestAFailureBeforeTheFirstByteIsAProblem(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := postgis.New(pool)
	surface := download.New(download.Options{Store: store, Revisions: fixed(7), Log: slog.New(slog.DiscardHandler)})
	pool.Close()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), "GET", "/layers/towns.geojson", nil)
	r.SetPathValue("file", "towns.geojson")
	surface.ServeHTTP(w, r)
	if w.Code < 500 || w.Header().Get("Content-Type") != "application/problem+json" || w.Header().Get("ETag") != "" {
		t.Errorf("%d %v: %s", w.Code, w.Header(), w.Body)
	}
}

type fixed int64

func (f fixed) Of(context.Context, geo.LayerName) (int64, error) { return int64(f), nil }

func (f fixed) PublicationOf(context.Context, geo.LayerName) (geo.Publication, error) {
	return geo.Publication{Published: true}, nil
}

func TestWriteStopsWithItsReader(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	layer, _ := geo.LayerNamed(geo.Grids)
	gone := errors.New("the reader is gone")
	s := download.Selection{Layer: layer, Format: download.Formats()[0], Precision: 7}
	if err := s.Write(t.Context(), store, broken{gone}, nil); !errors.Is(err, gone) {
		t.Errorf("%v", err)
	}
}

type broken struct{ error }

func (b broken) Write([]byte) (int, error) { return 0, b.error }

// A client that leaves frees what was made for it: the connection, the process of GDAL, and its files.
func TestAClientThatLeavesFreesEverything(t *testing.T) {
	url, pool := serve(t)
	scratch := t.TempDir()
	t.Setenv("TMPDIR", scratch)
	for _, format := range download.Formats() {
		for range 3 {
			ctx, cancel := context.WithCancel(t.Context())
			r, err := http.NewRequestWithContext(ctx, "GET", url+"grids"+format.Extension(), nil)
			if err != nil {
				t.Fatal(err)
			}
			left := time.AfterFunc(60*time.Millisecond, cancel) // a GeoPackage is still being made by then
			if response, err := http.DefaultTransport.RoundTrip(r); err == nil {
				_, _ = response.Body.Read(make([]byte, 1))
				response.Body.Close()
			}
			cancel()
			left.Stop()
		}
		files := 1
		for begun := time.Now(); time.Since(begun) < 20*time.Second; time.Sleep(20 * time.Millisecond) {
			entries, err := os.ReadDir(scratch)
			if err != nil {
				t.Fatal(err)
			}
			if files = len(entries); files == 0 && pool.Stat().AcquiredConns() == 0 {
				break
			}
		}
		if files > 0 || pool.Stat().AcquiredConns() > 0 {
			t.Errorf("%s: %d files and %d connections are left", format.Name, files, pool.Stat().AcquiredConns())
		}
	}
}

func TestWithoutGDALThereIsNoGeoPackage(t *testing.T) {
	url, _ := serve(t)
	t.Setenv("PATH", t.TempDir())
	response, body := request(t, "GET", url+"towns.gpkg")
	if response.status != http.StatusServiceUnavailable || !strings.Contains(string(body), "apt-get install gdal-bin") {
		t.Errorf("%d: %s", response.status, body)
	}
	if response, _ := request(t, "GET", url+"towns.kml"); response.status != http.StatusOK {
		t.Errorf("KML needs no GDAL: %d", response.status)
	}
}
