package middleware

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	"xiangtu/server/metrics"
)

// exchange is a request and its answer, as the outermost middleware sees
// them. It is the ResponseWriter that handlers get, and it travels in the
// request's context, so that one allocation serves both.
type exchange struct {
	http.ResponseWriter
	id      string
	surface *metrics.Surface
	zoom    string
	status  int
	bytes   int64
	err     error
	begun   time.Time
}

type exchangeKey struct{}

func exchangeOf(ctx context.Context) *exchange {
	x, _ := ctx.Value(exchangeKey{}).(*exchange)
	return x
}

// RequestID returns the id of the request that ctx belongs to, or "".
func RequestID(ctx context.Context) string {
	if x := exchangeOf(ctx); x != nil {
		return x.id
	}
	return ""
}

// WriteHeader notes the final status and passes it on.
func (x *exchange) WriteHeader(status int) {
	// 1xx answers come before the final one; 101 is final.
	if x.status == 0 && (status >= 200 || status == http.StatusSwitchingProtocols) {
		x.status = status
	}
	x.ResponseWriter.WriteHeader(status)
}

// Write counts the bytes and passes them on.
func (x *exchange) Write(p []byte) (int, error) {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	n, err := x.ResponseWriter.Write(p)
	x.bytes += int64(n)
	return n, err
}

// Unwrap gives http.ResponseController the connection's own writer.
func (x *exchange) Unwrap() http.ResponseWriter { return x.ResponseWriter }

// Flush sends what was written so far; libraries ask for http.Flusher.
func (x *exchange) Flush() {
	if x.status == 0 {
		x.status = http.StatusOK
	}
	_ = http.NewResponseController(x.ResponseWriter).Flush()
}

// Hijack hands the connection over; WebSocket libraries ask for http.Hijacker.
func (x *exchange) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	if x.status == 0 {
		x.status = http.StatusSwitchingProtocols
	}
	return http.NewResponseController(x.ResponseWriter).Hijack()
}

// lasts says whether the answer goes on until the client has enough of it, as
// that of a WebSocket or of server-sent events does.
func (x *exchange) lasts() bool {
	return x.status == http.StatusSwitchingProtocols || strings.HasPrefix(x.Header().Get("Content-Type"), "text/event-stream")
}

// RecordError keeps the cause of a failed answer for the log; package problem
// calls it.
func (x *exchange) RecordError(err error) { x.err = err }
