package ogc

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"xiangtu/geo"
)

//go:embed template
var templates embed.FS

// parsePages reads the templates of pages: a layout, and a content each.
func parsePages() (*template.Template, error) {
	pages, err := template.New("").Funcs(template.FuncMap{"path": url.PathEscape}).ParseFS(templates, "template/*.html")
	if err != nil {
		return nil, fmt.Errorf("read the templates of pages: %w", err)
	}
	return pages, nil
}

// page is what a template shows.
type page struct {
	Template       string // the name of the content
	Title, TitleZh string
	Crumbs         []crumb // the pages above, but the landing page
	Links          []Link
	Layer          *geo.Layer // nil where the page is of no collection
	Body           any        // as the content wants it
	Map            *pageMap   // nil for none

	API     string // the URL of the landing page
	Home    string // the URL of the server
	JSON    string // the URL of the same as JSON
	Head    template.HTML
	Content template.HTML
}

// crumb is a page above another: a title and a path below the landing page.
type crumb struct{ Title, TitleZh, Path string }

var crumbCollections = crumb{"Collections", "图层", "/collections"}

func layerCrumb(layer *geo.Layer) crumb {
	return crumb{layer.Title, layer.TitleZh, "/collections/" + string(layer.Name)}
}

func itemsCrumb(layer *geo.Layer) crumb {
	return crumb{"Items", "要素", "/collections/" + string(layer.Name) + "/items"}
}

// pageMap is what the map on a page shows: GeoJSON in longitude and latitude, among tiles.
type pageMap struct{ GeoJSON, TileJSON string }

func (a *API) renderPage(r *request, p page) ([]byte, error) {
	p.API, p.Head = r.api, a.Head
	p.Home = strings.TrimSuffix(r.api, Root) + "/"
	p.JSON = with(r.url(), r.query, "f", "json")
	var content bytes.Buffer
	if err := a.pages.ExecuteTemplate(&content, p.Template+".html", p); err != nil {
		return nil, fmt.Errorf("write the page %s: %w", p.Template, err)
	}
	p.Content = template.HTML(content.String()) //nolint:gosec // a template has written and escaped it
	var body bytes.Buffer
	if err := a.pages.ExecuteTemplate(&body, "layout.html", p); err != nil {
		return nil, fmt.Errorf("write the layout: %w", err)
	}
	return body.Bytes(), nil
}

// itemRow is a feature in a page: its code and the values of its properties, in the order of the columns.
type itemRow struct {
	Code   string
	Values []string
}

// itemsBody is what the page of a list shows.
type itemsBody struct {
	Columns    []string
	Rows       []itemRow
	Matched    int
	Next, Prev string
}

// sendItemsPage writes a page of features as a table.
func (a *API) sendItemsPage(ctx context.Context, w http.ResponseWriter, r *request, l *list) error {
	l.form.SkipGeometry = true // the map asks for GeoJSON of its own
	if err := l.readPage(ctx, a); err != nil {
		return err
	}
	links, err := l.links(r)
	if err != nil {
		return err
	}
	layer := l.query.Layer
	b := itemsBody{Columns: columnsOf(l.selection), Matched: l.matched}
	for _, link := range links {
		switch link.Rel {
		case "next":
			b.Next = link.Href
		case "prev":
			b.Prev = link.Href
		}
	}
	l.each(func(feature []byte) {
		var row itemRow
		if row, err = rowOf(feature, b.Columns); err == nil {
			b.Rows = append(b.Rows, row)
		}
	})
	if err != nil {
		return err
	}
	body, err := a.renderPage(r, page{
		Template: "items", Title: layer.Title, TitleZh: layer.TitleZh, Layer: layer, Links: links,
		Crumbs: []crumb{crumbCollections, layerCrumb(layer)}, Body: b, Map: mapOf(r, layer),
	})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // fails when the client has gone
	return nil
}

// itemPage writes a feature as a page.
func (a *API) itemPage(r *request, layer *geo.Layer, feature []byte, links []Link) ([]byte, error) {
	var written struct{ Properties map[string]json.RawMessage }
	if err := json.Unmarshal(feature, &written); err != nil {
		return nil, fmt.Errorf("read a feature: %w", err)
	}
	var columns []string
	for _, name := range propertyNames(layer) {
		if _, is := written.Properties[name]; is {
			columns = append(columns, name)
		}
	}
	row, err := rowOf(feature, columns)
	if err != nil {
		return nil, err
	}
	title := row.Code
	for i, name := range columns {
		if name == "name" {
			title = row.Values[i]
		}
	}
	return a.renderPage(r, page{
		Template: "item", Title: title, Layer: layer, Links: links, Map: mapOf(r, layer),
		Crumbs: []crumb{crumbCollections, layerCrumb(layer), itemsCrumb(layer)}, Body: itemsBody{Columns: columns, Rows: []itemRow{row}},
	})
}

// mapOf gives what the map of a page shows: what the page is of, in longitude and latitude and with nothing but names.
func mapOf(r *request, layer *geo.Layer) *pageMap {
	query := url.Values{}
	for name, values := range r.query {
		if name != "crs" && name != "skipGeometry" {
			query[name] = values
		}
	}
	query.Set("properties", "code,name")
	ground := geo.Layers()[0] // what everything else lies in
	around := string(ground.Name)
	if layer != ground {
		around += "," + string(layer.Name)
	}
	return &pageMap{
		GeoJSON:  with(r.url(), query, "f", "json"),
		TileJSON: strings.TrimSuffix(r.api, Root) + "/tiles/" + around + ".json",
	}
}

// columnsOf lists the properties that a selection writes, but the code, which is the id.
func columnsOf(s *selection) []string {
	var names []string
	for _, name := range propertyNames(s.query.Layer) {
		if name != "code" && (s.form.Properties == nil || slices.Contains(s.form.Properties, name)) {
			names = append(names, name)
		}
	}
	return names
}

// rowOf reads a feature for a table.
func rowOf(feature []byte, columns []string) (itemRow, error) {
	var written struct {
		ID         string
		Properties map[string]any
	}
	decoder := json.NewDecoder(bytes.NewReader(feature))
	decoder.UseNumber()
	if err := decoder.Decode(&written); err != nil {
		return itemRow{}, fmt.Errorf("read a feature: %w", err)
	}
	row := itemRow{Code: written.ID}
	for _, name := range columns {
		row.Values = append(row.Values, shown(written.Properties[name]))
	}
	return row, nil
}

// shown writes a value of a property for people.
func shown(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	default:
		return fmt.Sprint(v)
	}
}
