// Package download serves whole layers as files of many formats, streamed: what an answer takes of memory does not
// depend on its size.
package download

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/server/access"
	"xiangtu/server/filter"
	"xiangtu/server/moment"
	"xiangtu/server/negotiate"
	"xiangtu/server/problem"
)

// Revisions tells the revision that a layer has reached, and who may see it.
type Revisions interface {
	// Of gives the revision of a layer. Whoever reads the layer afterwards finds that revision or a newer one.
	Of(ctx context.Context, layer geo.LayerName) (int64, error)
	access.Publications
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

// Download answers GET and HEAD /layers/{file}, where the file is the name of a layer and the extension of a format. It
// is safe for concurrent use.
type Download struct {
	Options
	bodies bodies
	// made has a place for each file that is made by a process and in a scratch folder at a time: these are dear.
	made chan struct{}
}

// mostMade is how many such files are made at a time; more wait.
const mostMade = 2

// New makes the surface.
func New(o Options) *Download { return &Download{Options: o, made: make(chan struct{}, mostMade)} }

// ServeHTTP writes the features that the URL selects, in the order of their codes. The extension alone says in what
// format, and Parse tells the parameters. What fails before the first chunk is sent is answered as a problem; what fails later breaks the
// connection, so that half a layer is never taken for the whole.
func (d *Download) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	name, extension, _ := strings.Cut(file, ".")
	layer, known := geo.LayerNamed(geo.LayerName(name))
	format := formatOfURL(extension)
	if format == nil || !known {
		answerUnknown(w, r, file, layer)
		return
	}
	selection, err := Parse(layer, format, r.URL.RawQuery)
	if err != nil {
		problem.WriteError(w, r, err)
		return
	}
	view, err := access.Of(r.Context(), d.Revisions, layer.Name)
	if err != nil {
		problem.WriteError(w, r, err)
		return
	}
	ctx, revision, err := d.moment(view.Reading(r.Context()), &selection)
	if err != nil {
		problem.WriteError(w, r, err)
		return
	}
	packed := negotiate.AcceptsGzip(r.Header["Accept-Encoding"])
	etag := view.Tag(d.etag(&selection, r.URL.Query(), revision, packed))
	header := w.Header()
	header.Set("ETag", etag)
	header.Set("Cache-Control", "public, max-age=0, must-revalidate")
	header.Add("Vary", "Accept-Encoding")
	view.Describe(header)
	if negotiate.Matches(r.Header["If-None-Match"], etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", format.MediaType)
	header.Set("Content-Disposition", format.disposition()+`; filename="`+file+`"`)
	if packed {
		header.Set("Content-Encoding", "gzip")
	}
	if r.Method != http.MethodHead {
		d.send(w, r.WithContext(ctx), &selection, packed)
	}
}

// moment gives the context of the moment that is asked for, and the revision of the layer then.
func (d *Download) moment(ctx context.Context, s *Selection) (context.Context, int64, error) {
	if s.AsOf == "" {
		revision, err := d.Revisions.Of(ctx, s.Layer.Name)
		return ctx, revision, err
	}
	m, err := moment.Of(ctx, d.Store, []*geo.Layer{s.Layer}, s.AsOf)
	return geo.WithMoment(ctx, m), m[s.Layer.Name], err
}

func (d *Download) send(w http.ResponseWriter, r *http.Request, selection *Selection, packed bool) {
	b, err := d.bodies.take(w, packed)
	if err != nil {
		problem.WriteError(w, r, err)
		return
	}
	defer d.bodies.giveBack(b)
	if err = d.write(r.Context(), selection, b); err == nil {
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

func (d *Download) write(ctx context.Context, selection *Selection, w io.Writer) error {
	if selection.Format.made {
		select {
		case d.made <- struct{}{}:
			defer func() { <-d.made }()
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return selection.Write(ctx, d.Store, w, nil)
}

// etag names an answer. The revision is read before the features, which can so be newer than their tag says, never older;
// hence it is weak. Each encoding has its own, because caches on the way may compare no more than that.
func (d *Download) etag(s *Selection, parameters url.Values, revision int64, packed bool) string {
	parts := fmt.Appendln(nil, d.Origin, s.Layer.Name, s.Format.Name, s.CRS, s.Precision, s.Simplify, s.BOM)
	if s.Box != nil {
		parts = fmt.Appendln(parts, *s.Box)
	}
	for _, name := range append(filter.Names(), "properties") {
		if parameters.Has(name) {
			parts = fmt.Appendf(parts, "%s=%q\n", name, parameters.Get(name))
		}
	}
	sum := sha256.Sum256(parts)
	tag := `W/"` + strconv.FormatInt(revision, 10) + "-" + hex.EncodeToString(sum[:8])
	if packed {
		tag += "-gzip"
	}
	return tag + `"`
}

// formatOfURL finds the format of a URL's extension. A URL has one way to say it; nil if it says none.
func formatOfURL(extension string) *Format {
	for _, f := range formats {
		if f.Name == extension {
			return f
		}
	}
	return nil
}

// disposition says whether a browser shows an answer or keeps it as a file.
func (f *Format) disposition() string {
	if f == formats[0] {
		return "inline"
	}
	return "attachment"
}

// answerUnknown answers for what is no layer, or no format, and lists what there is.
func answerUnknown(w http.ResponseWriter, r *http.Request, file string, layer *geo.Layer) {
	var names, paths []string
	for _, known := range geo.Layers() {
		names = append(names, string(known.Name))
		if layer == nil {
			paths = append(paths, "/layers/"+string(known.Name)+formats[0].Extension())
		}
	}
	message := fmt.Sprintf("there is no layer %.40q: the URL is /layers/{layer}.{format}, of %s and %s", file, strings.Join(names, ", "), formatNames())
	if layer != nil {
		message = fmt.Sprintf("there is no format of %.40q: the URL is /layers/%s.{format}, of %s", file, layer.Name, formatNames())
		for _, f := range formats {
			paths = append(paths, "/layers/"+string(layer.Name)+f.Extension())
		}
	}
	p := problem.FromError(&geo.Error{Code: geo.NotFound, Message: message})
	p.Available = paths
	problem.Write(w, r, p)
}
