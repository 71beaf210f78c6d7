package transport_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"xiangtu/graph/transport"
	"xiangtu/graph/transport/internal/toy"
)

// post answers a body in JSON.
func post(handler http.Handler, body string) *httptest.ResponseRecorder {
	request := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	return recorder
}

func queryBody(text string) string { return fmt.Sprintf(`{"query":%q}`, text) }

// What HTTP itself asks for shows on a real connection only.
func TestOverHTTP(t *testing.T) {
	server := httptest.NewServer(transport.New(toy.New(), transport.Config{MaxBodyBytes: 1000}))
	defer server.Close()

	head, err := http.Head(server.URL + query("{ __typename }"))
	if err != nil {
		t.Fatal(err)
	}
	defer head.Body.Close()
	if head.StatusCode != http.StatusOK || head.ContentLength != int64(len(`{"data":{"__typename":"Query"}}`)) {
		t.Errorf("HEAD: status %d, length %d", head.StatusCode, head.ContentLength)
	}
	if head.Header.Get("Vary") != "Accept" {
		t.Errorf("HEAD: Vary %q", head.Header.Get("Vary"))
	}

	// A reader of unknown length is sent in chunks, without Content-Length.
	chunked, err := http.Post(server.URL, "application/json", io.MultiReader(strings.NewReader(`{"query":"`), strings.NewReader(strings.Repeat(" ", 2000))))
	if err != nil {
		t.Fatal(err)
	}
	defer chunked.Body.Close()
	if chunked.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("too many chunks: status %d", chunked.StatusCode)
	}
}

func TestObserve(t *testing.T) {
	var seen []transport.OperationInfo
	handler := transport.New(toy.New(), transport.Config{
		Logger:  slog.New(slog.DiscardHandler),
		Observe: func(_ context.Context, info transport.OperationInfo) { seen = append(seen, info) },
	})
	post(handler, `[{"query":"query Say { echo(text: \"hi\") }"},{"query":"mutation { add(amount: 1) }"},
		{"query":"{ fail }"},{"query":"{","operationName":"Broken"}]`)
	want := []transport.OperationInfo{
		{Name: "Say", Kind: "query", Bytes: len(`{"echo":"hi"}`)},
		{Kind: "mutation", Bytes: len(`{"add":1}`)},
		{Kind: "query", Errors: 1, Code: transport.CodeInternal, Bytes: len(`{"fail":null}`)},
		{Name: "Broken", Errors: 1, Code: transport.CodeParseFailed},
	}
	if len(seen) != len(want) {
		t.Fatalf("%d operations were observed, %d were sent", len(seen), len(want))
	}
	for i, info := range seen {
		if info.Duration <= 0 {
			t.Errorf("operation %d took %s", i, info.Duration)
		}
		info.Duration = 0
		if info != want[i] {
			t.Errorf("operation %d: observed %+v, want %+v", i, info, want[i])
		}
	}
}

// What went wrong is for the log, under an id that the caller is told.
func TestInternalErrorsAreLoggedNotShown(t *testing.T) {
	for _, field := range []string{"fail", "failHard", "panic"} {
		t.Run(field, func(t *testing.T) {
			var log bytes.Buffer
			handler := transport.New(toy.New(), transport.Config{
				Logger:    slog.New(slog.NewTextHandler(&log, nil)),
				RequestID: func(context.Context) string { return "r-42" },
			})
			answer := post(handler, queryBody("query Ask { "+field+" }")).Body.String()
			if strings.Contains(answer, "secret") || !strings.Contains(answer, "r-42") {
				t.Errorf("the caller reads %s", answer)
			}
			for _, part := range []string{"a secret", "request_id=r-42", "operation=Ask", "path=" + field} {
				if !strings.Contains(log.String(), part) {
					t.Errorf("the log lacks %q: %s", part, log.String())
				}
			}
			if field == "panic" && !strings.Contains(log.String(), "resolver.go") {
				t.Errorf("the log lacks the stack: %s", log.String())
			}
		})
	}
}

// discreet is an error that does not tell callers its cause.
type discreet struct{ cause error }

func (discreet) Error() string   { return "something failed" }
func (d discreet) Unwrap() error { return d.cause }

// An error for callers hides its cause; the log has both.
func TestCausesAreLogged(t *testing.T) {
	var log bytes.Buffer
	handler := transport.New(toy.New(), transport.Config{
		Logger: slog.New(slog.NewTextHandler(&log, nil)),
		FieldMiddleware: func(context.Context, graphql.Resolver) (any, error) {
			return nil, discreet{fmt.Errorf("ask: %w", errors.New("the disk is gone"))}
		},
	})
	answer := post(handler, queryBody("{ fail }")).Body.String()
	if strings.Contains(answer, "disk") {
		t.Errorf("the caller reads %s", answer)
	}
	if !strings.Contains(log.String(), `error="something failed"`) || !strings.Contains(log.String(), `cause="the disk is gone"`) {
		t.Errorf("the log lacks the error or its cause: %s", log.String())
	}
}

func TestPanicOutsideOfResolvers(t *testing.T) {
	var log bytes.Buffer
	handler := transport.New(toy.New(), transport.Config{
		Logger:  slog.New(slog.NewTextHandler(&log, nil)),
		Observe: func(context.Context, transport.OperationInfo) { panic("a secret") },
	})
	answer := post(handler, queryBody("{ __typename }"))
	if answer.Code != http.StatusInternalServerError || strings.Contains(answer.Body.String(), "secret") {
		t.Errorf("status %d: %s", answer.Code, answer.Body)
	}
	if !strings.Contains(log.String(), "a secret") {
		t.Errorf("the log has %q", log.String())
	}
}

func TestErrorPresenterIsAskedFirst(t *testing.T) {
	handler := transport.New(toy.New(), transport.Config{
		Logger: slog.New(slog.DiscardHandler),
		ErrorPresenter: func(_ context.Context, err error) *gqlerror.Error {
			if strings.Contains(errors.Unwrap(err).Error(), "secret") {
				return &gqlerror.Error{Message: "known", Extensions: map[string]any{"code": "KNOWN"}}
			}
			return nil
		},
	})
	want := `{"errors":[{"message":"known","path":["fail"],"locations":[{"line":1,"column":3}],"extensions":{"code":"KNOWN"}}],"data":{"fail":null}}`
	if got := post(handler, queryBody("{ fail }")).Body.String(); got != want {
		t.Errorf("answer\n%s\nwant\n%s", got, want)
	}
}

// greet is an extension of the kind that package graph installs.
type greet struct{}

func (greet) ExtensionName() string                   { return "Greet" }
func (greet) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptResponse implements graphql.ResponseInterceptor.
func (greet) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	graphql.RegisterExtension(ctx, "greeting", "hello")
	return next(ctx)
}

func TestExtensionsAndFieldMiddleware(t *testing.T) {
	var fields []string
	handler := transport.New(toy.New(), transport.Config{
		Extensions: []graphql.HandlerExtension{greet{}},
		FieldMiddleware: func(ctx context.Context, next graphql.Resolver) (any, error) {
			fields = append(fields, graphql.GetFieldContext(ctx).Field.Name)
			return next(ctx)
		},
	})
	want := `{"data":{"items":[{"id":"0"}]},"extensions":{"greeting":"hello"}}`
	if got := post(handler, queryBody("{ items { id } }")).Body.String(); got != want {
		t.Errorf("answer %s, want %s", got, want)
	}
	if got := strings.Join(fields, " "); got != "items id" {
		t.Errorf("the middleware saw %s", got)
	}
}

// A caller who goes away ends its operation, and nothing is logged as a fault.
func TestCancelledOperation(t *testing.T) {
	var log bytes.Buffer
	handler := transport.New(toy.New(), transport.Config{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	request := httptest.NewRequestWithContext(ctx, http.MethodGet, "/graphql"+query("{ wait }"), nil)
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	if !strings.Contains(recorder.Body.String(), transport.CodeOperationCancelled) || log.Len() > 0 {
		t.Errorf("answer %s, log %s", recorder.Body, &log)
	}
}

// Under the race detector this is the test that documents, caches and buffers
// are shared properly.
func TestConcurrentRequests(t *testing.T) {
	handler := transport.New(toy.New(), transport.Config{QueryCacheBytes: 200})
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			for j := range 50 {
				text := fmt.Sprintf(`{ echo(text: \"%d\") items(count: 3) { id ...a } } fragment a on Item { items { id } }`, (i+j)%10)
				want := fmt.Sprintf(`{"data":{"echo":"%d","items":[{"id":"0"`, (i+j)%10)
				if got := post(handler, `{"query":"`+text+`"}`).Body.String(); !strings.HasPrefix(got, want) {
					t.Errorf("answer %s, want %s…", got, want)
				}
			}
		})
	}
	group.Wait()
}
