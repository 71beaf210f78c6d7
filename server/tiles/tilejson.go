package tiles

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/postgis"
	"xiangtu/server/negotiate"
	"xiangtu/server/problem"
)

// tileJSON describes a tileset (github.com/mapbox/tilejson-spec, version 3.0.0).
type tileJSON struct {
	TileJSON     string        `json:"tilejson"`
	Name         string        `json:"name"`
	Description  string        `json:"description"`
	Scheme       string        `json:"scheme"`
	Tiles        []string      `json:"tiles"`
	MinZoom      int           `json:"minzoom"`
	MaxZoom      int           `json:"maxzoom"`
	Bounds       []float64     `json:"bounds,omitempty"` // west, south, east, north
	Center       []float64     `json:"center,omitempty"` // longitude, latitude, zoom
	VectorLayers []vectorLayer `json:"vector_layers"`
}

type vectorLayer struct {
	ID          string            `json:"id"`
	Description string            `json:"description"`
	MinZoom     int               `json:"minzoom"`
	MaxZoom     int               `json:"maxzoom"`
	Fields      map[string]string `json:"fields"`
}

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
	set, err := t.tilesets.named(names)
	if err != nil {
		return nil, "", err
	}
	system, err := parameters(r.URL.RawQuery)
	if err != nil {
		return nil, "", err
	}
	extent, err := t.extent(r.Context(), set)
	if err != nil {
		return nil, "", err
	}
	body, err = json.Marshal(description(set, t.baseURL(r), system, extent))
	if err != nil {
		return nil, "", fmt.Errorf("write the TileJSON: %w", err)
	}
	return body, `W/"` + fingerprint(string(body)) + `"`, nil
}

// extent gives the box around all features of the tileset; it is empty if there
// are none. It asks the database once a version.
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
	extent := extentOf(set, states)
	version.extent.Store(&extent)
	return extent, nil
}

func extentOf(set *tileset, states map[geo.LayerName]postgis.LayerState) orb.Bound {
	extent := orb.Bound{Min: orb.Point{180, 90}, Max: orb.Point{-180, -90}} // empty
	for _, layer := range set.layers {
		if b := states[layer.Name].BBox; len(b) == 4 {
			extent = extent.Extend(orb.Point{b[0], b[1]}).Extend(orb.Point{b[2], b[3]})
		}
	}
	return extent
}

func description(set *tileset, base string, system crs.CRS, extent orb.Bound) tileJSON {
	d := tileJSON{
		TileJSON: "3.0.0",
		Scheme:   "xyz",
		Tiles:    []string{base + "/tiles/" + set.names() + "/{z}/{x}/{y}.mvt" + query(system)},
		MinZoom:  maxZoom,
	}
	var titles, titlesZh []string
	for _, layer := range set.layers {
		d.MinZoom, d.MaxZoom = min(d.MinZoom, layer.MinZoom), max(d.MaxZoom, layer.MaxZoom)
		titles, titlesZh = append(titles, layer.Title), append(titlesZh, layer.TitleZh)
		d.VectorLayers = append(d.VectorLayers, vectorLayer{
			ID:          string(layer.Name),
			Description: layer.Title + " (" + layer.TitleZh + ")",
			MinZoom:     layer.MinZoom,
			MaxZoom:     layer.MaxZoom,
			Fields:      fieldsOf(layer),
		})
	}
	d.Name, d.Description = strings.Join(titles, ", "), strings.Join(titlesZh, "，")
	if !extent.IsEmpty() {
		d.place(moved(extent, system))
	}
	return d
}

// fieldsOf gives the properties of a layer's features, each with its type in
// JavaScript.
func fieldsOf(layer *geo.Layer) map[string]string {
	fields := make(map[string]string)
	for _, field := range postgis.TileFields(layer) {
		switch field.Type {
		case geo.Integer, geo.Number:
			fields[field.Name] = "Number"
		case geo.Boolean:
			fields[field.Name] = "Boolean"
		default:
			fields[field.Name] = "String"
		}
	}
	return fields
}

// moved gives a box around what a shifted system makes of the box. It goes by
// the corners; margin is more than a shift of some hundred metres changes along
// an edge of a region.
func moved(box orb.Bound, system crs.CRS) orb.Bound {
	if system.IsWGS84() {
		return box
	}
	const margin = 0.005 // degrees
	around := orb.Bound{Min: orb.Point{180, 90}, Max: orb.Point{-180, -90}}
	for _, corner := range box.ToRing() {
		x, y := system.FromWGS84(corner[0], corner[1])
		around = around.Extend(orb.Point{x, y})
	}
	return around.Pad(margin)
}

// place says where the map is, and from where it is seen whole on a screen
// about two tiles wide.
func (d *tileJSON) place(extent orb.Bound) {
	const widthInTiles = 2
	d.Bounds = []float64{extent.Min[0], extent.Min[1], extent.Max[0], extent.Max[1]}
	side := max(extent.Max[0]-extent.Min[0], extent.Max[1]-extent.Min[1])
	zoom := float64(d.MaxZoom)
	if side > 0 {
		zoom = math.Floor(math.Log2(360 * widthInTiles / side))
	}
	zoom = max(float64(d.MinZoom), min(float64(d.MaxZoom), zoom))
	const digits = 1e7 // of a degree: a centimetre
	middle := extent.Center()
	d.Center = []float64{math.Round(middle[0]*digits) / digits, math.Round(middle[1]*digits) / digits, zoom}
}
