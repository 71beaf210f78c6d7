package tiles

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// discard is a ResponseWriter that costs as little as possible.
type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
func (d *discard) WriteHeader(int)             {}

// benchmark asks for a tile again and again; known says that the client has it.
func benchmark(b *testing.B, cacheBytes int64, layers, tile string, known bool) {
	s := serve(b, cacheBytes, 4)
	eventually(b, "a tile", func() bool { return s.ask("GET", path(layers, tile)).Code == http.StatusOK })
	r := httptest.NewRequest("GET", path(layers, tile), nil)
	if known {
		r.Header.Set("If-None-Match", s.ask("GET", path(layers, tile)).Header().Get("ETag"))
	}
	w := &discard{header: http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		clear(w.header)
		s.ServeHTTP(w, r)
	}
}

// BenchmarkHit is a cached tile; the multiplexer makes three of its
// allocations.
func BenchmarkHit(b *testing.B) { benchmark(b, cached, "grids", busyTile, false) }

// BenchmarkNotModified is a tile that the client has.
func BenchmarkNotModified(b *testing.B) { benchmark(b, cached, "grids", busyTile, true) }

// BenchmarkCold is a tile from the database.
func BenchmarkCold(b *testing.B) {
	for _, test := range []struct{ name, layers, tile string }{
		{"all grids", "grids", "9/421/221"},
		{"z10", "grids", "10/842/442"},
		{"z12", "grids", "12/3372/1770"},
		{"z14", "grids", "14/13488/7086"},
		{"z14, five layers", "towns,villages,grids,belts,stations", "14/13488/7086"},
		{"empty", "grids", emptyTile},
	} {
		b.Run(test.name, func(b *testing.B) { benchmark(b, uncached, test.layers, test.tile, false) })
	}
}
