package transport_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"xiangtu/graph/transport"
	"xiangtu/graph/transport/internal/toy"
)

// exchange is one request; its answer is in testdata.
type exchange struct {
	name   string
	method string   // POST where it is empty
	target string   // behind /graphql
	header []string // "Name: value"; JSON where it is nil and there is a body
	body   string
}

// The files in testdata show each request with its answer, and are the
// specification of this package to read.
func TestExchanges(t *testing.T) {
	small := transport.Config{
		MaxBodyBytes: 300, MaxBatch: 2, MaxResponseBytes: 100, MaxTokens: 40, MaxDepth: 4, MaxSelections: 8,
		MaxComplexity: 50, OperationTimeout: 10 * time.Millisecond,
	}
	for file, group := range map[string]struct {
		config    transport.Config
		exchanges []exchange
	}{
		"negotiation.txt":   {transport.Config{}, negotiation},
		"parameters.txt":    {transport.Config{}, parameters},
		"errors.txt":        {transport.Config{}, failures},
		"limits.txt":        {small, limits},
		"introspection.txt": {transport.Config{DisableIntrospection: true}, introspection},
		"persisted.txt":     {transport.Config{}, persisted},
		"events.txt":        {transport.Config{}, streamed},
	} {
		t.Run(file, func(t *testing.T) {
			group.config.Logger = slog.New(slog.DiscardHandler)
			group.config.RequestID = func(context.Context) string { return "r-1" }
			handler := transport.New(toy.New(), group.config)
			var text strings.Builder
			for _, e := range group.exchanges {
				e.run(handler, &text)
			}
			golden(t, file, text.String())
		})
	}
}

func (e exchange) run(handler http.Handler, text *strings.Builder) {
	if e.method == "" {
		e.method = http.MethodPost
	}
	if e.header == nil && e.body != "" {
		e.header = []string{"Content-Type: application/json"}
	}
	request := httptest.NewRequest(e.method, "/graphql"+e.target, strings.NewReader(e.body))
	fmt.Fprintf(text, "# %s\n%s %s\n", e.name, e.method, request.URL)
	for _, line := range e.header {
		name, value, _ := strings.Cut(line, ": ")
		request.Header.Add(name, value)
		fmt.Fprintln(text, line)
	}
	if e.body != "" {
		fmt.Fprintln(text, shortened(e.body))
	}
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	fmt.Fprintf(text, "→ %d %s\n", recorder.Code, recorder.Header().Get("Content-Type"))
	if allow := recorder.Header().Get("Allow"); allow != "" {
		fmt.Fprintln(text, "Allow:", allow)
	}
	if e.method != http.MethodHead { // a server leaves the body out, a recorder does not
		fmt.Fprintln(text, shortened(recorder.Body.String()))
	}
	fmt.Fprintln(text)
}

func shortened(text string) string {
	if runes := []rune(text); len(runes) > 600 {
		return string(runes[:600]) + "…"
	}
	return text
}

const acceptNew = "Accept: application/graphql-response+json"

// accepting is a request in JSON that asks for the newer media type, which
// shows by the status what became of the operation.
func accepting(name, body string) exchange {
	return exchange{name: name, header: []string{"Content-Type: application/json", acceptNew}, body: body}
}

func query(text string) string { return "?query=" + url.QueryEscape(text) }

const trivial = `{"query":"{ __typename }"}`

var negotiation = []exchange{
	{name: "no Accept", body: trivial},
	accepting("the newer media type", trivial),
	{name: "anything", header: []string{"Content-Type: application/json", "Accept: */*"}, body: trivial},
	{name: "a browser", method: "GET", target: query("{ __typename }"), header: []string{"Accept: text/html,application/xhtml+xml,*/*;q=0.8"}},
	{name: "both, the newer one preferred", header: []string{"Content-Type: application/json", "Accept: application/graphql-response+json, application/json;q=0.9"}, body: trivial},
	{name: "both, the older one preferred", header: []string{"Content-Type: application/json", "Accept: application/graphql-response+json;q=0.5, application/json"}, body: trivial},
	{name: "both in two headers", header: []string{"Content-Type: application/json", "Accept: application/json", acceptNew}, body: trivial},
	{name: "anything but the older one", header: []string{"Content-Type: application/json", "Accept: application/*, application/json;q=0"}, body: trivial},
	{name: "nothing that is spoken here", header: []string{"Content-Type: application/json", "Accept: text/html"}, body: trivial},
	{name: "another charset", header: []string{"Content-Type: application/json", "Accept: application/json; charset=latin1"}, body: trivial},
	{name: "a malformed Accept", header: []string{"Content-Type: application/json", "Accept: ;;;"}, body: trivial},
	{name: "UTF-8 said aloud", header: []string{"Content-Type: application/json; charset=UTF-8"}, body: `{"query":"{ echo(text: \"乡图\") }"}`},
	{name: "a body in another charset", header: []string{"Content-Type: application/json; charset=gbk"}, body: trivial},
	{name: "a form", header: []string{"Content-Type: application/x-www-form-urlencoded"}, body: "query={__typename}"},
	{name: "no content type", header: []string{}, body: trivial},
	{name: "a compressed body", header: []string{"Content-Type: application/json", "Content-Encoding: gzip"}, body: trivial},
	{name: "HEAD", method: "HEAD", target: query("{ __typename }")},
	{name: "OPTIONS", method: "OPTIONS"},
	{name: "another method", method: "PUT", body: trivial},
	{name: "a mutation by GET", method: "GET", target: query("mutation { add(amount: 1) }")},
	{name: "a mutation by POST", body: `{"query":"mutation { add(amount: 2) }"}`},
	{name: "a subscription", body: `{"query":"subscription { tick }"}`},
}

var parameters = []exchange{
	{name: "everything by GET", method: "GET", target: query("query A($t: String!) { echo(text: $t) } query B { __typename }") +
		"&operationName=A&variables=" + url.QueryEscape(`{"t":"x"}`) + "&extensions={}"},
	{name: "GET without a query", method: "GET"},
	{name: "GET with a malformed URL", method: "GET", target: "?query=%zz"},
	{name: "GET with variables that are no object", method: "GET", target: query("{ __typename }") + "&variables=[1]"},
	{name: "GET with malformed extensions", method: "GET", target: query("{ __typename }") + "&extensions={"},
	{name: "nulls", body: `{"query":"{ __typename }","variables":null,"operationName":null,"extensions":null}`},
	{name: "an empty body", header: []string{"Content-Type: application/json"}},
	{name: "half a body", body: `{"query":"{ __typ`},
	{name: "no JSON", body: `query`},
	{name: "two values", body: trivial + trivial},
	{name: "a body that is no object", body: `"{ __typename }"`},
	{name: "a query that is no string", body: `{"query":{"a":1}}`},
	{name: "variables that are no object", body: `{"query":"{ __typename }","variables":"a"}`},
	{name: "no query", body: `{"qeury":"{ __typename }"}`},
	{name: "a large integer keeps its digits", body: `{"query":"query($v: Whole!) { whole(value: $v) }","variables":{"v":9007199254740993}}`},
	{name: "a number for a string is taken as it is written", body: `{"query":"query($t: String!) { echo(text: $t) }","variables":{"t":1.50}}`},
	{name: "a batch", body: `[{"query":"{ echo(text: \"a\") }"},{"query":"{"},{"query":"{ echo(text: \"b\") }"}]`},
	{name: "an empty batch", body: ` []`},
	{name: "a batch with nothing in it", body: `[{"query":"{ __typename }"},{}]`},
	{name: "a batch of something else", body: `[1]`},
	{name: "@defer is ignored", body: `{"query":"{ items { id ... @defer { items { id } } } }"}`},
}

var failures = []exchange{
	{name: "a syntax error", body: `{"query":"{"}`},
	accepting("a syntax error", `{"query":"{"}`),
	accepting("no operation", `{"query":"fragment f on Query { __typename }"}`),
	{name: "an unknown field", body: `{"query":"{ ecko }"}`},
	accepting("an unknown field", `{"query":"{ ecko }"}`),
	accepting("an unknown operation", `{"query":"query A { __typename } query B { __typename }","operationName":"C"}`),
	accepting("one of several operations", `{"query":"query A { __typename } query B { __typename }"}`),
	accepting("a variable that is missing", `{"query":"query($t: String!) { echo(text: $t) }"}`),
	accepting("a variable of the wrong type", `{"query":"query($n: Int!) { items(count: $n) { id } }","variables":{"n":1.5}}`),
	{name: "a variable of the wrong type", body: `{"query":"query($t: String!) { echo(text: $t) }","variables":{"t":true}}`},
	accepting("an argument that a scalar refuses", `{"query":"{ whole(value: \"x\") __typename }"}`),
	accepting("an internal error", `{"query":"{ fail __typename }"}`),
	accepting("an internal error that nulls the data", `{"query":"{ failHard }"}`),
	accepting("an error that the caller may see", `{"query":"{ refuse }"}`),
	accepting("a panic", `{"query":"{ panic __typename }"}`),
}

var limits = []exchange{
	accepting("body", `{"query":"{ __typename }","variables":{"a":"`+strings.Repeat("x", 300)+`"}}`),
	accepting("batch", `[`+trivial+`,`+trivial+`,`+trivial+`]`),
	accepting("tokens", `{"query":"{`+strings.Repeat(" a", 40)+` }"}`),
	accepting("depth", `{"query":"{ items { ...a } } fragment a on Item { items { items { items { id } } } }"}`),
	{name: "depth", body: `{"query":"{ items { items { items { items { id } } } } }"}`},
	accepting("depth of introspection is exempt", `{"query":"{ __type(name: \"Whole\") { ofType { ofType { ofType { ofType { name } } } } } }"}`),
	accepting("selections", `{"query":"{ items { ...a ...a } } fragment a on Item { a: id b: id c: id }"}`),
	accepting("fragments within themselves", `{"query":"{ items { ...a } } fragment a on Item { ...b } fragment b on Item { ...a }"}`),
	accepting("complexity", `{"query":"query($n: Int!) { items(count: $n) { items(count: 10) { id } } }","variables":{"n":10}}`),
	accepting("complexity within the limit", `{"query":"query($n: Int!) { items(count: $n) { items(count: 10) { id } } }","variables":{"n":1}}`),
	accepting("response", `{"query":"{ text(bytes: 200) }"}`),
	{name: "response", body: `{"query":"{ text(bytes: 200) }"}`},
	accepting("response of a batch", `[{"query":"{ text(bytes: 60) }"},{"query":"{ text(bytes: 30) }"}]`),
	accepting("time", `{"query":"{ wait __typename }"}`),
	{name: "time", body: `{"query":"{ wait }"}`},
}

var introspection = []exchange{
	accepting("__schema", `{"query":"{ __schema { queryType { name } } }"}`),
	accepting("__type in a fragment", `{"query":"{ ...a } fragment a on Query { __type(name: \"Item\") { name } }"}`),
	accepting("__typename is none", trivial),
	accepting("no name is suggested", `{"query":"{ ecko item(count: 1) }"}`),
}

const hash = "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38"

var persisted = []exchange{
	accepting("a hash that is not known", `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"`+hash+`"}}}`),
	{name: "a hash that is not known", body: `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + hash + `"}}}`},
	accepting("the hash of something else", `{"query":"{ fail }","extensions":{"persistedQuery":{"version":1,"sha256Hash":"`+hash+`"}}}`),
	accepting("the hash with its text", `{"query":"{__typename}","extensions":{"persistedQuery":{"version":1,"sha256Hash":"`+hash+`"}}}`),
	accepting("the hash alone", `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"`+hash+`"}}}`),
	{name: "the hash by GET", method: "GET", target: "?extensions=" + url.QueryEscape(`{"persistedQuery":{"version":1,"sha256Hash":"`+hash+`"}}`)},
	accepting("another version", `{"extensions":{"persistedQuery":{"version":2,"sha256Hash":"`+hash+`"}}}`),
	accepting("something else", `{"query":"{ __typename }","extensions":{"persistedQuery":true}}`),
}
