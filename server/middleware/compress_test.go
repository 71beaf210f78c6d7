package middleware

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestCompress(t *testing.T) {
	large, small := strings.Repeat(`{"x":116.4},`, 1000), `{"x":116.4}`
	for _, test := range []struct {
		name, accept, mediaType, body string
		packed                        bool
	}{
		{"a large answer", "gzip, br", "application/graphql-response+json; charset=utf-8", large, true},
		{"a small one", "gzip", "application/json", small, false},
		{"a client that takes no gzip", "br", "application/json", large, false},
		{"a stream of events", "gzip", "text/event-stream", large, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			handler, err := Compress(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", test.mediaType)
				_, _ = io.WriteString(w, test.body)
			}))
			if err != nil {
				t.Fatal(err)
			}
			r := httptest.NewRequest("POST", "/graphql", nil)
			r.Header.Set("Accept-Encoding", test.accept)
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			var reader io.Reader = w.Body
			if packed := w.Header().Get("Content-Encoding") == "gzip"; packed != test.packed {
				t.Fatalf("packed: %t", packed)
			} else if packed {
				if reader, err = gzip.NewReader(reader); err != nil {
					t.Fatal(err)
				}
			}
			if got, err := io.ReadAll(reader); err != nil || string(got) != test.body {
				t.Errorf("another body of %d bytes (%v)", len(got), err)
			}
		})
	}
}
