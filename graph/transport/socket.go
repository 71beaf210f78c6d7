package transport

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const (
	// initTimeout is how long a client may take to begin.
	initTimeout = 3 * time.Second
	// maxSocketOperations bounds the operations that a socket has under way.
	maxSocketOperations = 100
)

func asksForSocket(header http.Header) bool {
	upgrade := header["Upgrade"]
	return len(upgrade) > 0 && strings.EqualFold(upgrade[0], "websocket")
}

// socket is a connection by WebSocket, on which a client runs operations side by
// side. One goroutine reads it and owns it; each operation has one of its own.
type socket struct {
	handler *Handler
	conn    *websocket.Conn
	request *http.Request
	ctx     context.Context // of the connection
	running sync.WaitGroup

	mu         sync.Mutex
	credential string // of whoever the operations are run for; empty for nobody
	operations map[string]*socketOperation
}

type socketOperation struct{ cancel context.CancelFunc }

// serveSocket speaks graphql-transport-ws until the client leaves, breaks the
// protocol, or the server ends.
func (h *Handler) serveSocket(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		Subprotocols:       []string{subprotocol},
		OriginPatterns:     h.config.SocketOrigins,
		InsecureSkipVerify: slices.Contains(h.config.SocketOrigins, "*"),
	})
	if err != nil {
		return // Accept has said why
	}
	defer func() { _ = conn.CloseNow() }()
	if conn.Subprotocol() != subprotocol {
		_ = conn.Close(closeBadSubprotocol, "the subprotocol spoken here is "+subprotocol)
		return
	}
	conn.SetReadLimit(h.config.MaxBodyBytes)
	ctx, cancel := context.WithCancel(r.Context())
	defer context.AfterFunc(h.config.Lifetime, func() { _ = conn.Close(websocket.StatusGoingAway, "the server stops") })()
	s := &socket{handler: h, conn: conn, request: r, ctx: ctx, operations: make(map[string]*socketOperation)}
	s.running.Go(func() { s.stayAlive(cancel) })
	defer s.running.Wait()
	defer cancel()
	s.read()
}

// read takes the client's messages until the connection ends.
func (s *socket) read() {
	begin := time.AfterFunc(initTimeout, func() { _ = s.conn.Close(closeInitTimeout, "Connection initialisation timeout") })
	defer begin.Stop()
	begun := false
	for {
		kind, text, err := s.conn.Read(s.ctx)
		if err != nil {
			return // the client has gone, or sent what is too large, which the connection has told it
		}
		var m message
		if kind != websocket.MessageText || decode(bytes.NewReader(text), &m) != nil {
			s.close(closeBadMessage, "a message is a JSON object with a type")
			return
		}
		if !begun && m.Type == messageSubscribe {
			s.close(closeUnauthorized, "Unauthorized: send connection_init first")
			return
		}
		if begun && m.Type == messageInit {
			s.close(closeInitTwice, "Too many initialisation requests")
			return
		}
		if m.Type == messageInit {
			begun = true
			begin.Stop()
		}
		if code, reason := s.take(&m); code != 0 {
			s.close(code, reason)
			return
		}
	}
}

// take acts on a message. A code other than 0 closes the socket.
func (s *socket) take(m *message) (websocket.StatusCode, string) {
	switch m.Type {
	case messageInit:
		return s.begin(m)
	case messagePing:
		s.send(message{Type: messagePong, Payload: m.Payload})
	case messagePong:
	case messageSubscribe:
		return s.start(m)
	case messageComplete:
		if operation := s.forget(m.ID, nil); operation != nil {
			operation.cancel()
		}
	default:
		return closeBadMessage, fmt.Sprintf("there is no message of the type %.40q", m.Type)
	}
	return 0, ""
}

// begin lets the client in, if its credential is good.
func (s *socket) begin(m *message) (websocket.StatusCode, string) {
	credential, ok := credentialOf(s.request.Header, m.Payload)
	if !ok {
		return closeBadMessage, "the payload of connection_init is an object, and its authorization a text"
	}
	if _, refusal := s.handler.enter(s.ctx, credential); refusal != nil {
		return closeForbidden, "Forbidden: " + refusal.Message
	}
	s.mu.Lock()
	s.credential = credential
	s.mu.Unlock()
	s.send(message{Type: messageAck})
	return 0, ""
}

// start runs the operation of a message beside the others.
func (s *socket) start(m *message) (websocket.StatusCode, string) {
	params := &graphql.RawParams{Headers: s.request.Header}
	if m.ID == "" {
		return closeBadMessage, "subscribe has an id"
	}
	if err := decode(bytes.NewReader(m.Payload), params); err != nil {
		return closeBadMessage, "the payload of subscribe has a query"
	}
	ctx, cancel := context.WithCancel(s.ctx)
	operation := &socketOperation{cancel: cancel}
	s.mu.Lock()
	_, taken := s.operations[m.ID]
	crowded := len(s.operations) >= maxSocketOperations
	if !taken && !crowded {
		s.operations[m.ID] = operation
	}
	s.mu.Unlock()
	switch {
	case taken:
		cancel()
		return closeIDTaken, fmt.Sprintf("Subscriber for %.40s already exists", m.ID)
	case crowded:
		cancel()
		s.sendErrors(m.ID, gqlerror.List{exceed(CodeTooManyOperations, fmt.Sprintf(
			"the connection has %d operations under way, which is the limit: let one end, or open another connection", maxSocketOperations),
			maxSocketOperations, maxSocketOperations+1)})
		return 0, ""
	}
	s.running.Go(func() {
		defer cancel()
		s.run(ctx, m.ID, operation, params)
	})
	return 0, ""
}

// run executes an operation. Its id is free again before the message that ends
// it is sent, for the client may use it at once.
func (s *socket) run(ctx context.Context, id string, operation *socketOperation, params *graphql.RawParams) {
	defer func() {
		if fault := recover(); fault != nil {
			s.forget(id, operation)
			s.sendErrors(id, gqlerror.List{s.handler.engine.faults.recovered(ctx, fault)})
		}
	}()
	var refused gqlerror.List
	named, refusal := s.handler.enter(ctx, s.holder())
	if refusal != nil {
		refused = gqlerror.List{refusal}
	} else {
		s.handler.engine.stream(named, params, false, func(res result) bool {
			if res.data == nil {
				refused = res.errors
				return false
			}
			return s.sendResult(id, &res)
		})
	}
	s.forget(id, operation)
	switch {
	case ctx.Err() != nil: // the client wants no more of it
	case refused != nil:
		s.sendErrors(id, refused)
	default:
		s.send(message{ID: id, Type: messageComplete})
	}
}

// holder is the credential of whoever the operations are run for.
func (s *socket) holder() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.credential
}

// forget takes the operation of an id off the list: the given one, or any if that is nil. It gives what it took.
func (s *socket) forget(id string, operation *socketOperation) *socketOperation {
	s.mu.Lock()
	defer s.mu.Unlock()
	listed := s.operations[id]
	if listed == nil || operation != nil && listed != operation {
		return nil
	}
	delete(s.operations, id)
	return listed
}

func (s *socket) sendResult(id string, res *result) bool {
	begin, err := json.Marshal(message{ID: id, Type: messageNext})
	if err != nil {
		return false
	}
	begin = append(begin[:len(begin)-1], `,"payload":`...)
	return s.write(append(s.handler.appendJSON([][]byte{begin}, s.request, res), []byte{'}'})...) == nil
}

func (s *socket) sendErrors(id string, errs gqlerror.List) {
	if payload, err := marshal(errs); err == nil {
		s.send(message{ID: id, Type: messageError, Payload: payload})
	}
}

// send sends a message. A failure ends the connection, and so the reading.
func (s *socket) send(m message) {
	if text, err := json.Marshal(m); err == nil {
		_ = s.write(text)
	}
}

func (s *socket) write(parts ...[]byte) error {
	ctx, cancel := context.WithTimeout(s.ctx, sendTimeout)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, bytes.Join(parts, nil))
}

// close ends the connection with a reason, which a frame holds 123 bytes of.
func (s *socket) close(code websocket.StatusCode, reason string) {
	const longest = 123
	if len(reason) > longest {
		reason = strings.ToValidUTF8(reason[:longest], "")
	}
	_ = s.conn.Close(code, reason)
}

// stayAlive asks the client now and then whether it is there, and ends the
// connection of one that is not, or whose credential has ended.
func (s *socket) stayAlive(end func()) {
	ticker := time.NewTicker(s.handler.config.AliveInterval)
	defer ticker.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-ticker.C:
		}
		if s.handler.ended(s.ctx, s.holder()) {
			s.close(closeForbidden, "Forbidden: the credential has ended")
			return
		}
		ctx, cancel := context.WithTimeout(s.ctx, sendTimeout)
		err := s.conn.Ping(ctx)
		cancel()
		if err != nil && !errors.Is(err, context.Canceled) {
			end()
			return
		}
	}
}
