// Package tiles serves the map as Mapbox Vector Tiles and describes them in
// TileJSON.
//
// A tile is named by its bytes, so that one that a change does not touch keeps
// its name. The program knows without asking the database whether a tile that it
// keeps is still what it would draw.
package tiles

import (
	"context"
	"net/http"
	"slices"

	"github.com/prometheus/client_golang/prometheus"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/geo/tile"
	"xiangtu/server/access"
	"xiangtu/server/negotiate"
	"xiangtu/server/problem"
)

// Revisions tells the revision that a layer has reached, and who may see it.
type Revisions interface {
	// Of gives the revision of a layer. Whoever reads the layer afterwards
	// finds that revision or a newer one.
	Of(ctx context.Context, layer geo.LayerName) (int64, error)
	// Between gives the changes of a layer after a revision, up to another; ok
	// is false if they are not known.
	Between(ctx context.Context, layer geo.LayerName, after, upTo int64) (changes []*geo.LayerChange, ok bool)
	access.Publications
}

// Options are what the surface is made of.
type Options struct {
	Store     *postgis.Store
	Revisions Revisions
	// CacheBytes is the memory for encoded tiles. With 0 every request is
	// answered from the database.
	CacheBytes int64
	// BaseURL gives the scheme, host and path that a request reached the server
	// by, without a slash at the end.
	BaseURL func(*http.Request) string
	// Registry takes the metrics.
	Registry prometheus.Registerer
}

// Tiles answers requests for tiles and their descriptions. It is safe for
// concurrent use.
type Tiles struct {
	tilesets tilesets
	cache    *cache
	store    *postgis.Store
	baseURL  func(*http.Request) string
}

// New makes the surface.
func New(o Options) (*Tiles, error) {
	b, err := newBuilder(o.Store, o.Registry)
	if err != nil {
		return nil, err
	}
	t := &Tiles{
		tilesets: tilesets{revisions: o.Revisions, known: map[uint64]*tileset{}},
		store:    o.Store,
		baseURL:  o.BaseURL,
	}
	if t.cache, err = newCache(o.CacheBytes, &t.tilesets, b.build, o.Registry); err != nil {
		return nil, err
	}
	t.tilesets.renewed = t.cache.sweep
	t.tilesets.queries, err = newQueryCache(o.Store, t.tilesets.read)
	return t, err
}

// Values of headers, shared between answers: net/http only reads them.
var (
	mediaType    = []string{"application/vnd.mapbox-vector-tile"}
	gzipEncoding = []string{"gzip"}
	// A client asks each time, which costs it 304 and no body, and so shows an
	// edit at once.
	cacheControl = []string{"public, max-age=0, must-revalidate"}

	varyEncoding = []string{"Accept-Encoding"}
	varyOrigin   = []string{"Origin"}
	varyBoth     = []string{"Origin, Accept-Encoding"}
)

// Tile answers GET and HEAD /tiles/{layers}/{z}/{x}/{y}.mvt, whose wildcards it
// reads by Request.PathValue; {y} has the .mvt. A tile without features is 200
// with no byte, which is a whole tile without layers.
func (t *Tiles) Tile(w http.ResponseWriter, r *http.Request) {
	at, set, err := t.tilesets.parse(r)
	if err != nil {
		problem.WriteError(w, r, err)
		return
	}
	t.send(w, r, at, set)
}

// send answers with a tile.
func (t *Tiles) send(w http.ResponseWriter, r *http.Request, at tile.Place, set *tileset) {
	view, err := t.tilesets.view(r.Context(), set)
	if err != nil {
		problem.WriteError(w, r, err)
		return
	}
	version, err := t.tilesets.version(r.Context(), set)
	if err != nil {
		problem.WriteError(w, r, err)
		return
	}
	encoded, err := t.cache.get(view.Reading(r.Context()), key{
		Place:   at,
		tileset: set,
		view:    view,
		gzip:    negotiate.AcceptsGzip(r.Header["Accept-Encoding"]),
	}, version)
	if err != nil {
		problem.WriteError(w, r, err)
		return
	}
	header := w.Header()
	header["Etag"] = encoded.etag
	header["Cache-Control"] = cacheControl
	header["Vary"] = varyAlso(header["Vary"])
	view.Describe(header)
	if known := r.Header["If-None-Match"]; known != nil && negotiate.Matches(known, encoded.etag[0]) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header["Content-Type"] = mediaType
	header["Content-Length"] = encoded.length
	if encoded.gzip {
		header["Content-Encoding"] = gzipEncoding
	}
	if r.Method != http.MethodHead {
		_, _ = w.Write(encoded.body) // fails when the client has gone
	}
}

// varyAlso adds Accept-Encoding to the value of Vary, without an allocation for
// the values that it has in this server.
func varyAlso(vary []string) []string {
	switch {
	case len(vary) == 0:
		return varyEncoding
	case slices.Equal(vary, varyOrigin):
		return varyBoth
	}
	return append(slices.Clip(vary), varyEncoding...)
}
