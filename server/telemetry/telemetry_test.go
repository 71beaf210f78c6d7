package telemetry

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"
)

func environment(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i+1 < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestTheEnvironmentDecides(t *testing.T) {
	const endpoint, exporter = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_TRACES_EXPORTER"
	for _, test := range []struct {
		name string
		env  []string
		on   bool
		err  string
	}{
		{"nothing set", nil, false, ""},
		{"an endpoint", []string{endpoint, "http://collector:4318"}, true, ""},
		{"an endpoint for traces", []string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://collector:4318/v1/traces"}, true, ""},
		{"the exporter", []string{exporter, "otlp"}, true, ""},
		{"no exporter, whatever the endpoint", []string{exporter, "none", endpoint, "http://collector:4318"}, false, ""},
		{"the SDK disabled", []string{"OTEL_SDK_DISABLED", "true", endpoint, "http://collector:4318"}, false, ""},
		{"another exporter", []string{exporter, "zipkin"}, false, "zipkin"},
		{"another protocol", []string{endpoint, "http://collector:4317", "OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"}, false, "grpc"},
	} {
		t.Run(test.name, func(t *testing.T) {
			on, err := wanted(environment(test.env...))
			if on != test.on || (err != nil) != (test.err != "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Errorf("got %t, %v", on, err)
			}
		})
	}
}

func TestTracingThatIsOffCostsNothing(t *testing.T) {
	tracing, err := Start(context.Background(), environment(), "1.0")
	if err != nil {
		t.Fatal(err)
	}
	handler := http.NotFoundHandler()
	same := func(got http.Handler) bool {
		return reflect.ValueOf(got).Pointer() == reflect.ValueOf(handler).Pointer()
	}
	if tracing.On() || !same(tracing.Wrap(handler)) || !same(tracing.Route("GET /", handler)) || tracing.QueryTracer() != nil {
		t.Error("something stands in the way")
	}
	if err := tracing.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func TestSpansReachTheCollector(t *testing.T) {
	received := make(chan string, 8)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received <- string(body)
	}))
	defer collector.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL)
	t.Setenv("OTEL_SERVICE_NAME", "map-of-jiedong")
	tracing, err := Start(context.Background(), environment("OTEL_EXPORTER_OTLP_ENDPOINT", collector.URL), "1.0")
	if err != nil {
		t.Fatal(err)
	}

	const parent = "0af7651916cd43dd8448eb211c80319c"
	var seen string
	handler := tracing.Wrap(tracing.Route("GET /tiles/{tileset}", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		seen = trace.SpanContextFromContext(r.Context()).TraceID().String()
	})))
	r := httptest.NewRequest("GET", "/tiles/towns.json", nil)
	r.Header.Set("Traceparent", "00-"+parent+"-b7ad6b7169203331-01")
	handler.ServeHTTP(httptest.NewRecorder(), r)
	if seen != parent {
		t.Errorf("trace %s, want that of the caller", seen)
	}

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := tracing.Stop(ctx); err != nil {
		t.Fatal(err)
	}
	select {
	case spans := <-received:
		for _, want := range []string{"GET /tiles/{tileset}", "map-of-jiedong"} {
			if !strings.Contains(spans, want) {
				t.Errorf("the collector did not learn %q", want)
			}
		}
	default:
		t.Error("the collector received nothing")
	}
}
