package transport_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"xiangtu/graph/transport"
	"xiangtu/graph/transport/internal/toy"
)

const (
	hello     = `{"type":"connection_init"}`
	subscribe = `{"id":"a","type":"subscribe","payload":{"query":"subscription { tick }"}}`
)

// dial opens a WebSocket to a server of the toy.
func dial(t *testing.T, config transport.Config, options *websocket.DialOptions) (*websocket.Conn, *http.Response, error) {
	t.Helper()
	server := httptest.NewServer(transport.New(toy.New(), config))
	t.Cleanup(server.Close)
	if options == nil {
		options = &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}
	}
	conn, response, err := websocket.Dial(t.Context(), "ws"+strings.TrimPrefix(server.URL, "http"), options)
	if err == nil {
		t.Cleanup(func() { _ = conn.CloseNow() })
	}
	return conn, response, err
}

// talk sends messages and gives what is answered: up to so many messages, or the code that the socket is closed with.
func talk(t *testing.T, conn *websocket.Conn, answers int, messages ...string) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for _, m := range messages {
		if err := conn.Write(ctx, websocket.MessageText, []byte(m)); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for len(got) < answers {
		_, text, err := conn.Read(ctx)
		if closed := (websocket.CloseError{}); errors.As(err, &closed) {
			return append(got, fmt.Sprint(int(closed.Code)))
		}
		if err != nil {
			t.Fatalf("after %q: %v", got, err)
		}
		got = append(got, string(text))
	}
	return got
}

// What the protocol says of each way a conversation can go.
func TestConversationsOnASocket(t *testing.T) {
	const ack = `{"type":"connection_ack"}`
	for _, test := range []struct {
		name     string
		messages []string
		want     []string
	}{
		{"nothing but a beginning that does not come", nil, []string{"4408"}},
		{"a greeting", []string{hello}, []string{ack}},
		{"two greetings", []string{hello, hello}, []string{ack, "4429"}},
		{"an operation before the greeting", []string{subscribe}, []string{"4401"}},
		{"no JSON", []string{"hello"}, []string{"4400"}},
		{"a type that is none", []string{`{"type":"hello"}`}, []string{"4400"}},
		{"a sign of life", []string{`{"type":"ping","payload":{"a":1}}`}, []string{`{"type":"pong","payload":{"a":1}}`}},
		{"an operation without an id", []string{hello, `{"type":"subscribe","payload":{"query":"{ __typename }"}}`}, []string{ack, "4400"}},
		{"an operation without a payload", []string{hello, `{"id":"a","type":"subscribe"}`}, []string{ack, "4400"}},
		{
			"an id twice", []string{hello, `{"id":"a","type":"subscribe","payload":{"query":"{ wait }"}}`, subscribe},
			[]string{ack, "4409"},
		},
		{
			"an id that is free again", []string{hello, `{"id":"a","type":"subscribe","payload":{"query":"{ wait }"}}`, `{"id":"a","type":"complete"}`, subscribe},
			[]string{ack, `{"id":"a","type":"next","payload":{"data":{"tick":0}}}`},
		},
		{
			"a query", []string{hello, `{"id":"b","type":"subscribe","payload":{"query":"{ __typename }"}}`},
			[]string{ack, `{"id":"b","type":"next","payload":{"data":{"__typename":"Query"}}}`, `{"id":"b","type":"complete"}`},
		},
		{
			"too deep a query", []string{hello, `{"id":"b","type":"subscribe","payload":{"query":"{ items { items { items { id } } } }"}}`},
			[]string{ack, `{"id":"b","type":"error","payload":[{"message":"the document is 4 fields deep, the limit is 3: ask for fewer levels, or in several requests","extensions":{"actual":4,"code":"DEPTH_LIMIT_EXCEEDED","limit":3}}]}`},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			conn, _, err := dial(t, transport.Config{MaxDepth: 3}, nil)
			if err != nil {
				t.Fatal(err)
			}
			got := talk(t, conn, len(test.want), test.messages...)
			if strings.Join(got, "\n") != strings.Join(test.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
		})
	}
}

func TestWhoMayOpenASocket(t *testing.T) {
	from := func(origin string) *websocket.DialOptions {
		return &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Origin": {origin}}}
	}
	listed := transport.Config{SocketOrigins: []string{"https://map.example.cn"}}
	for _, test := range []struct {
		name    string
		config  transport.Config
		options *websocket.DialOptions
		status  int
	}{
		{"a page that is listed", listed, from("https://map.example.cn"), 101},
		{"a page that is not", listed, from("https://elsewhere.example.cn"), 403},
		{"a program, which is no page", listed, nil, 101},
		{"any page where any may", transport.Config{SocketOrigins: []string{"*"}}, from("https://elsewhere.example.cn"), 101},
		{"any page where none is listed", transport.Config{}, from("https://elsewhere.example.cn"), 403},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, response, _ := dial(t, test.config, test.options)
			if response == nil || response.StatusCode != test.status {
				t.Errorf("%+v, want status %d", response, test.status)
			}
		})
	}
}

func TestASocketWithoutTheSubprotocolIsClosed(t *testing.T) {
	conn, _, err := dial(t, transport.Config{}, &websocket.DialOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if got := talk(t, conn, 1); got[0] != "4406" {
		t.Errorf("%s", got)
	}
}

func TestASocketHasALimitOfOperations(t *testing.T) {
	conn, _, err := dial(t, transport.Config{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	messages := []string{hello}
	for i := range 101 {
		messages = append(messages, fmt.Sprintf(`{"id":"%d","type":"subscribe","payload":{"query":"{ wait }"}}`, i))
	}
	got := talk(t, conn, 2, messages...)
	if !strings.Contains(got[1], `"id":"100","type":"error"`) || !strings.Contains(got[1], transport.CodeTooManyOperations) {
		t.Errorf("%s", got[1])
	}
}

// A subscription has no end of its own: the server's end is its end.
func TestSocketsAndEventsEndWithTheServer(t *testing.T) {
	lifetime, end := context.WithCancel(t.Context())
	config := transport.Config{Lifetime: lifetime}
	conn, _, err := dial(t, config, nil)
	if err != nil {
		t.Fatal(err)
	}
	talk(t, conn, 2, hello, subscribe)

	server := httptest.NewServer(transport.New(toy.New(), config))
	defer server.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+query("subscription { tick }"), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "text/event-stream")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()

	end()
	for ended := false; !ended; {
		got := talk(t, conn, 1)
		ended = got[0] == "1001"
	}
	for buffer := make([]byte, 1024); err == nil; {
		_, err = response.Body.Read(buffer)
	}
}
