package page

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

var script = strings.Repeat("console.log('乡图');\n", 100)

func packed(t *testing.T, text string) []byte {
	t.Helper()
	content, err := compress([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func testPages(t *testing.T) *Pages {
	t.Helper()
	pages, err := New(fstest.MapFS{
		"index.html":          {Data: []byte("<!doctype html>")},
		"docs/index.html":     {Data: []byte("<!doctype html>docs")},
		".gitkeep":            {},
		"favicon.svg":         {Data: []byte("<svg/>")},
		"assets/plain-1.js":   {Data: []byte(script)},
		"assets/both-1.js":    {Data: []byte(script)},
		"assets/both-1.js.gz": {Data: packed(t, script)},
		"assets/only-1.js.gz": {Data: packed(t, script)},
		"assets/image-1.png":  {Data: bytes.Repeat([]byte{7}, 5000)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

func get(handler http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

func body(t *testing.T, response *httptest.ResponseRecorder) string {
	t.Helper()
	var reader io.Reader = response.Body
	if response.Header().Get("Content-Encoding") == "gzip" {
		unpacked, err := gzip.NewReader(reader)
		if err != nil {
			t.Fatal(err)
		}
		reader = unpacked
	}
	content, err := io.ReadAll(reader)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestAssets(t *testing.T) {
	assets := testPages(t).Assets()
	for _, test := range []struct {
		path, accept string
		status       int
		encoding     string
		mediaType    string
	}{
		{"/assets/plain-1.js", "gzip, br", 200, "gzip", "text/javascript; charset=utf-8"},
		{"/assets/plain-1.js", "", 200, "", "text/javascript; charset=utf-8"},
		{"/assets/plain-1.js", "gzip;q=0, *", 200, "", "text/javascript; charset=utf-8"},
		{"/assets/plain-1.js", "br, *;q=0.1", 200, "gzip", "text/javascript; charset=utf-8"},
		{"/assets/both-1.js", "GZIP", 200, "gzip", "text/javascript; charset=utf-8"},
		{"/assets/both-1.js", "identity", 200, "", "text/javascript; charset=utf-8"},
		{"/assets/only-1.js", "gzip", 200, "gzip", "text/javascript; charset=utf-8"},
		{"/assets/only-1.js", "", 200, "", "text/javascript; charset=utf-8"},
		{"/assets/only-1.js.gz", "", 404, "", "application/problem+json"},
		{"/assets/image-1.png", "gzip", 200, "", "image/png"},
		{"/assets/none.js", "gzip", 404, "", "application/problem+json"},
		{"/assets/../index.html", "", 404, "", "application/problem+json"},
		{"/docs/index.html", "", 404, "", "application/problem+json"},
	} {
		t.Run(test.path+" "+test.accept, func(t *testing.T) {
			response := get(assets, test.path, "Accept-Encoding", test.accept)
			if response.Code != test.status {
				t.Fatalf("status %d", response.Code)
			}
			if got := response.Header().Get("Content-Encoding"); got != test.encoding {
				t.Errorf("encoding %q, want %q", got, test.encoding)
			}
			if got := response.Header().Get("Content-Type"); got != test.mediaType {
				t.Errorf("type %q, want %q", got, test.mediaType)
			}
			if strings.HasSuffix(test.path, ".js") && test.status == 200 {
				if body(t, response) != script {
					t.Error("another content")
				}
				if response.Header().Get("Vary") != "Accept-Encoding" || !strings.Contains(response.Header().Get("Cache-Control"), "immutable") {
					t.Errorf("headers: %v", response.Header())
				}
			}
		})
	}
}

func TestValidators(t *testing.T) {
	assets := testPages(t).Assets()
	plain := get(assets, "/assets/plain-1.js").Header().Get("ETag")
	packed := get(assets, "/assets/plain-1.js", "Accept-Encoding", "gzip").Header().Get("ETag")
	if plain == "" || plain == packed {
		t.Fatalf("two forms, one validator: %s, %s", plain, packed)
	}
	again := get(assets, "/assets/plain-1.js", "Accept-Encoding", "gzip", "If-None-Match", packed)
	if again.Code != http.StatusNotModified {
		t.Errorf("status %d", again.Code)
	}
}

func TestPages(t *testing.T) {
	pages := testPages(t)
	for _, test := range []struct {
		name, body string
		status     int
	}{
		{"index", "<!doctype html>", 200},
		{"docs", "<!doctype html>docs", 200},
		{"playground", "", 404},
	} {
		t.Run(test.name, func(t *testing.T) {
			response := get(pages.Page(test.name, MapPolicy()), "/")
			if response.Code != test.status {
				t.Fatalf("status %d", response.Code)
			}
			if test.status != 200 {
				return
			}
			if got := body(t, response); got != test.body {
				t.Errorf("body %q", got)
			}
			for name, want := range map[string]string{
				"Content-Security-Policy":    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
				"Referrer-Policy":            "no-referrer",
				"X-Frame-Options":            "DENY",
				"Cross-Origin-Opener-Policy": "same-origin",
				"Cache-Control":              "no-cache",
				"Content-Type":               "text/html; charset=utf-8",
			} {
				if got := response.Header().Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestOnlyTheEditorMayWriteStyles(t *testing.T) {
	if strings.Contains(MapPolicy().String(), "unsafe") {
		t.Errorf("the map: %s", MapPolicy())
	}
	if got := EditorPolicy().String(); !strings.Contains(got, "style-src 'self' 'unsafe-inline';") || strings.Count(got, "unsafe") != 1 {
		t.Errorf("the editor: %s", got)
	}
}

func TestTopFiles(t *testing.T) {
	if got := testPages(t).TopFiles(); !slices.Equal(got, []string{"favicon.svg"}) {
		t.Errorf("got %v", got)
	}
}
