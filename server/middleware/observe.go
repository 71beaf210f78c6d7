// Package middleware is what every request passes through. It is written for
// the path of a cached tile, where it must cost less than two microseconds:
// one wrapper does the work that is usually spread over six.
package middleware

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"time"

	"xiangtu/server/metrics"
	"xiangtu/server/problem"
)

// Observer gives each request an id, counts and logs it, and turns panics
// into problems.
type Observer struct {
	// Metrics counts the requests.
	Metrics *metrics.HTTP
	// Log takes a line for each request: at debug level when it succeeded
	// (status below 400), at info level when the client erred or it took
	// longer than Slow, at error level when the server failed. At the default
	// level a healthy server is therefore quiet. WebSockets and server-sent
	// events are never slow: they last for as long as the client wants.
	Log *slog.Logger
	// Slow is the duration from which a successful request is worth a line.
	Slow time.Duration
}

// Headers of every answer. The slices are shared between answers: net/http
// only reads them, and Header.Add copies a full slice before it appends.
var nosniff = []string{"nosniff"}

// Wrap returns next under observation. The request's id is the client's
// X-Request-Id when that is well-formed, else a new one; it is answered in
// X-Request-Id and found by RequestID.
func (o *Observer) Wrap(next http.Handler) http.Handler {
	ids := newRequestIDs()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{ResponseWriter: w, surface: o.Metrics.Other, begun: time.Now()}
		// The key is in canonical form, so the map can be read directly.
		given := r.Header["X-Request-Id"]
		if len(given) == 1 && wellFormedID(given[0]) {
			x.id = given[0]
		} else {
			x.id = ids.next()
			given = []string{x.id}
		}
		header := w.Header()
		header["X-Request-Id"] = given
		header["X-Content-Type-Options"] = nosniff

		r = r.WithContext(context.WithValue(r.Context(), exchangeKey{}, x))
		defer o.finish(x, r)
		next.ServeHTTP(x, r)
	})
}

// finish records the outcome of x. It must be deferred directly, because it
// recovers from a panic of the handler.
func (o *Observer) finish(x *exchange, r *http.Request) {
	panicked := recover()
	// A handler that aborts on purpose has said all it wants to.
	cause, _ := panicked.(error)
	if panicked != nil && !errors.Is(cause, http.ErrAbortHandler) {
		x.err = fmt.Errorf("panic: %v", panicked)
		o.Log.ErrorContext(r.Context(), "handler panicked",
			"panic", fmt.Sprint(panicked), "stack", string(debug.Stack()))
		if x.status == 0 {
			problem.Write(x, r, problem.FromError(x.err))
			panicked = nil
		}
	}
	if x.status == 0 {
		x.status = http.StatusOK
	}
	duration := time.Since(x.begun)
	x.surface.Observe(r.Method, x.status, duration, x.bytes, x.zoom)
	o.log(x, r, duration)
	if panicked != nil {
		// The answer has begun: only a broken connection tells the client
		// that it is not whole.
		panic(http.ErrAbortHandler)
	}
}

func (o *Observer) log(x *exchange, r *http.Request, duration time.Duration) {
	level := slog.LevelDebug
	switch {
	case x.status >= 500:
		level = slog.LevelError
	case x.status >= 400, duration >= o.Slow && !x.lasts():
		level = slog.LevelInfo
	}
	ctx := r.Context()
	if !o.Log.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{
		slog.String("surface", x.surface.Name),
		slog.String("method", r.Method),
		slog.String("path", r.URL.Path),
		slog.Int("status", x.status),
		slog.Int64("bytes", x.bytes),
		slog.Duration("duration", duration),
		slog.String("remote", r.RemoteAddr),
	}
	if x.err != nil {
		attrs = append(attrs, slog.String("error", x.err.Error()))
	}
	o.Log.LogAttrs(ctx, level, "request", attrs...)
}

// On says that requests to next belong to a surface, for metrics and the log.
// The path's {z}, where the route has one, becomes the zoom.
func On(surface *metrics.Surface, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if x := exchangeOf(r.Context()); x != nil {
			x.surface = surface
			if surface.Zooms {
				x.zoom = r.PathValue("z")
			}
		}
		next.ServeHTTP(w, r)
	})
}
