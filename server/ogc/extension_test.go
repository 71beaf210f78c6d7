package ogc_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"xiangtu/geo"
	"xiangtu/server/ogc"
)

// What another surface adds is where clients look for it.
func TestExtensions(t *testing.T) {
	t.Parallel()
	const class = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/core"
	a := serve(t, func(o *ogc.Options) {
		o.Extensions = []ogc.Extension{{
			ConformsTo: []string{class},
			Links:      func(api string) []ogc.Link { return []ogc.Link{{Href: api + "/tileMatrixSets", Rel: "tiling-schemes"}} },
			CollectionLinks: func(api string, layer *geo.Layer) []ogc.Link {
				return []ogc.Link{{Href: api + "/collections/" + string(layer.Name) + "/tiles", Rel: "tilesets-vector", Title: "Tiles"}}
			},
			Tag: "tiles", Description: "Vector tiles.",
			Paths: map[string]any{"/tileMatrixSets": map[string]any{"get": map[string]any{
				"operationId": "getTileMatrixSets", "tags": []string{"tiles"}, "parameters": []any{map[string]any{"$ref": "#/components/parameters/set"}},
				"responses": map[string]any{"200": map[string]any{"description": "The sets."}},
			}}},
			Components: map[string]map[string]any{"parameters": {"set": map[string]any{
				"name": "set", "in": "query", "schema": map[string]any{"type": "string"},
			}}},
		}, {}}
	})
	var landing, collection struct{ Links []ogc.Link }
	a.get("", &landing)
	a.get("/collections/towns", &collection)
	has := func(links []ogc.Link, rel, href string) bool {
		return slices.ContainsFunc(links, func(l ogc.Link) bool { return l.Rel == rel && l.Href == a.url+href })
	}
	if !has(landing.Links, "tiling-schemes", "/tileMatrixSets") || !has(collection.Links, "tilesets-vector", "/collections/towns/tiles") {
		t.Errorf("links: %v, %v", landing.Links, collection.Links)
	}
	var declared struct{ ConformsTo []string }
	a.get("/conformance", &declared)
	if !slices.Contains(declared.ConformsTo, class) {
		t.Errorf("conforms to %v", declared.ConformsTo)
	}
	document, err := openapi3.NewLoader().LoadFromData(a.request("GET", "/api").body)
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(t.Context()); err != nil || document.Paths.Value("/tileMatrixSets") == nil || document.Tags.Get("tiles") == nil {
		t.Errorf("the definition: %v", err)
	}
	if page := string(a.request("GET", "/api?f=html").body); !strings.Contains(page, "GET /tileMatrixSets") || !strings.Contains(page, "<code>set</code>") {
		t.Error("the page of the definition does not show the path")
	}
}

// Behind a proxy that keeps the server under a path, every link begins with that.
func TestLinksBeginWithTheBaseURL(t *testing.T) {
	t.Parallel()
	const base = "https://map.example.cn/xiangtu"
	a := serve(t, func(o *ogc.Options) { o.BaseURL = func(*http.Request) string { return base } })
	for _, url := range []string{"", "/collections", "/collections/towns", "/collections/villages/items?limit=1", "/collections/towns/items/445203001", "/conformance"} {
		var document struct {
			Links       []ogc.Link
			Collections []struct{ Links []ogc.Link }
		}
		a.get(url, &document)
		for _, c := range document.Collections {
			document.Links = append(document.Links, c.Links...)
		}
		for _, l := range document.Links {
			if !strings.HasPrefix(l.Href, base+"/ogc") || strings.Contains(l.Href, "/ogc/ogc") {
				t.Errorf("%s links to %s", url, l.Href)
			}
		}
		page := string(a.request("GET", url, "Accept", "text/html").body)
		if strings.Contains(page, `href="/`) || strings.Contains(page, "127.0.0.1") || !strings.Contains(page, `href="`+base+`/"`) {
			t.Errorf("%s as a page has other links: %s", url, page)
		}
	}
}

// What somebody has written into the map stays text in a page.
func TestPagesEscapeWhatTheMapHolds(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	const name, code = `<script>alert("&')</script>`, `a/b?"<i>`
	stations(a, 1)
	if _, err := a.pool.Exec(t.Context(), `UPDATE xiangtu.stations SET name = $1, code = $2 WHERE code = 'S-0000'`, name, code); err != nil {
		t.Fatal(err)
	}
	list := string(a.request("GET", "/collections/stations/items?f=html").body)
	if strings.Contains(list, "<script") || strings.Contains(list, "<i>") || !strings.Contains(list, "&lt;script&gt;") {
		t.Errorf("the list: %s", list)
	}
	const path = "/collections/stations/items/a%2Fb%3F%22%3Ci%3E"
	if !strings.Contains(list, `href="`+a.url+path+`?f=html"`) {
		t.Errorf("the list does not link to %s: %s", path, list)
	}
	one := a.request("GET", path+"?f=html")
	if page := string(one.body); one.status != http.StatusOK || strings.Contains(page, "<script") || !strings.Contains(page, "&lt;script&gt;") {
		t.Errorf("the feature: %d %s", one.status, page)
	}
	var document struct {
		ID    string
		Links []ogc.Link
	}
	a.get(path, &document)
	if document.ID != code {
		t.Errorf("the id is %s", document.ID)
	}
	a.get(document.Links[0].Href, &document)
	echoed := string(a.request("GET", "/collections/stations/items?f=html&name="+"%22%3E%3Cscript%3E").body)
	if strings.Contains(echoed, "<script") {
		t.Errorf("a parameter is written as it is: %s", echoed)
	}
}
