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
	"xiangtu/server/negotiate"
	"xiangtu/server/problem"
)

// TileJSON answers GET and HEAD /tiles/{tileset}, where {tileset} is the names
// of layers with commas between and .json.
func (t *Tiles) TileJSON(w http.ResponseWriter, r *http.Request) {
	body, etag, err := t.describe(r)
	if err != nil {
		problem.WriteError(w, r, err)
		return
	}
	header := w.Header()
	header.Set("ETag", etag)
	header["Cache-Control"] = cacheControl
	if negotiate.Matches(r.Header["If-None-Match"], etag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header.Set("Content-Type", "application/json")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // fails when the client has gone
	}
}

func (t *Tiles) describe(r *http.Request) (body []byte, etag string, err error) {
	names, ok := strings.CutSuffix(r.PathValue("tileset"), ".json")
	if !ok {
		return nil, "", &geo.Error{Code: geo.NotFound, Message: "the URL of a TileJSON is /tiles/{layers}.json"}
	}
	asked, err := t.tilesets.asked(r.Context(), names, r.URL.RawQuery)
	if err != nil {
		return nil, "", err
	}
	extent, err := t.extent(r.Context(), asked.tileset)
	if err != nil {
		return nil, "", err
	}
	description := tile.Describe(asked.tileset.selections, extent, asked.system)
	description.TileJSON, description.Scheme = "3.0.0", "xyz"
	description.Tiles = []string{t.baseURL(r) + "/tiles/" + asked.tileset.names() + "/{z}/{x}/{y}.mvt" + asked.query}
	body, err = json.Marshal(description)
	if err != nil {
		return nil, "", fmt.Errorf("write the TileJSON: %w", err)
	}
	return body, `W/"` + fingerprint(string(body)) + `"`, nil
}

// extent gives the box around all features of the tileset's layers; it is empty if there are none. It asks the database
// once a version.
func (t *Tiles) extent(ctx context.Context, set *tileset) (orb.Bound, error) {
	version, err := t.tilesets.version(ctx, set)
	if err != nil {
		return orb.Bound{}, err
	}
	if known := version.extent.Load(); known != nil {
		return *known, nil
	}
	states, err := t.store.LayerStates(ctx)
	if err != nil {
		return orb.Bound{}, err
	}
	extent := tile.Extent(set.selections, states)
	version.extent.Store(&extent)
	return extent, nil
}
