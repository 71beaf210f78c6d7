package transport

import (
	"context"
	"net/http"
	"sync"
	"time"
)

const mediaEvents mediaType = "text/event-stream"

// asksForEvents tells whether a request wants its answer as server-sent events:
// it names their media type, and no other that is spoken here.
func asksForEvents(header http.Header) bool {
	for _, line := range header["Accept"] {
		if name, quality, ok := mediaRange(line); ok && name == string(mediaEvents) && quality > 0 {
			return true
		}
	}
	return false
}

// answerEvents answers one operation by server-sent events, in the mode of
// distinct connections of the protocol GraphQL over SSE: each result is an
// event next, and complete is the last. What is wrong with the request as HTTP
// is answered as to any other.
func (h *Handler) answerEvents(w http.ResponseWriter, r *http.Request, read reader) {
	req, refusal := read(w, r)
	if refusal == nil && req.isBatch {
		refusal = refuse(CodeBadRequest, "a stream of events answers one operation: send it alone, not in an array")
	}
	if refusal != nil {
		h.refuse(w, r, mediaJSON, refusal)
		return
	}
	defer req.done()
	ctx, cancel := context.WithCancel(r.Context())
	defer context.AfterFunc(h.config.Lifetime, cancel)()
	header := w.Header()
	header.Set("Content-Type", string(mediaEvents))
	header.Set("Cache-Control", "no-store")
	e := &eventStream{w: w, control: http.NewResponseController(w)}
	e.ended = func() bool { return h.ended(ctx, r.Header.Get("Authorization")) }
	// The server's bound on reading a request would end the answer with it.
	_ = e.control.SetReadDeadline(time.Time{})

	// A client learns by it that its subscription is heard.
	if e.send(comment) != nil {
		return
	}
	var alive sync.WaitGroup
	alive.Go(func() { e.stayAlive(ctx, h.config.AliveInterval, cancel) })
	defer alive.Wait()
	defer cancel()
	params := &req.operations[0]
	params.Headers = r.Header
	h.engine.stream(ctx, params, req.readOnly, func(res result) bool {
		return e.send(append(h.appendJSON([][]byte{[]byte("event: next\ndata: ")}, r, &res), []byte("\n\n"))...) == nil
	})
	if ctx.Err() == nil {
		_ = e.send([]byte("event: complete\ndata:\n\n")) // fails when the client has gone
	}
}

// comment is what a client passes over.
var comment = []byte(":\n\n")

// eventStream writes events one at a time.
type eventStream struct {
	mu      sync.Mutex
	w       http.ResponseWriter
	control *http.ResponseController
	ended   func() bool // whether the credential that it was asked for with is good no more
}

// send writes an event and sees it off.
func (e *eventStream) send(parts ...[]byte) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	_ = e.control.SetWriteDeadline(time.Now().Add(sendTimeout)) // a writer of a test has none
	for _, part := range parts {
		if _, err := e.w.Write(part); err != nil {
			return err
		}
	}
	return e.control.Flush()
}

// stayAlive sends comments, by which a proxy sees that the stream is alive, and
// we that the client is. It ends with ctx, and ends it where the client is gone.
func (e *eventStream) stayAlive(ctx context.Context, interval time.Duration, end func()) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if e.ended() || e.send(comment) != nil {
			end()
			return
		}
	}
}
