package main

import (
	"context"
	"io"
	"log/slog"
	"os"

	"github.com/mattn/go-isatty"
	"go.opentelemetry.io/otel/trace"

	"xiangtu/server/middleware"
)

// newLogger returns a logger to w in the format text, json or auto, which is
// text when w is a terminal.
func newLogger(w io.Writer, level slog.Leveler, format string) *slog.Logger {
	options := &slog.HandlerOptions{Level: level}
	if format == "text" || format == "auto" && isTerminal(w) {
		return slog.New(contextHandler{slog.NewTextHandler(w, options)})
	}
	options.ReplaceAttr = durationsInSeconds
	return slog.New(contextHandler{slog.NewJSONHandler(w, options)})
}

// durationsInSeconds writes durations as a number of seconds, as metrics do,
// where JSON would count nanoseconds.
func durationsInSeconds(_ []string, attr slog.Attr) slog.Attr {
	if attr.Value.Kind() == slog.KindDuration {
		attr.Value = slog.Float64Value(attr.Value.Duration().Seconds())
	}
	return attr
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && isatty.IsTerminal(file.Fd())
}

// contextHandler adds the request's id, and its trace when there is one, to
// every record that is logged with the request's context.
type contextHandler struct{ slog.Handler }

// Handle adds the attributes of ctx and passes the record on.
func (h contextHandler) Handle(ctx context.Context, record slog.Record) error {
	if id := middleware.RequestID(ctx); id != "" {
		record.AddAttrs(slog.String("request_id", id))
	}
	if span := trace.SpanContextFromContext(ctx); span.IsValid() {
		record.AddAttrs(slog.String("trace_id", span.TraceID().String()))
	}
	return h.Handler.Handle(ctx, record)
}

// WithAttrs keeps the context's attributes on a derived logger.
func (h contextHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return contextHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps the context's attributes on a derived logger.
func (h contextHandler) WithGroup(name string) slog.Handler {
	return contextHandler{h.Handler.WithGroup(name)}
}
