package tiles

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"xiangtu/geo"
	"xiangtu/geo/shape/mvt"
	"xiangtu/geo/tile"
	"xiangtu/server/access"
	"xiangtu/server/moment"
	"xiangtu/server/negotiate"
	"xiangtu/server/problem"
	"xiangtu/server/sheet"
)

// ogcRoot is the path below which the OGC APIs are.
const ogcRoot = "/ogc"

// Route is a path of OGC API - Tiles (OGC 20-057) and what answers GET and HEAD there.
type Route struct {
	Path    string // of http.ServeMux
	Handler http.Handler
	Tile    bool // whether it answers tiles, which come compressed; other answers are JSON or pages
}

// OGCRoutes lists the paths of OGC API - Tiles: tile matrix sets, and the tilesets of all layers and of each.
// Pages are written by write.
func (t *Tiles) OGCRoutes(write WritePage) []Route {
	const set = "/tileMatrixSets"
	routes := []Route{
		{ogcRoot + set, described(write, t.matrixSets), false},
		{ogcRoot + set + "/{tileMatrixSet}", described(write, t.matrixSet), false},
	}
	for _, of := range []string{"", "/collections/{collection}"} {
		routes = append(routes,
			Route{ogcRoot + of + "/tiles", described(write, t.tilesetList), false},
			Route{ogcRoot + of + "/tiles/{tileMatrixSet}", described(write, t.tilesetOf), false},
			Route{ogcRoot + of + "/tiles/{tileMatrixSet}/{tileMatrix}/{tileRow}/{tileCol}", http.HandlerFunc(t.ogcTile), true},
		)
	}
	return routes
}

// ogcTile answers with a tile of a quad.
func (t *Tiles) ogcTile(w http.ResponseWriter, r *http.Request) {
	at, set, err := t.ogcPlace(r)
	if err != nil {
		problem.WriteError(w, r, err)
		return
	}
	t.send(w, r, at, set)
}

func (t *Tiles) ogcPlace(r *http.Request) (tile.Place, *tileset, error) {
	matrices, err := matrixSetNamed(r.PathValue("tileMatrixSet"))
	if err != nil {
		return tile.Place{}, nil, err
	}
	o, err := t.readOGC(r, matrices, "mvt")
	if err != nil {
		return tile.Place{}, nil, err
	}
	at := tile.Place{Quad: matrices.quad, CRS: o.system}
	level := index{"tileMatrix", r.PathValue("tileMatrix")}
	if err := locate(&at, level, index{"tileCol", r.PathValue("tileCol")}, index{"tileRow", r.PathValue("tileRow")}); err != nil {
		return at, nil, err
	}
	if at.Z < matrices.first || at.Z > matrices.last {
		return at, nil, level.missing(matrices.levels())
	}
	return at, o.tileset, nil
}

// ogcAsked is what a URL of OGC API - Tiles asks for.
type ogcAsked struct {
	asked
	form string // by the parameter f
	path string // of the tilesets, below the API
	more url.Values
}

// readOGC reads the layers, by the path or by the parameter collections, and the rest of the query. The first of the
// forms is that of an answer without f.
func (t *Tiles) readOGC(r *http.Request, matrices *matrixSet, forms ...string) (ogcAsked, error) {
	values, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		return ogcAsked{}, err
	}
	o := ogcAsked{form: forms[0], path: "/tiles", more: url.Values{}}
	var names string
	switch collection := r.PathValue("collection"); {
	case collection != "":
		if _, ok := geo.LayerNamed(geo.LayerName(collection)); !ok {
			return o, unknownLayer(collection)
		}
		names, o.path = collection, "/collections/"+collection+"/tiles"
	case values.Has("collections"):
		names = values.Get("collections")
		if _, err := layersNamed(names); err != nil {
			return o, geo.Invalid("collections", "%s", strings.TrimPrefix(err.Error(), "layers: "))
		}
		o.more.Set("collections", names)
		delete(values, "collections")
	default:
		names = t.layersInSight(r.Context())
	}
	if o.form, err = formOf(r, values, forms); err != nil {
		return o, err
	}
	delete(values, "f")
	if matrices != nil && matrices.quad != mvt.WebMercatorQuad && values.Has("crs") {
		return o, geo.Invalid("crs", "it moves tiles under base maps in Web Mercator; the tiles of %s lie under those in its own system", matrices.id)
	}
	for name := range values {
		o.more.Set(name, values.Get(name))
	}
	o.asked, err = t.askedAt(r.Context(), names, values)
	return o, err
}

// askedAt reads the query of a URL that may say by datetime, as in OGC API - Features, how the map is to have stood.
func (t *Tiles) askedAt(ctx context.Context, names string, values url.Values) (asked, error) {
	if !values.Has(moment.Datetime) {
		return t.tilesets.asked(ctx, names, values.Encode())
	}
	if values.Has(moment.Parameter) {
		return asked{}, geo.Invalid(moment.Datetime, "the map is shown as it stood once: give %s or %s", moment.Datetime, moment.Parameter)
	}
	at, e := moment.At(values.Get(moment.Datetime))
	if e != nil {
		return asked{}, e
	}
	values.Del(moment.Datetime)
	if !at.IsZero() {
		values.Set(moment.Parameter, at.Format(time.RFC3339Nano))
	}
	a, err := t.tilesets.asked(ctx, names, values.Encode())
	return a, moment.Renamed(err) //nolint:wrapcheck // it is a geo.Error
}

// formOf gives the form that a request asks for by the parameter f, or by Accept where a page is one of the forms; else it
// is the first.
func formOf(r *http.Request, values url.Values, forms []string) (string, error) {
	given := values.Get("f")
	switch {
	case slices.Contains(forms, given):
		return given, nil
	case values.Has("f"):
		return "", geo.Invalid("f", "there is no form %.40q; there is %s", given, strings.Join(forms, " and "))
	case slices.Contains(forms, "html") && negotiate.Best(r.Header["Accept"], mediaJSON, mediaHTML) == 1:
		return "html", nil
	}
	return forms[0], nil
}

// layersInSight names the layers that tiles have for whoever names none: all that the context's actor may see, or simply
// all if that is none.
func (t *Tiles) layersInSight(ctx context.Context) string {
	var all, seen []string
	for _, layer := range geo.Layers() {
		all = append(all, string(layer.Name))
		if _, err := access.Of(ctx, t.tilesets.revisions, layer.Name); err == nil {
			seen = append(seen, string(layer.Name))
		}
	}
	if len(seen) == 0 {
		seen = all
	}
	return strings.Join(seen, ",")
}

// url gives the URL of what lies below the tilesets of the request, with its query and more of it.
func (o *ogcAsked) url(api, below string, more ...string) string {
	query := url.Values{}
	for name := range o.more {
		query.Set(name, o.more.Get(name))
	}
	for i := 0; i < len(more); i += 2 {
		query.Set(more[i], more[i+1])
	}
	if len(query) == 0 {
		return api + o.path + below
	}
	return api + o.path + below + "?" + query.Encode()
}

// resource is an answer of the API: a document or, where the request asks for that, a page.
type resource struct {
	document any
	page     *sheet.Page // nil where the answer is JSON
	view     access.View
}

// described answers with what build makes.
func described(write WritePage, build func(context.Context, *http.Request) (resource, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		made, err := build(r.Context(), r)
		if err != nil {
			problem.WriteError(w, r, err)
			return
		}
		w.Header().Add("Vary", "Accept")
		if made.page == nil {
			sendJSON(w, r, made.document, made.view)
			return
		}
		body, err := write(w.Header(), r, made.page)
		if err != nil {
			problem.WriteError(w, r, err)
			return
		}
		sendDocument(w, r, mediaHTML+"; charset=utf-8", body, made.view)
	})
}
