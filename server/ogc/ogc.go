// Package ogc serves the map by the OGC APIs, for GIS programs that know them: Features (OGC 17-069r4) with reference
// systems (OGC 18-058r1), filters (OGC 19-079r2), changes (OGC 20-002r1, a draft) and schemas (OGC 23-058r2), each resource
// as JSON and as a web page.
//
// A collection is a layer, a feature's id is its code. Answers are named by the revisions of the layers, as those of the
// other surfaces are.
package ogc

import (
	"context"
	"html/template"
	"net/http"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/server/access"
)

// Root is the path of the landing page.
const Root = "/ogc"

// Revisions tells the revision that a layer has reached, and who may see it.
type Revisions interface {
	// Of gives the revision of a layer. Whoever reads the layer afterwards finds that revision or a newer one.
	Of(ctx context.Context, layer geo.LayerName) (int64, error)
	access.Publications
}

// Options are what the surface is made of.
type Options struct {
	Store     *postgis.Store
	Revisions Revisions
	// BaseURL gives the scheme, host and path that a request reached the server by, without a slash at the end.
	BaseURL func(*http.Request) string
	// Origin tells programs and maps apart: what answers depend on besides the revisions. It becomes a part of every ETag.
	Origin string
	// MaxBody is how many bytes the body of a change may have; 0 is 4 MiB.
	MaxBody int64
	// MaxResponse is the size in bytes from which a page of features ends before its limit.
	MaxResponse int64
	// Version is that of the program, for the API definition.
	Version string
	// Head is what pages have in their head: style sheets and scripts.
	Head template.HTML
	// Protect sets the headers that every page is sent with, such as its content security policy; nil for none.
	Protect func(http.Header)
	// Extensions are the parts of the API that other surfaces serve.
	Extensions []Extension
}

// Extension is what another surface adds to the API under Root, such as tiles.
type Extension struct {
	// ConformsTo lists URIs of conformance classes.
	ConformsTo []string
	// Links gives what the landing page adds to its links; api is the URL of the landing page. nil for none.
	Links func(api string) []Link
	// CollectionLinks gives what a collection adds to its links. nil for none.
	CollectionLinks func(api string, layer *geo.Layer) []Link
	// Tag names and describes the operations of Paths in the API definition.
	Tag, Description string
	// Paths are path items of the API definition (OpenAPI 3.0), by their path below Root.
	Paths map[string]any
	// Components are those of the API definition: schemas, parameters, responses, each by name.
	Components map[string]map[string]any
}

// API answers the requests below Root. It is safe for concurrent use.
type API struct {
	Options
	pages *template.Template
	state states
}

// New makes the surface.
func New(o Options) (*API, error) {
	pages, err := parsePages()
	if err != nil {
		return nil, err
	}
	return &API{Options: o, pages: pages, state: states{store: o.Store, revisions: o.Revisions}}, nil
}

// Route is a path of the surface and what answers it.
type Route struct {
	Method  string // GET is for HEAD, too
	Path    string // of http.ServeMux
	Handler http.Handler
}

// Routes lists the paths of the surface.
func (a *API) Routes() []Route {
	const collection = Root + "/collections/{collection}"
	return []Route{
		{http.MethodGet, Root, a.resource(mediaJSON, a.landing)},
		{http.MethodGet, Root + "/conformance", a.resource(mediaJSON, a.conformance)},
		{http.MethodGet, Root + "/api", a.resource(mediaOpenAPI, a.definition)},
		{http.MethodGet, Root + "/collections", a.resource(mediaJSON, a.collections)},
		{http.MethodGet, collection, a.resource(mediaJSON, a.collection)},
		{http.MethodGet, collection + "/schema", a.resource(mediaSchema, a.schema)},
		{http.MethodGet, collection + "/geojson-schema", a.resource(mediaSchema, a.geoJSONSchema)},
		{http.MethodGet, collection + "/queryables", a.resource(mediaSchema, a.queryables)},
		{http.MethodGet, collection + "/sortables", a.resource(mediaSchema, a.sortables)},
		{http.MethodGet, collection + "/items", http.HandlerFunc(a.items)},
		{http.MethodGet, collection + "/items/{feature}", http.HandlerFunc(a.item)},
		{http.MethodPost, collection + "/items", a.writing(geo.Create)},
		{http.MethodPut, collection + "/items/{feature}", a.writing(geo.Replace)},
		{http.MethodPatch, collection + "/items/{feature}", a.writing(geo.Update)},
		{http.MethodDelete, collection + "/items/{feature}", a.writing(geo.Delete)},
	}
}
