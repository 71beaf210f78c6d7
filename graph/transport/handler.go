// Package transport carries GraphQL over HTTP: GET and POST with JSON, as the
// GraphQL over HTTP specification and all of its audits ask. The same requests
// are answered as server-sent events to clients that want them so, and by
// WebSocket (graphql-transport-ws) clients run operations side by side: these
// two carry subscriptions.
//
// gqlgen executes; this package reads requests, bounds what they may cost,
// keeps parsed documents and persisted queries, and writes the data that the
// execution produced without looking at it again. Each limit refuses with a
// code of its own, see the Code constants.
package transport

import (
	"bytes"
	"errors"
	"net/http"
	"sync"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const allowedMethods = "GET, HEAD, POST, OPTIONS"

// Handler answers GraphQL requests on whatever path it is mounted at.
type Handler struct {
	config Config
	engine *engine
	bodies sync.Pool // of *bytes.Buffer

	quickReaders sync.Pool // of *quickReader
}

// New makes the handler of a schema. It panics when one of Config.Extensions
// does not suit the schema, which is a mistake in the program.
func New(schema graphql.ExecutableSchema, config Config) *Handler {
	config = config.withDefaults()
	return &Handler{
		config: config,
		engine: newEngine(schema, config),
		bodies: sync.Pool{New: func() any { return new(bytes.Buffer) }},

		quickReaders: sync.Pool{New: func() any { return &quickReader{texts: config.TextMembers} }},
	}
}

// ServeHTTP answers one request: one operation, or by POST an array of them.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Add("Vary", "Accept")
	defer h.recoverRequest(w, r)
	r, refusal := h.authenticate(r)
	if refusal != nil {
		h.refuse(w, r, mediaJSON, refusal)
		return
	}
	answer := h.answer
	switch {
	case asksForSocket(r.Header):
		h.serveSocket(w, r)
		return
	case asksForEvents(r.Header):
		answer = h.answerEvents
	}
	switch r.Method {
	case http.MethodPost:
		answer(w, r, h.readPost)
	case http.MethodGet, http.MethodHead:
		answer(w, r, h.readGet)
	case http.MethodOptions:
		w.Header().Set("Allow", allowedMethods)
		w.WriteHeader(http.StatusNoContent)
	default:
		h.refuse(w, r, mediaJSON, refuse(CodeMethodNotAllowed, r.Method+" is not a method of GraphQL over HTTP; use POST, or GET for queries"))
	}
}

// request is what one HTTP request asks for.
type request struct {
	operations []graphql.RawParams
	// isBatch: the operations came as an array and are answered as one.
	isBatch bool
	// readOnly: nothing but queries may run.
	readOnly bool
	// release lets go of the body, or of the files that came along; nil if there is nothing of the kind.
	release func()
}

func (req request) done() {
	if req.release != nil {
		req.release()
	}
}

type reader func(http.ResponseWriter, *http.Request) (request, *gqlerror.Error)

func (h *Handler) answer(w http.ResponseWriter, r *http.Request, read reader) {
	media, refusal := negotiate(r.Header)
	if refusal != nil {
		h.refuse(w, r, media, refusal)
		return
	}
	req, refusal := read(w, r)
	if refusal != nil {
		h.refuse(w, r, media, refusal)
		return
	}
	defer req.done()
	results := make([]result, len(req.operations))
	written := 0
	for i := range req.operations {
		params := &req.operations[i]
		params.Headers = r.Header
		results[i] = h.engine.run(r.Context(), params, req.readOnly, written)
		written += len(results[i].data)
	}
	h.write(w, r, media, req.isBatch, results)
}

// refuse answers a request of which no operation was run.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, media mediaType, refusal *gqlerror.Error) {
	h.write(w, r, media, false, []result{{errors: gqlerror.List{refusal}}})
}

// recoverRequest turns a panic outside of any resolver into an internal error.
func (h *Handler) recoverRequest(w http.ResponseWriter, r *http.Request) {
	fault := recover()
	if fault == nil {
		return
	}
	if err, ok := fault.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(fault) // net/http is asked to drop the connection
	}
	h.refuse(w, r, mediaJSON, h.engine.faults.recovered(r.Context(), fault))
}
