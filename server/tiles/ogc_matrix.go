package tiles

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"strconv"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/shape/mvt"
)

// matrixSet is a tile matrix set (OGC 17-083r4): a quad with names.
type matrixSet struct {
	id, title, uri string
	wellKnown      string // the URI of the set of scales, if it has one
	quad           mvt.Quad
	reference      crs.Reference
	axes           []string // of the reference system, in its order
	first, last    uint32   // levels
	pixels         int      // that a tile is wide
	cellSize       float64  // of a pixel of level 0, in units of the reference system
	metres         float64  // that such a unit is long, at the equator
	origin         float64  // half of the width of level 0, in such units
}

// metresOfDegree is the length of a degree of the equator of WGS 84 (OGC 17-083r4, 6.2).
const metresOfDegree = 6378137 * math.Pi / 180

// quads are the tile matrix sets that tiles are drawn for. It is never written.
//
// Nobody has registered the quad that Tianditu and other Chinese services have for EPSG:4490 (CH/Z 9011-2011), so its
// name is ours. Its levels are numbered as theirs, from 1; those of WorldCRS84Quad, which divides the same way, begin
// with 0 for the same tiles.
var quads = []matrixSet{
	{
		id: "WebMercatorQuad", title: "Google Maps Compatible for the World", uri: "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad",
		wellKnown: "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
		quad:      mvt.WebMercatorQuad, reference: crs.Reference{CRS: crs.WebMercator}, axes: []string{"X", "Y"},
		first: 0, last: 24, pixels: 256, cellSize: 2 * math.Pi * 6378137 / 256, metres: 1, origin: math.Pi * 6378137,
	},
	{
		id: "CGCS2000Quad", title: "CGCS2000 for the World, as Tianditu divides it (matrix set c) 天地图经纬度瓦片", uri: "urn:x-xiangtu:tms:CGCS2000Quad",
		quad: mvt.GeographicQuad, reference: crs.Reference{CRS: crs.CGCS2000, LatitudeFirst: true}, axes: []string{"Lat", "Lon"},
		first: 1, last: 18, pixels: 256, cellSize: 360. / 256, metres: metresOfDegree, origin: 180,
	},
}

func matrixSetNamed(id string) (*matrixSet, error) {
	for i := range quads {
		if quads[i].id == id {
			return &quads[i], nil
		}
	}
	return nil, &geo.Error{Code: geo.NotFound, Path: "tileMatrixSetId", Message: fmt.Sprintf("there is no tile matrix set %.40q; there are %s and %s", id, quads[0].id, quads[1].id)}
}

func (m *matrixSet) levels() string {
	return fmt.Sprintf("the levels of %s are %d to %d", m.id, m.first, m.last)
}

// matrixSetDocument is a tile matrix set in JSON (OGC 17-083r4, annex B).
type matrixSetDocument struct {
	ID                string       `json:"id"`
	Title             string       `json:"title"`
	URI               string       `json:"uri"`
	CRS               string       `json:"crs"`
	OrderedAxes       []string     `json:"orderedAxes"`
	WellKnownScaleSet string       `json:"wellKnownScaleSet,omitempty"`
	BoundingBox       *ogcBox      `json:"boundingBox"`
	TileMatrices      []tileMatrix `json:"tileMatrices"`
	Links             []Link       `json:"links"`
}

type ogcBox struct {
	LowerLeft   [2]float64 `json:"lowerLeft"`
	UpperRight  [2]float64 `json:"upperRight"`
	CRS         string     `json:"crs"`
	OrderedAxes []string   `json:"orderedAxes,omitempty"`
}

// tileMatrix is a level; the point of origin is in the order of the axes.
type tileMatrix struct {
	ID               string     `json:"id"`
	ScaleDenominator float64    `json:"scaleDenominator"`
	CellSize         float64    `json:"cellSize"`
	CornerOfOrigin   string     `json:"cornerOfOrigin"`
	PointOfOrigin    [2]float64 `json:"pointOfOrigin"`
	TileWidth        int        `json:"tileWidth"`
	TileHeight       int        `json:"tileHeight"`
	MatrixWidth      uint32     `json:"matrixWidth"`
	MatrixHeight     uint32     `json:"matrixHeight"`
}

// Link leads to another resource, as the OGC APIs have it in JSON.
type Link struct {
	Href      string `json:"href"`
	Rel       string `json:"rel"`
	Type      string `json:"type"`
	Title     string `json:"title,omitempty"`
	Templated bool   `json:"templated,omitempty"`
}

func (m *matrixSet) document(api string) matrixSetDocument {
	d := matrixSetDocument{
		ID: m.id, Title: m.title, URI: m.uri, CRS: m.reference.URI(), OrderedAxes: m.axes, WellKnownScaleSet: m.wellKnown,
		BoundingBox: &ogcBox{LowerLeft: m.ordered(-m.origin, -m.top()), UpperRight: m.ordered(m.origin, m.top()), CRS: m.reference.URI(), OrderedAxes: m.axes},
		Links:       formsOf(api + "/tileMatrixSets/" + m.id),
	}
	const pixelSize = 0.00028 // metres, of the screen that scales are made for
	for z := m.first; z <= m.last; z++ {
		cell := math.Ldexp(m.cellSize, -int(z))
		columns, rows := m.quad.Size(z)
		d.TileMatrices = append(d.TileMatrices, tileMatrix{
			ID: strconv.Itoa(int(z)), ScaleDenominator: cell * m.metres / pixelSize, CellSize: cell,
			CornerOfOrigin: "topLeft", PointOfOrigin: m.ordered(-m.origin, m.top()),
			TileWidth: m.pixels, TileHeight: m.pixels, MatrixWidth: columns, MatrixHeight: rows,
		})
	}
	return d
}

// top is the northern end.
func (m *matrixSet) top() float64 {
	if m.quad == mvt.GeographicQuad {
		return m.origin / 2
	}
	return m.origin
}

// ordered gives a position in the order of the axes.
func (m *matrixSet) ordered(x, y float64) [2]float64 {
	if m.reference.LatitudeFirst {
		return [2]float64{y, x}
	}
	return [2]float64{x, y}
}

// matrixSetItem is a tile matrix set in the list of all.
type matrixSetItem struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	URI   string `json:"uri"`
	CRS   string `json:"crs"`
	Links []Link `json:"links"`
}

func (t *Tiles) matrixSets(_ context.Context, r *http.Request) (resource, error) {
	form, err := formAlone(r)
	if err != nil {
		return resource{}, err
	}
	api := t.baseURL(r) + ogcRoot
	if form == "html" {
		return resource{page: matrixSetsPage(api)}, nil
	}
	var items []matrixSetItem
	for i := range quads {
		m := &quads[i]
		items = append(items, matrixSetItem{m.id, m.title, m.uri, m.reference.URI(), []Link{{Href: api + "/tileMatrixSets/" + m.id, Rel: relTilingScheme, Type: mediaJSON, Title: m.title}}})
	}
	return resource{document: struct {
		Links          []Link          `json:"links"`
		TileMatrixSets []matrixSetItem `json:"tileMatrixSets"`
	}{formsOf(api + "/tileMatrixSets"), items}}, nil
}

func (t *Tiles) matrixSet(_ context.Context, r *http.Request) (resource, error) {
	form, err := formAlone(r)
	if err != nil {
		return resource{}, err
	}
	m, err := matrixSetNamed(r.PathValue("tileMatrixSet"))
	if err != nil {
		return resource{}, err
	}
	document := m.document(t.baseURL(r) + ogcRoot)
	if form == "html" {
		return resource{page: document.page()}, nil
	}
	return resource{document: document}, nil
}

// formAlone reads the form that is asked for, and refuses all other parameters.
func formAlone(r *http.Request) (string, error) {
	values, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		return "", err
	}
	for name := range values {
		if name != "f" {
			return "", geo.Invalid(name, "this parameter is not known here; known is f")
		}
	}
	return formOf(r, values, []string{"json", "html"})
}

// formsOf links a resource without parameters to itself and to its page.
func formsOf(address string) []Link {
	return []Link{
		{Href: address + "?f=json", Rel: "self", Type: mediaJSON, Title: "This document as JSON"},
		{Href: address + "?f=html", Rel: "alternate", Type: mediaHTML, Title: "This document as a web page"},
	}
}
