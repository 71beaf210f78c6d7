package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// The OGC API is made by several surfaces: what they say together is one valid definition, and every link of every
// document leads to what it promises.
func TestOGCAPIAsAWhole(t *testing.T) {
	t.Parallel()
	r := runServe(t)
	_, definition := r.get(t, "/ogc/api?f=json")
	document, err := openapi3.NewLoader().LoadFromData([]byte(definition))
	if err != nil {
		t.Fatal(err)
	}
	if err := document.Validate(t.Context()); err != nil {
		t.Error(err)
	}
	for _, path := range []string{"/collections/towns/items", "/tileMatrixSets"} {
		if document.Paths.Value(path) == nil {
			t.Errorf("%s is not defined", path)
		}
	}
	waiting := []linkedResource{{Href: r.base + "/ogc?f=json", Type: "application/json"}}
	seen := map[string]bool{}
	for ; len(waiting) > 0; waiting = waiting[1:] {
		link := waiting[0]
		if seen[link.Href] || !strings.HasPrefix(link.Href, r.base) || strings.Contains(link.Href, "{") {
			continue
		}
		seen[link.Href] = true
		waiting = append(waiting, follow(t, link)...)
	}
	if len(seen) < 60 {
		t.Errorf("%d resources were found", len(seen))
	}
}

// linkedResource is a link of a document.
type linkedResource struct{ Href, Type string }

// follow reads what a link leads to, and gives the links of that. Those of features lead no further.
func follow(t *testing.T, link linkedResource) []linkedResource {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link.Href, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", link.Type)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	mediaType := response.Header.Get("Content-Type")
	if response.StatusCode != http.StatusOK || !strings.HasPrefix(mediaType, link.Type) {
		t.Errorf("%s (%s): %d %s", link.Href, link.Type, response.StatusCode, mediaType)
	}
	if !strings.HasPrefix(mediaType, "application/json") {
		return nil
	}
	var read any
	if err := json.NewDecoder(response.Body).Decode(&read); err != nil {
		t.Errorf("%s: %v", link.Href, err)
	}
	return linksIn(read)
}

// linksIn finds the links in a document, at whatever depth.
func linksIn(value any) []linkedResource {
	var found []linkedResource
	switch v := value.(type) {
	case map[string]any:
		if href, is := v["href"].(string); is {
			mediaType, _ := v["type"].(string)
			found = append(found, linkedResource{href, mediaType})
		}
		for _, member := range v {
			found = append(found, linksIn(member)...)
		}
	case []any:
		for _, item := range v {
			found = append(found, linksIn(item)...)
		}
	}
	return found
}
