package transport_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"xiangtu/graph/transport"
	"xiangtu/graph/transport/internal/toy"
)

// What the transport and gqlgen cost where the resolver costs nothing.
func BenchmarkPOST(b *testing.B) {
	for name, body := range map[string]string{
		"trivial":   `{"query":"{ __typename }"}`,
		"variables": `{"query":"query Echo($text: String!) { echo(text: $text) }","operationName":"Echo","variables":{"text":"445203104001"}}`,
		"3MB":       `{"query":"{ text(bytes: 3400000) }"}`,
		"list":      `{"query":"{ items(count: 1000) { id a: id b: id } }"}`,
	} {
		b.Run(name, func(b *testing.B) {
			handler := transport.New(toy.New(), transport.Config{})
			request := httptest.NewRequest(http.MethodPost, "/graphql", nil)
			request.Header.Set("Content-Type", "application/json")
			writer := &discard{header: http.Header{}}
			source := strings.NewReader(body)
			request.Body = io.NopCloser(source)
			b.ReportAllocs()
			for b.Loop() {
				source.Reset(body)
				clear(writer.header)
				handler.ServeHTTP(writer, request)
			}
			if writer.status != http.StatusOK {
				b.Fatalf("status %d: %s", writer.status, writer.start.String())
			}
		})
	}
}

// discard is a ResponseWriter that keeps the status only.
type discard struct {
	header http.Header
	status int
	start  bytes.Buffer
}

func (d *discard) Header() http.Header    { return d.header }
func (d *discard) WriteHeader(status int) { d.status = status }
func (d *discard) Write(p []byte) (int, error) {
	if d.status != http.StatusOK {
		return d.start.Write(p)
	}
	return len(p), nil
}
