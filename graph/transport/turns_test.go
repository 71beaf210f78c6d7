package transport_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"xiangtu/graph/transport"
	"xiangtu/graph/transport/internal/toy"
)

// As many large operations run as there are processors, and one more waits for its turn or until it is given up.
// Those that cost little go past them.
func TestLargeOperationsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		handler := transport.New(toy.New(), transport.Config{LargeComplexity: 10, OperationTimeout: time.Minute})
		ask := func(ctx context.Context, text string) string {
			request := httptest.NewRequest(http.MethodPost, "/graphql", strings.NewReader(queryBody(text))).WithContext(ctx)
			request.Header.Set("Content-Type", "application/json")
			recorder := httptest.NewRecorder()
			handler.ServeHTTP(recorder, request)
			return recorder.Body.String()
		}
		var asked sync.WaitGroup
		defer asked.Wait()
		running, end := context.WithCancel(t.Context())
		defer end()
		for range runtime.GOMAXPROCS(0) {
			asked.Go(func() { ask(running, "{ wait items(count: 10) { id } }") })
		}
		synctest.Wait()

		if answer := ask(t.Context(), `{ echo(text: "hi") }`); !strings.Contains(answer, `"hi"`) {
			t.Errorf("a small operation beside large ones: %s", answer)
		}
		const large = "{ items(count: 10) { id } }"
		brief, stop := context.WithTimeout(t.Context(), time.Second)
		defer stop()
		if answer := ask(brief, large); !strings.Contains(answer, transport.CodeOperationCancelled) {
			t.Errorf("a large operation that is given up before its turn: %s", answer)
		}
		var answer string
		asked.Go(func() { answer = ask(t.Context(), large) })
		synctest.Wait()
		if answer != "" {
			t.Errorf("one more large operation than there are processors is answered: %s", answer)
		}
		end()
		synctest.Wait()
		if !strings.Contains(answer, `"items":[`) {
			t.Errorf("a large operation that has had its turn: %s", answer)
		}
	})
}
