package ogc_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"xiangtu/geo"
	"xiangtu/internal/golden"
)

// wire makes an answer fit for a golden file: indented, with what changes from run to run named.
func (a *api) wire(body []byte) []byte {
	a.t.Helper()
	var out bytes.Buffer
	if err := json.Indent(&out, bytes.TrimSpace(body), "", "  "); err != nil {
		a.t.Fatalf("%v: %s", err, body)
	}
	out.WriteByte('\n')
	text := bytes.ReplaceAll(out.Bytes(), []byte(strings.TrimSuffix(a.url, "/ogc")), []byte("http://host"))
	text = regexp.MustCompile(`"(timeStamp|updatedAt)": "[^"]*"`).ReplaceAll(text, []byte(`"$1": "(a time)"`))
	return regexp.MustCompile(`cursor=[\w-]+`).ReplaceAll(text, []byte("cursor=(opaque)"))
}

func TestResourcesAsJSON(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	for name, test := range map[string]struct{ url, mediaType string }{
		"landing":     {"", "application/json"},
		"conformance": {"/conformance", "application/json"},
		"collections": {"/collections", "application/json"},
		"collection":  {"/collections/villages", "application/json"},
		"schema":      {"/collections/belts/schema", "application/schema+json"},
		"geojson":     {"/collections/villages/geojson-schema", "application/schema+json"},
		"queryables":  {"/collections/towns/queryables", "application/schema+json"},
		"sortables":   {"/collections/stations/sortables", "application/schema+json"},
		"items":       {"/collections/stations/items?limit=2&sortby=-name&bbox=116,23,117,24", "application/geo+json"},
		"selected":    {"/collections/belts/items?properties=name,villageCodes&skipGeometry=true&status=building", "application/geo+json"},
		"item":        {"/collections/stations/items/JD-S1?crs=http://www.opengis.net/def/crs/EPSG/0/4326", "application/geo+json"},
	} {
		response := a.request("GET", test.url)
		if response.status != http.StatusOK || response.header.Get("Content-Type") != test.mediaType {
			t.Errorf("%s: %d %s", test.url, response.status, response.header.Get("Content-Type"))
		}
		golden.Equal(t, name+".json", a.wire(response.body))
	}
}

func TestFormIsAgreedUpon(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
	for _, test := range []struct {
		url, accept string
		status      int
		mediaType   string
	}{
		{"/collections/towns/items", "", 200, "application/geo+json"},
		{"/collections/towns/items", "*/*", 200, "application/geo+json"},
		{"/collections/towns/items", "application/json", 200, "application/geo+json"},
		{"/collections/towns/items", "application/geo+json, application/json;q=0.5", 200, "application/geo+json"},
		{"/collections/towns/items", browser, 200, "text/html; charset=utf-8"},
		{"/collections/towns/items?f=json", browser, 200, "application/geo+json"},
		{"/collections/towns/items?f=html", "application/json", 200, "text/html; charset=utf-8"},
		{"/collections/towns/items", "application/gml+xml", 406, "application/problem+json"},
		{"/collections/towns/items?f=json", "application/gml+xml", 200, "application/geo+json"},
		{"/collections/towns/items?f=gml", "", 400, "application/problem+json"},
		{"/collections/towns/items/445203001", browser, 200, "text/html; charset=utf-8"},
		{"", browser, 200, "text/html; charset=utf-8"},
		{"", "application/json", 200, "application/json"},
		{"", "image/png", 406, "application/problem+json"},
		{"/api", "application/vnd.oai.openapi+json;version=3.0, application/json", 200, "application/vnd.oai.openapi+json;version=3.0"},
		{"/collections/towns/queryables", "application/schema+json", 200, "application/schema+json"},
	} {
		response := a.request("GET", test.url, "Accept", test.accept)
		if got := response.header.Get("Content-Type"); response.status != test.status || got != test.mediaType {
			t.Errorf("%s for %q: %d %s, want %d %s", test.url, test.accept, response.status, got, test.status, test.mediaType)
		}
		if test.status == 200 && response.header.Get("Vary") != "Accept" {
			t.Errorf("%s: Vary is %q", test.url, response.header.Get("Vary"))
		}
		if html := strings.HasPrefix(test.mediaType, "text/html"); html != (response.header.Get("Content-Security-Policy") != "") {
			t.Errorf("%s: the policy is %q", test.url, response.header.Get("Content-Security-Policy"))
		}
	}
}

// Every feature is as the schema of GeoJSON says, and a schema refuses what is none.
func TestGeoJSONSchemaHoldsForEveryFeature(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	for _, layer := range geo.Layers() {
		collection := "/collections/" + string(layer.Name)
		schema := compileSchema(t, a, collection+"/geojson-schema")
		var page struct{ Features []map[string]any }
		a.get(collection+"/items?limit=10000", &page)
		for _, f := range page.Features {
			if err := schema.Validate(f); err != nil {
				t.Fatalf("%s %v: %v", layer.Name, f["id"], err)
			}
		}
		broken := page.Features[0]
		broken["properties"].(map[string]any)["revision"] = "new"
		if err := schema.Validate(broken); err == nil {
			t.Errorf("the schema of %s holds for a revision of text", layer.Name)
		}
	}
}

// What the schemas say is valid JSON Schema of 2020-12, and true of the properties of every feature.
func TestSchemasHoldForEveryFeature(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	for _, layer := range geo.Layers() {
		collection := "/collections/" + string(layer.Name)
		var page items
		a.get(collection+"/items?limit=10000&skipGeometry=true", &page)
		for _, name := range []string{"schema", "queryables", "sortables"} {
			schema := compileSchema(t, a, collection+"/"+name)
			for _, f := range page.Features {
				properties := map[string]any{}
				for name, value := range f.Properties {
					field, scalar := layer.Field(name)
					if value == nil && field.Nullable || !scalar && schema.Properties[name] == nil {
						continue // null is no value of a property, and a filter sees no list
					}
					properties[name] = value
				}
				if err := schema.Validate(properties); err != nil {
					t.Fatalf("%s %s: %v", name, f.ID, err)
				}
			}
			if err := schema.Validate(map[string]any{"height": 1}); err == nil {
				t.Errorf("the %s of %s hold for any property", name, layer.Name)
			}
		}
	}
}

func compileSchema(t *testing.T, a *api, url string) *jsonschema.Schema {
	t.Helper()
	var document map[string]any
	a.get(url, &document)
	if document["$schema"] != "https://json-schema.org/draft/2020-12/schema" || document["$id"] != a.url+url {
		t.Errorf("%s is %v, of %v", url, document["$id"], document["$schema"])
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource(a.url+url, document); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile(a.url + url)
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

func TestTagsOfResources(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	seen := map[string]string{}
	for _, url := range []string{"", "?f=html", "/conformance", "/api", "/collections", "/collections/towns", "/collections/towns/schema", "/collections/towns?f=html"} {
		first := a.request("GET", url)
		tag := first.header.Get("ETag")
		if other, taken := seen[tag]; taken || !strings.HasPrefix(tag, `W/"`) {
			t.Errorf("%q has the ETag %s, as %q", url, tag, other)
		}
		seen[tag] = url
		again := a.request("GET", url, "If-None-Match", tag)
		if again.status != http.StatusNotModified || len(again.body) > 0 || again.header.Get("ETag") != tag {
			t.Errorf("%q again: %d, %d bytes", url, again.status, len(again.body))
		}
		head := a.request("HEAD", url)
		if head.status != 200 || len(head.body) > 0 || head.header.Get("ETag") != tag || head.header.Get("Content-Length") != first.header.Get("Content-Length") {
			t.Errorf("HEAD %q: %d, %d bytes, %v", url, head.status, len(head.body), head.header)
		}
		if got := first.header.Get("Cache-Control"); got != "public, max-age=0, must-revalidate" {
			t.Errorf("%q: Cache-Control is %q", url, got)
		}
	}
	tag := a.request("GET", "/collections/stations").header.Get("ETag")
	if _, err := a.pool.Exec(t.Context(), `UPDATE xiangtu.stations SET geom = ST_Translate(geom, 0.001, 0) WHERE code = 'JD-S1'`); err != nil {
		t.Fatal(err)
	}
	if moved := a.request("GET", "/collections/stations", "If-None-Match", tag); moved.status != http.StatusOK {
		t.Errorf("where the extent has changed: %d", moved.status)
	}
}

func TestUnknownThingsAreNamed(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	for _, test := range []struct {
		url    string
		status int
		path   string
		detail string
	}{
		{"/collections/roads", 404, "", "there are towns, villages, grids, belts, stations"},
		{"/collections/roads/items", 404, "", "there are towns, villages, grids, belts, stations"},
		{"/collections/roads/queryables", 404, "", "there are towns"},
		{"/collections/towns/items/1", 404, "", `there is no town with the code "1"`},
		{"/collections/towns/items/%00", 400, "", "U+0000"},
		{"/collections/towns/items/445203001?limit=1", 400, "limit", "there is no such parameter; there are f, crs, properties, skipGeometry"},
		{"?lang=zh", 400, "lang", "there is no such parameter; there are f"},
		{"/collections?f=json&f=json", 400, "f", "given 2 times"},
		{"/collections?f=", 400, "f", "json and html"},
		{"/collections?a=%zz", 400, "", "cannot be read"},
	} {
		response := a.request("GET", test.url)
		var p struct {
			Path, Detail string
			Available    []string
		}
		if err := json.Unmarshal(response.body, &p); err != nil || response.status != test.status {
			t.Errorf("%s: %d: %s", test.url, response.status, response.body)
		}
		if p.Path != test.path || !strings.Contains(p.Detail, test.detail) {
			t.Errorf("%s: %s", test.url, response.body)
		}
		if strings.Contains(test.url, "roads") && (len(p.Available) != 5 || p.Available[0] != "/ogc/collections/towns") {
			t.Errorf("%s: there are %v", test.url, p.Available)
		}
	}
}

// A layer without features has no extent, and a page of none.
func TestAnEmptyLayer(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	if _, err := a.pool.Exec(t.Context(), `DELETE FROM xiangtu.stations`); err != nil {
		t.Fatal(err)
	}
	var collection map[string]any
	a.get("/collections/stations", &collection)
	if extent, has := collection["extent"]; has {
		t.Errorf("the extent of nothing is %v", extent)
	}
	var page items
	a.get("/collections/stations/items", &page)
	if page.Features == nil || len(page.Features) > 0 || page.NumberMatched != 0 || page.link("next") != "" {
		t.Errorf("%+v", page)
	}
	for _, url := range []string{"/collections?f=html", "/collections/stations?f=html", "/collections/stations/items?f=html"} {
		if response := a.request("GET", url); response.status != http.StatusOK {
			t.Errorf("%s: %d", url, response.status)
		}
	}
}
