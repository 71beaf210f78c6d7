package tiles

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/tile"
	"xiangtu/server/access"
	"xiangtu/server/negotiate"
	"xiangtu/server/problem"
)

// TileJSON answers GET and HEAD /tiles/{tileset}, where {tileset} is the names
// of layers with commas between and .json.
func (t *Tiles) TileJSON(w http.ResponseWriter, r *http.Request) {
	description, view, err := t.describe(r)
	if err != nil {
		problem.WriteError(w, r, err)
		return
	}
	sendJSON(w, r, description, view)
}

// sendJSON answers with a document of a view.
func sendJSON(w http.ResponseWriter, r *http.Request, document any, view access.View) {
	body, err := json.Marshal(document)
	if err != nil {
		problem.WriteError(w, r, fmt.Errorf("write JSON: %w", err))
		return
	}
	sendDocument(w, r, mediaJSON, body, view)
}

// sendDocument answers with a whole body of a view, under a tag made of its bytes.
func sendDocument(w http.ResponseWriter, r *http.Request, mediaType string, body []byte, view access.View) {
	etag := `W/"` + fingerprint(string(body)) + `"`
	header := w.Header()
	header.Set("ETag", etag)
	header["Cache-Control"] = cacheControl
	view.Describe(header)
	if negotiate.Matches(r.Header["If-None-Match"], etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", mediaType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // fails when the client has gone
	}
}

func (t *Tiles) describe(r *http.Request) (d tile.Description, view access.View, err error) {
	names, ok := strings.CutSuffix(r.PathValue("tileset"), ".json")
	if !ok {
		return d, view, &geo.Error{Code: geo.NotFound, Message: "the URL of a TileJSON is /tiles/{layers}.json"}
	}
	asked, err := t.tilesets.asked(r.Context(), names, r.URL.RawQuery)
	if err != nil {
		return d, view, err
	}
	extent, view, err := t.extent(r.Context(), asked.tileset)
	if err != nil {
		return d, view, err
	}
	d = tile.Describe(asked.tileset.selections, extent, asked.system)
	d.TileJSON, d.Scheme = "3.0.0", "xyz"
	d.Tiles = []string{t.baseURL(r) + "/tiles/" + asked.tileset.names() + "/{z}/{x}/{y}.mvt" + signed(r.Context(), asked.query)}
	return d, view, nil
}

// signed adds to a query what lets the request in by its URL.
func signed(ctx context.Context, query string) string {
	signature := access.SignatureOf(ctx)
	switch {
	case signature == "":
		return query
	case query == "":
		return "?" + signature
	}
	return query + "&" + signature
}

// extent gives the box around all features of the tileset's layers that the context's actor sees; it is empty if there
// are none. It asks the database once a version for what everybody sees.
func (t *Tiles) extent(ctx context.Context, set *tileset) (orb.Bound, access.View, error) {
	view, err := t.tilesets.view(ctx, set)
	if err != nil {
		return orb.Bound{}, view, err
	}
	version, err := t.tilesets.version(ctx, set)
	if err != nil {
		return orb.Bound{}, view, err
	}
	if known := version.extent.Load(); known != nil && view.Shared() {
		return *known, view, nil
	}
	ctx = view.Reading(ctx)
	if set.moment != nil {
		ctx = geo.WithMoment(ctx, set.moment)
	}
	states, err := t.store.LayerStates(ctx)
	if err != nil {
		return orb.Bound{}, view, err
	}
	extent := tile.Extent(set.selections, states)
	if view.Shared() {
		version.extent.Store(&extent)
	}
	return extent, view, nil
}
