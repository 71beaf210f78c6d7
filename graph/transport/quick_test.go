package transport

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"

	"xiangtu/graph/transport/internal/toy"
)

// What the quick reader takes, encoding/json takes too, with the same result.
func FuzzQuickReader(f *testing.F) {
	for _, text := range []string{
		`{"query": "{ a }"}`,
		`{"query":"mutation","operationName":"M","variables":{"code":"\u7f51","n":[1,-2.5e3,true,null,{"a":{}}],"coordinates":[1,2]},"extensions":{"persistedQuery":{"version":1}}}`,
		`{"variables":{"g":{"type":"Point","coordinates":[116.3, 23.5]},"list":[{"coordinates":[[[]]]}]},"query":null}`,
		`{"variables":{"g":{"coordinates":"text"},"h":{"coordinates":1}},"query":"q","operationName":null,"extensions":null}`,
		`{"query":"a","query":"b"}`, `{"Query":"a"}`, `{"query":1}`, `{"variables":[]}`, `{"variables":{"a":1,"a":2}}`,
		`{"query":"a"} {}`, ` {"query":"a"} `, `{"query":"a"`, `[]`, `null`, ``, `{"query":"` + "\xff" + `"}`, `{"a":[1,}`, `{"variables":{"g":{"coordinates":[1,}}}`,
	} {
		f.Add(text)
	}
	quick := &quickReader{texts: []string{"coordinates"}}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := quick.read([]byte(text))
		if !ok {
			return
		}
		var want graphql.RawParams
		if err := decode(bytes.NewReader([]byte(text)), &want); err != nil {
			t.Fatalf("%s: encoding/json refuses it: %v", text, err)
		}
		got.Variables, _ = decoded(t, got.Variables).(map[string]any)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %#v, want %#v", text, got, want)
		}
	})
}

// decoded gives a value without texts in it.
func decoded(t *testing.T, v any) any {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			v[name] = decoded(t, member)
		}
	case []any:
		for i, item := range v {
			v[i] = decoded(t, item)
		}
	case json.RawMessage:
		var value any
		if err := decode(bytes.NewReader(v), &value); err != nil {
			t.Fatalf("%s: %v", v, err)
		}
		return value
	}
	return v
}

// What almost every client sends is read quickly, and a position in it without making a number of each coordinate.
func TestUsualRequestsAreReadQuickly(t *testing.T) {
	quick := &quickReader{texts: []string{"coordinates"}}
	for range 2 { // a reader is used again
		params, ok := quick.read([]byte(`{"query":"query Q($g: Geometry) { a }","operationName":"Q","variables":{"g":{"type":"Point","coordinates":[1,2]},"coordinates":[3]}}`))
		if !ok {
			t.Fatal("it gives up")
		}
		given, _ := params.Variables["g"].(map[string]any)
		if text, ok := given["coordinates"].(json.RawMessage); !ok || string(text) != "[1,2]" {
			t.Errorf("coordinates are %#v", given["coordinates"])
		}
		if own, ok := params.Variables["coordinates"].([]any); !ok || len(own) != 1 {
			t.Errorf("the variable of that name is %#v", params.Variables["coordinates"])
		}
	}
}

// What stays text shares the memory of the body, which is not used again before the request is done.
func TestBodiesLastUntilTheRequestIsDone(t *testing.T) {
	h := New(toy.New(), Config{TextMembers: []string{"coordinates"}})
	read := func(coordinates string) request {
		r := httptest.NewRequest("POST", "/", strings.NewReader(`{"query":"{ a }","variables":{"g":{"coordinates":`+coordinates+`}}}`))
		r.Header.Set("Content-Type", "application/json")
		req, refusal := h.readPost(httptest.NewRecorder(), r)
		if refusal != nil {
			t.Fatal(refusal)
		}
		return req
	}
	for range 100 {
		first := read("[1,2]")
		second := read("[3,4]")
		for i, req := range []request{first, second} {
			given, _ := req.operations[0].Variables["g"].(map[string]any)
			if text, ok := given["coordinates"].(json.RawMessage); !ok || string(text) != []string{"[1,2]", "[3,4]"}[i] {
				t.Fatalf("coordinates are %s", given["coordinates"])
			}
			req.done()
		}
	}
}
