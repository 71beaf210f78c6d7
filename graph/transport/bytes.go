package transport

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// byteCount counts the data that a request is answered.
type byteCount struct{ written, limit int }

type byteCountKey struct{}

// check refuses the answer when it is over the limit. The total is that of the
// data as it is, which is less than what was counted where data was dropped.
func (c *byteCount) check(total int) *gqlerror.Error {
	total = max(total, c.written)
	if total <= c.limit {
		return nil
	}
	return exceed(CodeResponseTooLarge, fmt.Sprintf(
		"the answer has %d bytes of data, the limit is %d: ask for fewer items or simpler geometry, or in several requests", total, c.limit),
		int64(c.limit), int64(total))
}

// byteLimit keeps the data of an operation from growing in memory beyond its
// limit. The context has the count under byteCountKey; without one there is no limit.
//
// It gathers the data of each root field in a buffer that is used again, and
// hands it over in one piece: the buffer of gqlgen then grows once, to the
// size it needs, where it would copy megabytes several times.
type byteLimit struct{ buffers sync.Pool }

func newByteLimit() *byteLimit {
	return &byteLimit{sync.Pool{New: func() any { return new(bytes.Buffer) }}}
}

// A buffer that has grown beyond this is left to the garbage collector.
const keptDataBytes = 8 << 20

func (*byteLimit) ExtensionName() string                   { return "ByteLimit" }
func (*byteLimit) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptRootField implements graphql.RootFieldInterceptor.
func (l *byteLimit) InterceptRootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	value := next(ctx)
	count, counted := ctx.Value(byteCountKey{}).(*byteCount)
	// gqlgen knows its nulls by identity, so they must not be wrapped.
	if !counted || value == nil || value == graphql.Null || value == graphql.RequiredNull {
		return value
	}
	return graphql.WriterFunc(func(w io.Writer) {
		buffer := l.buffers.Get().(*bytes.Buffer)
		buffer.Reset()
		value.MarshalGQL(&countingWriter{buffer, count})
		// The writer is gqlgen's buffer, which does not fail.
		_, _ = w.Write(buffer.Bytes())
		if buffer.Cap() <= keptDataBytes {
			l.buffers.Put(buffer)
		}
	})
}

// countingWriter drops what is over the limit.
type countingWriter struct {
	buffer *bytes.Buffer
	count  *byteCount
}

func (w *countingWriter) Write(p []byte) (int, error) {
	w.count.written += len(p)
	if w.count.written > w.count.limit {
		return len(p), nil
	}
	return w.buffer.Write(p)
}

// WriteString keeps io.WriteString from copying each string.
func (w *countingWriter) WriteString(s string) (int, error) {
	w.count.written += len(s)
	if w.count.written > w.count.limit {
		return len(s), nil
	}
	return w.buffer.WriteString(s)
}

// Grow and AvailableBuffer let a marshaler append to the buffer in place, as it
// could to a bytes.Buffer.
func (w *countingWriter) Grow(n int) { w.buffer.Grow(min(n, max(0, w.count.limit-w.count.written))) }

// AvailableBuffer is the room that the buffer has, to append to and then Write.
func (w *countingWriter) AvailableBuffer() []byte { return w.buffer.AvailableBuffer() }

// Left is how many bytes more are within the limit. What is longer is dropped and the answer refused, so that a
// marshaler can stop there.
func (w *countingWriter) Left() int { return max(0, w.count.limit-w.count.written) }
