package transport_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"xiangtu/graph/transport"
	"xiangtu/graph/transport/internal/toy"
)

// shelf keeps files of ten bytes in a directory.
type shelf struct{ dir string }

func (s shelf) Keep(_ context.Context, body io.Reader) (*os.File, error) {
	text, err := io.ReadAll(body)
	if err != nil {
		return nil, &gqlerror.Error{Message: "it ended early", Extensions: map[string]any{"code": transport.CodeBadRequest}}
	}
	if len(text) > 10 {
		return nil, &gqlerror.Error{Message: "a file has ten bytes at the most", Extensions: map[string]any{"code": transport.CodeBodyTooLarge}}
	}
	file, err := os.CreateTemp(s.dir, "")
	if err != nil {
		return nil, err
	}
	_, err = file.Write(text)
	_, seek := file.Seek(0, io.SeekStart)
	return file, errors.Join(err, seek)
}

func (s shelf) Discard(file *os.File) {
	_ = file.Close()
	_ = os.Remove(file.Name())
}

// formOf is a form of parts: pairs of a name and a content; a name with an @ before it is that of a file.
func formOf(t *testing.T, parts ...string) (contentType string, body []byte) {
	t.Helper()
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for i := 0; i < len(parts); i += 2 {
		var part io.Writer
		var err error
		if name, isFile := strings.CutPrefix(parts[i], "@"); isFile {
			part, err = w.CreateFormFile(name, name+".csv")
		} else {
			part, err = w.CreateFormField(parts[i])
		}
		if err == nil {
			_, err = io.WriteString(part, parts[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), form.Bytes()
}

const readTwo = `{"query":"mutation ($files: [Upload!]!) { read(files: $files) }","variables":{"files":[null,null]}}`

func TestForms(t *testing.T) {
	files := shelf{t.TempDir()}
	handler := transport.New(toy.New(), transport.Config{Files: files})
	for _, test := range []struct {
		name   string
		header string
		parts  []string
		status int
		want   string
	}{
		{"two files", "GraphQL-Preflight", []string{"operations", readTwo, "map", `{"a":["variables.files.0"],"b":["variables.files.1"]}`, "@a", "甲", "@b", "b"},
			200, `{"data":{"read":["a.csv application/octet-stream: 甲","b.csv application/octet-stream: b"]}}`},
		{"one of an array of operations", "Apollo-Require-Preflight", []string{"operations", `[{"query":"{ echo(text: \"x\") }"},` + strings.Replace(readTwo, "[null,null]", "[null]", 1) + `]`, "map", `{"a":["1.variables.files.0"]}`, "@a", "1"},
			200, `[{"data":{"echo":"x"}},{"data":{"read":["a.csv application/octet-stream: 1"]}}]`},
		{"no header", "X-Nothing", []string{"operations", readTwo}, 400, "add GraphQL-Preflight: 1"},
		{"no operations", "GraphQL-Preflight", []string{"map", "{}"}, 400, "operations is missing"},
		{"no map", "GraphQL-Preflight", []string{"operations", readTwo, "@a", "1"}, 400, "map is missing"},
		{"a map that is none", "GraphQL-Preflight", []string{"operations", readTwo, "map", "[]"}, 400, `the part map must be a JSON object`},
		{"a part that nobody names", "GraphQL-Preflight", []string{"operations", readTwo, "map", `{}`, "@a", "1"}, 400, `the map does not say where the part \"a\" belongs`},
		{"a part that is not there", "GraphQL-Preflight", []string{"operations", readTwo, "map", `{"a":["variables.files.0"]}`}, 400, `the map names the part \"a\", and the form does not have it`},
		{"a place that is taken", "GraphQL-Preflight", []string{"operations", strings.Replace(readTwo, "null,null", `"x"`, 1), "map", `{"a":["variables.files.0"]}`, "@a", "1"}, 400, "no null stands there"},
		{"a place that is none", "GraphQL-Preflight", []string{"operations", readTwo, "map", `{"a":["variables.files.7"]}`, "@a", "1"}, 400, "no null stands there"},
		{"a place outside the variables", "GraphQL-Preflight", []string{"operations", readTwo, "map", `{"a":["query"]}`, "@a", "1"}, 400, "no null stands there"},
		{"too large", "GraphQL-Preflight", []string{"operations", readTwo, "map", `{"a":["variables.files.0"],"b":["variables.files.1"]}`, "@a", "1", "@b", "12345678901"}, 413, "a file has ten bytes at the most"},
		{"too many", "GraphQL-Preflight", []string{"operations", readTwo, "map", `{"x":[],"1":[],"2":[],"3":[],"4":[],"5":[],"6":[],"7":[],"8":[],"9":[],"10":[]}`}, 400, "the form has 11 files, the limit is 10"},
		{"no file at all", "GraphQL-Preflight", []string{"operations", strings.Replace(readTwo, "[null,null]", `["x"]`, 1), "map", `{}`}, 200, `"code":"BAD_USER_INPUT"`},
	} {
		contentType, body := formOf(t, test.parts...)
		r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
		r.Header.Set("Content-Type", contentType)
		r.Header.Set(test.header, "1")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != test.status || !strings.Contains(w.Body.String(), test.want) {
			t.Errorf("%s: %d %s", test.name, w.Code, w.Body)
		}
	}
	contentType, body := formOf(t, "operations", readTwo, "map", `{"a":["variables.files.0"]}`, "@a", "1")
	for cut := range len(body) - 1 {
		r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body[:cut]))
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("GraphQL-Preflight", "1")
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		if w.Code != 400 && w.Code != 200 || w.Code == 200 && !strings.Contains(w.Body.String(), `"errors"`) {
			t.Fatalf("cut after %d bytes: %d %s", cut, w.Code, w.Body)
		}
	}
	if left, err := os.ReadDir(files.dir); err != nil || len(left) > 0 {
		t.Errorf("%d files are left, %v", len(left), err)
	}
}

// npm apollo-upload-client, a client that we did not write, sends files.
func TestClientsOfForms(t *testing.T) {
	server := httptest.NewServer(transport.New(toy.New(), transport.Config{Files: shelf{t.TempDir()}}))
	defer server.Close()
	t.Log(run(t, "node", "uploads.mjs", server.URL))
}
