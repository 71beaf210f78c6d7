package tiles

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// A tile from the cache costs what its way through the program must: the router's wildcards. It is what most requests
// of a map are, so nothing more may creep in.
func TestAHotTileAllocatesNothingOfItsOwn(t *testing.T) {
	s := serve(t, cached, 4)
	for _, test := range []struct{ name, path, header string }{
		{"as it is", path("grids", busyTile), ""},
		{"gzip", path("grids", busyTile), "gzip"},
		{"of several layers", path("towns,villages,grids", busyTile), "gzip"},
		{"shifted", path("grids", busyTile) + "?crs=gcj02", "gzip"},
		{"filtered", path("grids", busyTile) + "?filter=level%3D1%20AND%20workers%3E2", "gzip"},
	} {
		t.Run(test.name, func(t *testing.T) {
			r := hotRequest(test.path, test.header)
			w := &sink{header: http.Header{}}
			s.Tile(w, r) // draws it
			if n := testing.AllocsPerRun(100, func() { s.Tile(w.reset(), r) }); n > 0 {
				t.Errorf("%v allocations a request", n)
			}
		})
	}
}

func BenchmarkHotTile(b *testing.B) {
	s := serve(b, cached, 4)
	r := hotRequest(path("grids", busyTile), "gzip")
	w := &sink{header: http.Header{}}
	s.Tile(w, r)
	b.ReportAllocs()
	for b.Loop() {
		s.Tile(w.reset(), r)
	}
}

// hotRequest is a request as the router hands it on.
func hotRequest(path, encoding string) *http.Request {
	var routed *http.Request
	mux := http.NewServeMux()
	mux.HandleFunc("GET /tiles/{layers}/{z}/{x}/{y}", func(_ http.ResponseWriter, r *http.Request) { routed = r })
	r := httptest.NewRequest(http.MethodGet, path, nil)
	if encoding != "" {
		r.Header.Set("Accept-Encoding", encoding)
	}
	mux.ServeHTTP(httptest.NewRecorder(), r)
	return routed
}

// sink takes an answer and keeps nothing of it but the headers.
type sink struct{ header http.Header }

func (s *sink) reset() *sink {
	clear(s.header)
	return s
}

func (s *sink) Header() http.Header       { return s.header }
func (*sink) WriteHeader(int)             {}
func (*sink) Write(b []byte) (int, error) { return len(b), nil }
