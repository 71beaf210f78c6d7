// Package telemetry sends traces by OpenTelemetry when the environment asks
// for it, and costs nothing when it does not.
package telemetry

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.37.0"
	"go.opentelemetry.io/otel/trace"
)

// Tracing makes spans of requests and SQL statements. The zero value is
// tracing that is off.
type Tracing struct {
	provider *sdktrace.TracerProvider
}

// Start reads the OTEL_* variables through getenv and starts tracing when
// they name an exporter or an endpoint. It knows the exporter "otlp" by HTTP;
// endpoint, headers, timeout, sampler and service name are read by the SDK as
// the OpenTelemetry specification says. Exporting begins with the first span,
// so a collector that is down does not stop the program.
func Start(ctx context.Context, getenv func(string) string, version string) (*Tracing, error) {
	on, err := wanted(getenv)
	if err != nil || !on {
		return &Tracing{}, err
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, fmt.Errorf("start the OTLP trace exporter: %w", err)
	}
	described, err := resource.New(ctx,
		resource.WithAttributes(semconv.ServiceName("xiangtu"), semconv.ServiceVersion(version)),
		resource.WithTelemetrySDK(),
		resource.WithFromEnv(), // last, so that OTEL_SERVICE_NAME wins
	)
	if err != nil {
		return nil, fmt.Errorf("read OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	return &Tracing{provider: sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(exporter),
		sdktrace.WithResource(described),
	)}, nil
}

// wanted tells whether the environment asks for traces.
func wanted(getenv func(string) string) (bool, error) {
	if getenv("OTEL_SDK_DISABLED") == "true" {
		return false, nil
	}
	protocol := getenv("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL")
	if protocol == "" {
		protocol = getenv("OTEL_EXPORTER_OTLP_PROTOCOL")
	}
	endpoint := getenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") + getenv("OTEL_EXPORTER_OTLP_ENDPOINT")
	switch exporter := getenv("OTEL_TRACES_EXPORTER"); {
	case exporter == "none", exporter == "" && endpoint == "":
		return false, nil
	case exporter != "" && exporter != "otlp":
		return false, fmt.Errorf("OTEL_TRACES_EXPORTER: %q is none of otlp, none", exporter)
	case protocol != "" && protocol != "http/protobuf":
		return false, fmt.Errorf("OTEL_EXPORTER_OTLP_PROTOCOL: %q is not http/protobuf", protocol)
	}
	return true, nil
}

// On tells whether spans are made.
func (t *Tracing) On() bool { return t.provider != nil }

// Wrap returns next under a span for each request. When tracing is off it
// returns next itself.
func (t *Tracing) Wrap(next http.Handler) http.Handler {
	if !t.On() {
		return next
	}
	return otelhttp.NewHandler(next, "http",
		otelhttp.WithTracerProvider(t.provider),
		otelhttp.WithPropagators(propagation.NewCompositeTextMapPropagator(
			propagation.TraceContext{}, propagation.Baggage{},
		)),
		otelhttp.WithFilter(func(r *http.Request) bool {
			// What is asked every few seconds for ever would hide the rest.
			return r.URL.Path != "/metrics" && r.URL.Path != "/health/live" && r.URL.Path != "/health/ready"
		}),
	)
}

// Route names the spans of requests to next by their route, such as
// GET /tiles/{tileset}. When tracing is off it returns next itself.
func (t *Tracing) Route(pattern string, next http.Handler) http.Handler {
	if !t.On() {
		return next
	}
	_, route, found := strings.Cut(pattern, " ")
	if !found {
		route = pattern
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		span := trace.SpanFromContext(r.Context())
		span.SetName(r.Method + " " + route)
		span.SetAttributes(semconv.HTTPRoute(route))
		next.ServeHTTP(w, r)
	})
}

// QueryTracer returns a tracer of SQL statements for pgx, or nil when tracing
// is off. Bound values are not sent.
func (t *Tracing) QueryTracer() pgx.QueryTracer {
	if !t.On() {
		return nil
	}
	return otelpgx.NewTracer(otelpgx.WithTracerProvider(t.provider))
}

// Stop sends the spans that wait, until ctx ends.
func (t *Tracing) Stop(ctx context.Context) error {
	if !t.On() {
		return nil
	}
	if err := t.provider.Shutdown(ctx); err != nil {
		return fmt.Errorf("send the last traces: %w", err)
	}
	return nil
}
