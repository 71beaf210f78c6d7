package middleware

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"xiangtu/geo"
	"xiangtu/server/metrics"
	"xiangtu/server/problem"
)

// observed is a handler under observation, with what was logged and counted.
type observed struct {
	http.Handler
	log      *bytes.Buffer
	registry *prometheus.Registry
}

func observe(level slog.Level, slow time.Duration, handler http.HandlerFunc) observed {
	o := observed{log: &bytes.Buffer{}, registry: prometheus.NewRegistry()}
	counts := metrics.NewHTTP(o.registry)
	observer := &Observer{
		Metrics: counts,
		Log:     slog.New(slog.NewJSONHandler(o.log, &slog.HandlerOptions{Level: level})),
		Slow:    slow,
	}
	mux := http.NewServeMux()
	mux.Handle("/plain", On(counts.Surface("plain"), handler))
	mux.Handle("/tiles/{z}", On(counts.TileSurface("tiles"), handler))
	mux.Handle("/", handler)
	o.Handler = observer.Wrap(mux)
	return o
}

func answer(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "12345")
	}
}

func TestRequestID(t *testing.T) {
	for _, test := range []struct {
		name  string
		given []string
		kept  bool
	}{
		{"none given", nil, false},
		{"a well-formed one", []string{"0af7651916cd43dd-8448eb211c80319c"}, true},
		{"an empty one", []string{""}, false},
		{"one with a blank", []string{"a b"}, false},
		{"one with a line break", []string{"a\nb"}, false},
		{"one beyond ASCII", []string{"乡图"}, false},
		{"one of 64 bytes", []string{strings.Repeat("x", 64)}, true},
		{"one of 65 bytes", []string{strings.Repeat("x", 65)}, false},
		{"two", []string{"a", "b"}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var inside string
			handler := observe(slog.LevelError, time.Hour, func(_ http.ResponseWriter, r *http.Request) {
				inside = RequestID(r.Context())
			})
			r := httptest.NewRequest("GET", "/plain", nil)
			r.Header["X-Request-Id"] = test.given
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			outside := w.Header().Get("X-Request-Id")
			if outside == "" || outside != inside {
				t.Fatalf("answered %q, handler saw %q", outside, inside)
			}
			if kept := len(test.given) > 0 && outside == test.given[0]; kept != test.kept {
				t.Errorf("got %q", outside)
			}
		})
	}
}

func TestRequestIDsDiffer(t *testing.T) {
	handler := observe(slog.LevelError, time.Hour, answer(200))
	seen := map[string]bool{}
	for range 1000 {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest("GET", "/plain", nil))
		id := w.Header().Get("X-Request-Id")
		if seen[id] || !wellFormedID(id) {
			t.Fatalf("id %q", id)
		}
		seen[id] = true
	}
}

func TestLog(t *testing.T) {
	for _, test := range []struct {
		name    string
		handler http.HandlerFunc
		slow    time.Duration
		level   string
	}{
		{"a success", answer(200), time.Hour, "DEBUG"},
		{"not modified", answer(304), time.Hour, "DEBUG"},
		{"a success without a word", func(http.ResponseWriter, *http.Request) {}, time.Hour, "DEBUG"},
		{"a slow success", answer(200), 0, "INFO"},
		{"a WebSocket of an hour", answer(101), 0, "DEBUG"},
		{"a WebSocket that is refused", answer(403), 0, "INFO"},
		{"server-sent events for an hour", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
			answer(200)(w, r)
		}, 0, "DEBUG"},
		{"a client's error", answer(404), time.Hour, "INFO"},
		{"a server's error", answer(503), time.Hour, "ERROR"},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := observe(slog.LevelDebug, test.slow, test.handler)
			o.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/plain", nil))
			var line struct {
				Level, Surface, Method, Path string
				Status                       int
			}
			if err := json.Unmarshal(o.log.Bytes(), &line); err != nil {
				t.Fatalf("%v: %s", err, o.log)
			}
			if line.Level != test.level || line.Surface != "plain" || line.Method != "GET" || line.Path != "/plain" {
				t.Errorf("logged %s", o.log)
			}
		})
	}
}

func TestLogTellsTheCause(t *testing.T) {
	o := observe(slog.LevelInfo, time.Hour, func(w http.ResponseWriter, r *http.Request) {
		problem.WriteError(w, r, &geo.Error{Code: geo.Unavailable, Message: "try later", Cause: errors.New("no route to host")})
	})
	w := httptest.NewRecorder()
	o.ServeHTTP(w, httptest.NewRequest("GET", "/plain", nil))
	if !strings.Contains(o.log.String(), "no route to host") {
		t.Errorf("logged %s", o.log)
	}
	if strings.Contains(w.Body.String(), "no route to host") {
		t.Errorf("answered %s", w.Body)
	}
}

func TestPanicBecomesProblem(t *testing.T) {
	o := observe(slog.LevelInfo, time.Hour, func(http.ResponseWriter, *http.Request) { panic("secret") })
	w := httptest.NewRecorder()
	o.ServeHTTP(w, httptest.NewRequest("GET", "/plain", nil))
	if w.Code != 500 || w.Header().Get("Content-Type") != problem.ContentType || strings.Contains(w.Body.String(), "secret") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if log := o.log.String(); !strings.Contains(log, "secret") || !strings.Contains(log, "observe_test.go") {
		t.Errorf("logged %s", log)
	}
}

func TestPanicAfterTheFirstByteBreaksTheConnection(t *testing.T) {
	for _, value := range []any{"late", http.ErrAbortHandler} {
		o := observe(slog.LevelError, time.Hour, func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "half")
			_ = http.NewResponseController(w).Flush()
			panic(value)
		})
		server := httptest.NewServer(o)
		response, err := http.Get(server.URL + "/plain")
		if err != nil {
			t.Fatal(err)
		}
		if body, err := io.ReadAll(response.Body); err == nil {
			t.Errorf("%v: the client took %q for the whole", value, body)
		}
		_ = response.Body.Close()
		server.Close()
	}
}

func TestMetrics(t *testing.T) {
	o := observe(slog.LevelError, time.Hour, answer(200))
	for _, target := range []string{"/plain", "/plain", "/tiles/12", "/tiles/99", "/tiles/x", "/elsewhere"} {
		o.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", target, nil))
	}
	o.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("BREW", "/plain", nil))
	err := testutil.GatherAndCompare(o.registry, strings.NewReader(`
# HELP xiangtu_http_requests_total Requests answered, by surface, method and class of status.
# TYPE xiangtu_http_requests_total counter
xiangtu_http_requests_total{method="GET",status="2xx",surface="other"} 1
xiangtu_http_requests_total{method="GET",status="2xx",surface="plain"} 2
xiangtu_http_requests_total{method="GET",status="2xx",surface="tiles"} 3
xiangtu_http_requests_total{method="other",status="2xx",surface="plain"} 1
# HELP xiangtu_http_response_bytes_total Bytes of answers' bodies, by surface.
# TYPE xiangtu_http_response_bytes_total counter
xiangtu_http_response_bytes_total{surface="other"} 5
xiangtu_http_response_bytes_total{surface="plain"} 15
xiangtu_http_response_bytes_total{surface="tiles"} 15
`), "xiangtu_http_requests_total", "xiangtu_http_response_bytes_total")
	if err != nil {
		t.Error(err)
	}
	if n, err := testutil.GatherAndCount(o.registry, "xiangtu_tile_request_duration_seconds"); err != nil || n != 1 {
		t.Errorf("%d zooms, want 1 (%v)", n, err)
	}
}
