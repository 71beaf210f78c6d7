package main

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
)

// A setting that cannot be stored is refused by its name, on every surface.
func TestSettingsThatCannotBeStoredAreRefused(t *testing.T) {
	r := runServe(t, "--data", t.TempDir())
	key, _ := r.keyOf(t, "Office", "--role", "editor")
	const empty = `{"type":"FeatureCollection","features":[]}`
	for _, setting := range []struct{ name, value string }{
		{"map", "name="}, {"sourceLayer", ""}, {"crs", ""}, {"encoding", ""}, {"format", ""},
	} {
		for _, odd := range []string{"%00", "%ff", "a%00b"} {
			path := "/imports/belts?dryRun=true&" + setting.name + "=" + setting.value + odd
			a := r.send(t, path, "application/geo+json", key, strings.NewReader(empty))
			if a.status != 400 || !strings.Contains(a.body, `"BAD_USER_INPUT"`) || !strings.Contains(a.body, `"path":"`+setting.name+`"`) {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
	}
	for _, path := range []string{"/imports/%00", "/imports/%ff/report", "/imports?state=%00", "/imports?state=%ff"} {
		if a := r.ask(t, http.MethodGet, path, "", key); a.status >= 500 {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	for _, settings := range []string{`{"map":["name=\u0000"]}`, `{"sourceLayer":"\u0000"}`, `{"crs":"\u0000"}`} {
		if answer := r.importByForm(t, key, settings, empty); !strings.Contains(answer, `"BAD_USER_INPUT"`) {
			t.Errorf("%s: %s", settings, answer)
		}
	}
}

// importByForm sends a file of belts to the mutation, by the GraphQL multipart request specification.
func (r *running) importByForm(t *testing.T, authorization, settings, file string) string {
	t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	_ = w.WriteField("operations", `{"query":"mutation($file: Upload!, $settings: ImportInput) { importFeatures(layer: BELTS, file: $file, settings: $settings) { id } }","variables":{"file":null,"settings":`+settings+`}}`)
	_ = w.WriteField("map", `{"0":["variables.file"]}`)
	part, _ := w.CreateFormFile("0", "belts.geojson")
	_, _ = io.WriteString(part, file)
	_ = w.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, r.base+"/graphql", &form)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", w.FormDataContentType())
	request.Header.Set("GraphQL-Preflight", "1")
	request.Header.Set("Authorization", authorization)
	return answerTo(t, request).body
}
