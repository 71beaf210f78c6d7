// Package download serves whole layers as GeoJSON, streamed: what an answer takes of memory does not depend on its size.
package download

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/server/negotiate"
	"xiangtu/server/problem"
)

// Revisions tells the revision that a layer has reached.
type Revisions interface {
	// Of gives the revision of a layer. Whoever reads the layer afterwards finds that revision or a newer one.
	Of(ctx context.Context, layer geo.LayerName) (int64, error)
}

// Options are what the surface is made of.
type Options struct {
	// Store answers the queries. A download lasts as long as its client reads, and keeps a connection for that time: a
	// pool of its own, without a statement timeout, keeps slow clients out of the way of everybody else.
	Store     *postgis.Store
	Revisions Revisions
	Log       *slog.Logger
	// Origin tells programs apart: what answers depend on besides the revisions. It becomes a part of every ETag.
	Origin string
}

// Download answers GET and HEAD /layers/{file}, where the file is the name of a layer and .geojson. It is safe for
// concurrent use.
type Download struct {
	Options
	bodies bodies
}

// New makes the surface.
func New(o Options) *Download { return &Download{Options: o} }

const extension = ".geojson"

// ServeHTTP writes the features that the URL selects as a FeatureCollection, in the order of their codes. Parse tells
// the parameters. What fails before the first chunk is sent is answered as a problem; what fails later breaks the
// connection, so that half a layer is never taken for the whole.
func (d *Download) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	name, found := strings.CutSuffix(file, extension)
	layer, known := geo.LayerNamed(geo.LayerName(name))
	if !found || !known {
		d.answerUnknown(w, r, file)
		return
	}
	selection, err := Parse(layer, r.URL.RawQuery)
	if err != nil {
		problem.WriteError(w, r, err)
		return
	}
	revision, err := d.Revisions.Of(r.Context(), layer.Name)
	if err != nil {
		problem.WriteError(w, r, err)
		return
	}
	packed := negotiate.AcceptsGzip(r.Header["Accept-Encoding"])
	etag := d.etag(&selection, revision, packed)
	header := w.Header()
	header.Set("ETag", etag)
	header.Set("Cache-Control", "public, max-age=0, must-revalidate")
	header.Add("Vary", "Accept-Encoding")
	if negotiate.Matches(r.Header["If-None-Match"], etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", "application/geo+json")
	header.Set("Content-Disposition", `inline; filename="`+file+`"`)
	if packed {
		header.Set("Content-Encoding", "gzip")
	}
	if r.Method != http.MethodHead {
		d.send(w, r, &selection, packed)
	}
}

func (d *Download) send(w http.ResponseWriter, r *http.Request, selection *Selection, packed bool) {
	b, err := d.bodies.take(w, packed)
	if err != nil {
		problem.WriteError(w, r, err)
		return
	}
	defer d.bodies.giveBack(b)
	if err = selection.Write(r.Context(), d.Store, b, nil); err == nil {
		err = b.close()
	}
	switch {
	case err == nil:
	case !b.begun:
		problem.WriteError(w, r, err)
	default:
		if r.Context().Err() == nil {
			d.Log.WarnContext(r.Context(), "a download was broken off", "layer", selection.Layer.Name, "error", err)
		}
		panic(http.ErrAbortHandler)
	}
}

// etag names an answer. The revision is read before the features, which can so be newer than their tag says, never older;
// hence it is weak. Each encoding has its own, because caches on the way may compare no more than that.
func (d *Download) etag(s *Selection, revision int64, packed bool) string {
	parts := fmt.Appendln(nil, d.Origin, s.Layer.Name, s.CRS, s.Precision, s.Simplify)
	if s.Box != nil {
		parts = fmt.Appendln(parts, *s.Box)
	}
	sum := sha256.Sum256(parts)
	tag := `W/"` + strconv.FormatInt(revision, 10) + "-" + hex.EncodeToString(sum[:8])
	if packed {
		tag += "-gzip"
	}
	return tag + `"`
}

// answerUnknown answers for what is no layer, and lists the layers.
func (d *Download) answerUnknown(w http.ResponseWriter, r *http.Request, file string) {
	var names, paths []string
	for _, layer := range geo.Layers() {
		names = append(names, string(layer.Name))
		paths = append(paths, "/layers/"+string(layer.Name)+extension)
	}
	p := problem.FromError(&geo.Error{Code: geo.NotFound, Message: fmt.Sprintf("there is no layer %.40q: the URL is /layers/{layer}%s, of %s", file, extension, strings.Join(names, ", "))})
	p.Available = paths
	problem.Write(w, r, p)
}
