package tile

import (
	"math"
	"strings"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/postgis"
)

// Description describes tiles of some layers as TileJSON does (github.com/mapbox/tilejson-spec, version 3.0.0).
type Description struct {
	TileJSON     string        `json:"tilejson,omitempty"`
	Name         string        `json:"name"`
	Description  string        `json:"description"`
	Scheme       string        `json:"scheme,omitempty"`
	Tiles        []string      `json:"tiles,omitempty"` // templates of URLs
	MinZoom      int           `json:"minzoom"`
	MaxZoom      int           `json:"maxzoom"`
	Bounds       []float64     `json:"bounds,omitempty"` // west, south, east, north
	Center       []float64     `json:"center,omitempty"` // longitude, latitude, zoom
	VectorLayers []VectorLayer `json:"vector_layers"`
}

// VectorLayer describes a layer of tiles.
type VectorLayer struct {
	ID          string            `json:"id"`
	Description string            `json:"description"`
	MinZoom     int               `json:"minzoom"`
	MaxZoom     int               `json:"maxzoom"`
	Fields      map[string]string `json:"fields"` // the types of properties in JavaScript
}

// Describe describes tiles of the layers, whose features lie within extent, in WGS 84 and empty if there are none; the
// tiles themselves are in a system.
func Describe(selections []Selection, extent orb.Bound, system crs.CRS) Description {
	d := Description{MinZoom: MaxZoom}
	var titles, titlesZh []string
	for _, selection := range selections {
		layer := selection.Layer
		d.MinZoom, d.MaxZoom = min(d.MinZoom, layer.MinZoom), max(d.MaxZoom, layer.MaxZoom)
		titles, titlesZh = append(titles, layer.Title), append(titlesZh, layer.TitleZh)
		d.VectorLayers = append(d.VectorLayers, VectorLayer{
			ID:          string(layer.Name),
			Description: layer.Title + " (" + layer.TitleZh + ")",
			MinZoom:     layer.MinZoom,
			MaxZoom:     layer.MaxZoom,
			Fields:      fieldsOf(layer),
		})
	}
	d.Name, d.Description = strings.Join(titles, ", "), strings.Join(titlesZh, "，")
	if !extent.IsEmpty() {
		d.place(Moved(extent, system))
	}
	return d
}

// fieldsOf gives the properties of a layer's features, each with its type in JavaScript.
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

// Extent gives the box around all features of the layers; it is empty if there are none.
func Extent(selections []Selection, states map[geo.LayerName]postgis.LayerState) orb.Bound {
	extent := emptyBound()
	for _, selection := range selections {
		if b := states[selection.Layer.Name].BBox; len(b) == 4 {
			extent = extent.Extend(orb.Point{b[0], b[1]}).Extend(orb.Point{b[2], b[3]})
		}
	}
	return extent
}

func emptyBound() orb.Bound { return orb.Bound{Min: orb.Point{180, 90}, Max: orb.Point{-180, -90}} }

// Moved gives a box around what a shifted system makes of the box. It goes by the corners; margin is more than a shift
// of some hundred metres changes along an edge of a region.
func Moved(box orb.Bound, system crs.CRS) orb.Bound {
	if system.IsWGS84() {
		return box
	}
	const margin = 0.005 // degrees
	around := emptyBound()
	for _, corner := range box.ToRing() {
		x, y := system.FromWGS84(corner[0], corner[1])
		around = around.Extend(orb.Point{x, y})
	}
	return around.Pad(margin)
}

// place says where the map is, and from where it is seen whole on a screen about two tiles wide.
func (d *Description) place(extent orb.Bound) {
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
