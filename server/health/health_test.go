package health

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestHealth(t *testing.T) {
	holds := func(context.Context) error { return nil }
	breaks := func(context.Context) error { return errors.New("connection refused") }
	for _, test := range []struct {
		name   string
		checks []Check
		drain  bool
		status int
		body   string
	}{
		{"nothing to check", nil, false, 200, `{"status":"ready"}`},
		{"every check holds", []Check{{"database", holds}, {"migrations", holds}}, false, 200, `{"status":"ready","checks":["database","migrations"]}`},
		{"one does not", []Check{{"database", breaks}, {"migrations", holds}}, false, 503, `"detail":"The check database does not hold; the log says why."`},
		{"the server is stopping", []Check{{"database", holds}}, true, 503, `"code":"DRAINING"`},
	} {
		t.Run(test.name, func(t *testing.T) {
			h := New(test.checks...)
			if test.drain {
				h.Drain()
			}
			ready := ask(h.Ready)
			if ready.Code != test.status || !strings.Contains(ready.Body.String(), test.body) {
				t.Errorf("ready: %d %s", ready.Code, ready.Body)
			}
			if live := ask(h.Live); live.Code != 200 {
				t.Errorf("live: %d", live.Code)
			}
		})
	}
}

func TestReadyDoesNotWaitForADatabaseThatHangs(t *testing.T) {
	h := New(Check{"database", func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}})
	begun := time.Now()
	if got := ask(h.Ready); got.Code != 503 {
		t.Errorf("status %d", got.Code)
	}
	if took := time.Since(begun); took > 2*timeout {
		t.Errorf("took %v", took)
	}
}

func ask(handler http.HandlerFunc) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	handler(w, httptest.NewRequest("GET", "/health", nil))
	return w
}
