package tiles

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/shape/mvt"
	"xiangtu/geo/tile"
)

// The media types and relations of links of OGC API - Tiles.
const (
	mediaJSON       = "application/json"
	mediaMVT        = "application/vnd.mapbox-vector-tile"
	relTilingScheme = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"
)

// tilesetDocument is the metadata of a tileset (OGC 17-083r4, 8.2 and annex C).
type tilesetDocument struct {
	Title               string        `json:"title"`
	Description         string        `json:"description,omitempty"`
	DataType            string        `json:"dataType"`
	CRS                 string        `json:"crs"`
	TileMatrixSetURI    string        `json:"tileMatrixSetURI"`
	TileMatrixSetLimits []matrixLimit `json:"tileMatrixSetLimits,omitempty"`
	BoundingBox         *ogcBox       `json:"boundingBox,omitempty"`
	CenterPoint         *centerPoint  `json:"centerPoint,omitempty"`
	Layers              []layerItem   `json:"layers,omitempty"`
	Links               []Link        `json:"links"`
}

// matrixLimit says which tiles of a level may have something in them.
type matrixLimit struct {
	TileMatrix string `json:"tileMatrix"`
	MinTileRow uint32 `json:"minTileRow"`
	MaxTileRow uint32 `json:"maxTileRow"`
	MinTileCol uint32 `json:"minTileCol"`
	MaxTileCol uint32 `json:"maxTileCol"`
}

type centerPoint struct {
	Coordinates [2]float64 `json:"coordinates"`
	CRS         string     `json:"crs"`
	TileMatrix  string     `json:"tileMatrix"`
}

// layerItem describes a layer of the tiles.
type layerItem struct {
	ID                string         `json:"id"`
	Title             string         `json:"title"`
	DataType          string         `json:"dataType"`
	GeometryDimension int            `json:"geometryDimension"`
	MinTileMatrix     string         `json:"minTileMatrix"`
	MaxTileMatrix     string         `json:"maxTileMatrix"`
	PropertiesSchema  map[string]any `json:"propertiesSchema"`
}

// tilesetList lists the tilesets of all layers, or of one.
func (t *Tiles) tilesetList(_ context.Context, r *http.Request) (resource, error) {
	o, err := t.readOGC(r, nil, "json", "html")
	if err != nil {
		return resource{}, err
	}
	api := t.baseURL(r) + ogcRoot
	if o.form == "html" {
		return resource{page: o.tilesetsPage(r, api)}, nil
	}
	var items []tilesetDocument
	for i := range quads {
		m := &quads[i]
		title := titleOf(o.tileset.selections)
		items = append(items, tilesetDocument{
			Title: title + ", " + m.id, DataType: "vector", CRS: m.reference.URI(), TileMatrixSetURI: m.uri,
			Links: []Link{
				{Href: o.url(api, "/"+m.id, "f", "json"), Rel: "self", Type: mediaJSON, Title: title},
				{Href: api + "/tileMatrixSets/" + m.id, Rel: relTilingScheme, Type: mediaJSON, Title: m.title},
			},
		})
	}
	return resource{document: struct {
		Links    []Link            `json:"links"`
		Tilesets []tilesetDocument `json:"tilesets"`
	}{o.formsOf(api, ""), items}}, nil
}

// tilesetOf describes the tileset of a quad: as the OGC has it, or as TileJSON.
func (t *Tiles) tilesetOf(ctx context.Context, r *http.Request) (resource, error) {
	m, err := matrixSetNamed(r.PathValue("tileMatrixSet"))
	if err != nil {
		return resource{}, err
	}
	forms := []string{"json", "html", "tilejson"}
	if m.quad != mvt.WebMercatorQuad {
		forms = forms[:2] // TileJSON knows Web Mercator alone
	}
	o, err := t.readOGC(r, m, forms...)
	if err != nil {
		return resource{}, err
	}
	extent, view, err := t.extent(ctx, o.tileset)
	if err != nil {
		return resource{}, err
	}
	api := t.baseURL(r) + ogcRoot
	d := tile.Describe(o.tileset.selections, extent, o.system)
	if o.form == "tilejson" {
		d.TileJSON, d.Scheme = "3.0.0", "xyz"
		d.Tiles = []string{templateOf(o, api, m, "{z}", "{y}", "{x}")}
		return resource{document: d, view: view}, nil
	}
	document := m.describe(o, api, d)
	if o.form == "html" {
		return resource{page: document.page(r, &o, m), view: view}, nil
	}
	return resource{document: document, view: view}, nil
}

// formsOf links what lies below the tilesets of the request to itself and to its page.
func (o *ogcAsked) formsOf(api, below string) []Link {
	return []Link{
		{Href: o.url(api, below, "f", "json"), Rel: "self", Type: mediaJSON, Title: "This document as JSON"},
		{Href: o.url(api, below, "f", "html"), Rel: "alternate", Type: mediaHTML, Title: "This document as a web page"},
	}
}

// templateOf gives the template of the URLs of tiles: braces stay what they are.
func templateOf(o ogcAsked, api string, m *matrixSet, level, row, column string) string {
	return o.url(api, "/"+m.id+"/"+level+"/"+row+"/"+column, "f", "mvt")
}

func (m *matrixSet) describe(o ogcAsked, api string, d tile.Description) tilesetDocument {
	doc := tilesetDocument{
		Title: titleOf(o.tileset.selections), Description: d.Name, DataType: "vector", CRS: m.reference.URI(), TileMatrixSetURI: m.uri,
		Links: append(o.formsOf(api, "/"+m.id),
			Link{Href: templateOf(o, api, m, "{tileMatrix}", "{tileRow}", "{tileCol}"), Rel: "item", Type: mediaMVT, Title: "The tiles", Templated: true},
			Link{Href: api + "/tileMatrixSets/" + m.id, Rel: relTilingScheme, Type: mediaJSON, Title: m.title}),
	}
	if m.quad == mvt.WebMercatorQuad {
		doc.Links = append(doc.Links, Link{Href: o.url(api, "/"+m.id, "f", "tilejson"), Rel: "describedby", Type: mediaJSON, Title: "The same as TileJSON"})
	}
	low, high := max(uint32(d.MinZoom), m.first), min(uint32(d.MaxZoom), m.last)
	for _, selection := range o.tileset.selections {
		doc.Layers = append(doc.Layers, layerOf(selection.Layer, low, high))
	}
	if len(d.Bounds) == 4 {
		bound := orb.Bound{Min: orb.Point{d.Bounds[0], d.Bounds[1]}, Max: orb.Point{d.Bounds[2], d.Bounds[3]}}
		doc.BoundingBox = &ogcBox{LowerLeft: bound.Min, UpperRight: bound.Max, CRS: crs.Reference{}.URI()}
		doc.CenterPoint = &centerPoint{[2]float64(d.Center[:2]), crs.Reference{}.URI(), strconv.Itoa(int(min(max(uint32(d.Center[2]), low), high)))}
		for z := low; z <= high; z++ {
			doc.TileMatrixSetLimits = append(doc.TileMatrixSetLimits, m.limit(z, bound))
		}
	}
	return doc
}

// limit gives the tiles of a level that meet the bound.
func (m *matrixSet) limit(z uint32, bound orb.Bound) matrixLimit {
	l := matrixLimit{TileMatrix: strconv.Itoa(int(z))}
	l.MinTileCol, l.MinTileRow = m.quad.TileAt(z, bound.Min[0], bound.Max[1])
	l.MaxTileCol, l.MaxTileRow = m.quad.TileAt(z, bound.Max[0], bound.Min[1])
	return l
}

func layerOf(layer *geo.Layer, low, high uint32) layerItem {
	properties := map[string]any{}
	for _, field := range layer.Fields {
		if field.InTiles {
			properties[field.Name] = map[string]any{"type": schemaType(field.Type), "description": field.Description}
		}
	}
	return layerItem{
		ID: string(layer.Name), Title: layer.Title + " " + layer.TitleZh, DataType: "vector",
		GeometryDimension: dimensionOf(layer.Geometry),
		MinTileMatrix:     strconv.Itoa(int(min(max(uint32(layer.MinZoom), low), high))),
		MaxTileMatrix:     strconv.Itoa(int(min(uint32(layer.MaxZoom), high))),
		PropertiesSchema:  map[string]any{"type": "object", "properties": properties},
	}
}

func schemaType(t geo.FieldType) string {
	switch t {
	case geo.Integer, geo.Number, geo.Boolean:
		return string(t)
	default:
		return "string"
	}
}

func dimensionOf(t geo.GeometryType) int {
	switch t {
	case geo.Point:
		return 0
	case geo.LineString:
		return 1
	default:
		return 2
	}
}

func titleOf(selections []tile.Selection) string {
	titles := make([]string, len(selections))
	for i, selection := range selections {
		titles[i] = selection.Layer.Title + " " + selection.Layer.TitleZh
	}
	return strings.Join(titles, ", ")
}
