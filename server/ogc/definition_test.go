package ogc_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"xiangtu/geo"
)

// definition reads the API definition as a client of OpenAPI does.
func definition(t *testing.T, a *api) (*openapi3.T, routers.Router) {
	t.Helper()
	response := a.request("GET", "/api", "Accept", "application/vnd.oai.openapi+json;version=3.0")
	if got := response.header.Get("Content-Type"); got != "application/vnd.oai.openapi+json;version=3.0" {
		t.Fatalf("%d %s: %s", response.status, got, response.body)
	}
	document, err := openapi3.NewLoader().LoadFromData(response.body)
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	router, err := legacy.NewRouter(document)
	if err != nil {
		t.Fatal(err)
	}
	return document, router
}

func TestDefinitionTellsQGISItsPageSize(t *testing.T) {
	t.Parallel()
	document, _ := definition(t, serve(t, nil))
	limit := document.Components.Parameters["limit"].Value
	if *limit.Schema.Value.Max != 10_000 || limit.Schema.Value.Default != 1000.0 {
		t.Errorf("from %v to %v", limit.Schema.Value.Default, *limit.Schema.Value.Max)
	}
	for _, layer := range geo.Layers() {
		get := document.Paths.Value("/collections/" + string(layer.Name) + "/items").Get
		for _, f := range layer.Fields {
			p := get.Parameters.GetByInAndName("query", f.Name)
			if p == nil || p.Style != "form" || *p.Explode {
				t.Errorf("%s.%s is no parameter that QGIS can filter by", layer.Name, f.Name)
			}
		}
	}
}

// A program that is made of the definition sends a key where it must, and may send one everywhere else.
func TestDefinitionSaysWhereAKeyIsNeeded(t *testing.T) {
	t.Parallel()
	document, _ := definition(t, serve(t, nil))
	if s := document.Components.SecuritySchemes["key"]; s == nil || s.Value.Type != "http" || s.Value.Scheme != "bearer" {
		t.Fatalf("%+v", document.Components.SecuritySchemes)
	}
	for path, item := range document.Paths.Map() {
		for method, o := range item.Operations() {
			requirements := document.Security
			if o.Security != nil {
				requirements = *o.Security
			}
			needed := !slices.ContainsFunc(requirements, func(r openapi3.SecurityRequirement) bool { return len(r) == 0 })
			taken := slices.ContainsFunc(requirements, func(r openapi3.SecurityRequirement) bool { return r["key"] != nil })
			if needed != (method != http.MethodGet) || !taken {
				t.Errorf("%s %s: %v", method, path, requirements)
			}
		}
	}
}

// Real answers are what the definition says, and so are refusals.
func TestAnswersAreAsDefined(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	_, router := definition(t, a)
	urls := []string{"", "/conformance", "/api", "/collections", "/conformance?f=xml"}
	for _, layer := range geo.Layers() {
		collection := "/collections/" + string(layer.Name)
		var page items
		a.get(collection+"/items?limit=1", &page)
		urls = append(urls,
			collection, collection+"/schema", collection+"/geojson-schema", collection+"/queryables", collection+"/sortables", collection+"/items",
			collection+"/items/"+page.Features[0].ID, collection+"/items/none", collection+"/items?limit=0",
			collection+"/items?limit=2&bbox=116,23,117,24&crs=http://www.opengis.net/def/crs/EPSG/0/3857&sortby=-name&properties=code,name",
			collection+"/items?skipGeometry=true&limit=3&revision=1&datetime=2026-01-01T00:00:00Z/..",
			strings.TrimPrefix(page.link("next"), a.url),
		)
	}
	for _, url := range urls {
		checkAsDefined(t, a, router, url)
	}
}

func checkAsDefined(t *testing.T, a *api, router routers.Router, url string) {
	t.Helper()
	response := a.request("GET", url, "Accept", "application/json")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, a.url+url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if url == "" {
		r.URL.Path += "/"
	}
	route, parameters, err := router.FindRoute(r)
	if err != nil {
		t.Errorf("%s is not defined: %v", url, err)
		return
	}
	input := &openapi3filter.RequestValidationInput{Request: r, Route: route, PathParams: parameters, Options: &openapi3filter.Options{
		AuthenticationFunc: func(context.Context, *openapi3filter.AuthenticationInput) error { return errors.New("no key is sent") },
	}}
	err = openapi3filter.ValidateRequest(t.Context(), input)
	if refused := response.status == http.StatusBadRequest; refused != (err != nil) {
		t.Errorf("%s: %d, but by the definition %v", url, response.status, err)
	}
	answer := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: response.status, Header: response.header, Body: io.NopCloser(bytes.NewReader(response.body)),
		Options: &openapi3filter.Options{IncludeResponseStatus: true},
	}
	if err := openapi3filter.ValidateResponse(context.WithoutCancel(t.Context()), answer); err != nil {
		t.Errorf("%s: %v", url, err)
	}
}

func TestDefinitionAsAPageShowsEveryPathAndParameter(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	document, _ := definition(t, a)
	page := string(a.request("GET", "/api?f=html").body)
	for path, item := range document.Paths.Map() {
		for method := range item.Operations() {
			if !strings.Contains(page, method+" "+path+"<") {
				t.Errorf("%s %s is not shown", method, path)
			}
		}
		for _, p := range item.Get.Parameters {
			if !strings.Contains(page, "<code>"+p.Value.Name+"</code>") {
				t.Errorf("%s of %s is not shown", p.Value.Name, path)
			}
		}
	}
	ids := map[string]bool{}
	for path, item := range document.Paths.Map() {
		if ids[item.Get.OperationID] {
			t.Errorf("%s has the operationId of another", path)
		}
		ids[item.Get.OperationID] = true
	}
	if !slices.ContainsFunc(document.Tags, func(tag *openapi3.Tag) bool { return tag.Name == "towns" }) {
		t.Error("no tag is of towns")
	}
}

func init() { //nolint:gochecknoinits // the library has its decoders in a package variable
	for _, mediaType := range []string{"application/geo+json", "application/schema+json", "application/vnd.oai.openapi+json"} {
		openapi3filter.RegisterBodyDecoder(mediaType, openapi3filter.JSONBodyDecoder)
	}
}
