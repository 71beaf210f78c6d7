package transport

import (
	"encoding/json"

	"github.com/coder/websocket"
)

// subprotocol is the one that sockets speak, as the package graphql-ws defines
// it in its PROTOCOL.md.
const subprotocol = "graphql-transport-ws"

// The types of its messages.
const (
	messageInit      = "connection_init"
	messageAck       = "connection_ack"
	messagePing      = "ping"
	messagePong      = "pong"
	messageSubscribe = "subscribe"
	messageNext      = "next"
	messageError     = "error"
	messageComplete  = "complete"
)

// The codes that it closes a socket with.
const (
	closeBadMessage     websocket.StatusCode = 4400
	closeUnauthorized   websocket.StatusCode = 4401
	closeForbidden      websocket.StatusCode = 4403
	closeBadSubprotocol websocket.StatusCode = 4406
	closeInitTimeout    websocket.StatusCode = 4408
	closeIDTaken        websocket.StatusCode = 4409
	closeInitTwice      websocket.StatusCode = 4429
)

// message is one message in either direction.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}
