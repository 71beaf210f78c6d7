package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"xiangtu/graph/transport"
	"xiangtu/graph/transport/internal/toy"
)

// doorman lets in who says "Bearer good", until that is revoked.
type doorman struct{ revoked atomic.Bool }

var errNotGood = errors.New("not good")

func (d *doorman) config() transport.Config {
	return transport.Config{
		AliveInterval: 20 * time.Millisecond,
		Authenticate: func(ctx context.Context, authorization string) (context.Context, error) {
			if authorization != "Bearer good" || d.revoked.Load() {
				return ctx, errNotGood
			}
			return ctx, nil
		},
		ErrorPresenter: func(_ context.Context, err error) *gqlerror.Error {
			if !errors.Is(err, errNotGood) {
				return nil
			}
			return &gqlerror.Error{Message: err.Error(), Extensions: map[string]any{"code": transport.CodeUnauthenticated}}
		},
	}
}

func TestACredentialThatIsNotGoodIsRefused(t *testing.T) {
	server := httptest.NewServer(transport.New(toy.New(), new(doorman).config()))
	defer server.Close()
	for _, test := range []struct {
		accept, authorization string
		status                int
	}{
		{"application/json", "", 200},
		{"application/json", "Bearer good", 200},
		{"application/json", "Bearer bad", 401},
		{"application/graphql-response+json", "Bearer bad", 401},
		{"text/event-stream", "Bearer good", 200},
		{"text/event-stream", "Bearer bad", 401},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+query("{ __typename }"), nil)
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Accept", test.accept)
		if test.authorization != "" {
			request.Header.Set("Authorization", test.authorization)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		refused := strings.Contains(string(body), `"code":"UNAUTHENTICATED"`)
		challenged := strings.HasPrefix(response.Header.Get("WWW-Authenticate"), "Bearer")
		if want := test.status == 401; err != nil || response.StatusCode != test.status || refused != want || challenged != want {
			t.Errorf("%+v: %d %s %v", test, response.StatusCode, body, response.Header)
		}
	}
}

func TestCredentialsOnASocket(t *testing.T) {
	const (
		ask  = `{"id":"a","type":"subscribe","payload":{"query":"{ __typename }"}}`
		ack  = `{"type":"connection_ack"}`
		next = `{"id":"a","type":"next","payload":{"data":{"__typename":"Query"}}}`
	)
	greeting := func(payload string) string { return `{"type":"connection_init","payload":` + payload + `}` }
	for _, test := range []struct {
		name, header string
		messages     []string
		want         string
	}{
		{"none", "", []string{hello, ask}, ack + next},
		{"in the payload", "", []string{greeting(`{"authorization":"Bearer good"}`), ask}, ack + next},
		{"under the name that others use", "", []string{greeting(`{"Authorization":"Bearer good"}`), ask}, ack + next},
		{"in the header", "Bearer good", []string{hello, ask}, ack + next},
		{"one that is not good", "", []string{greeting(`{"authorization":"Bearer bad"}`)}, "4403"},
		{"none, among other things", "", []string{greeting(`{"app":"map"}`)}, ack},
		{"a null payload", "", []string{greeting(`null`)}, ack},
		{"no text", "", []string{greeting(`{"authorization":1}`)}, "4400"},
		{"no object", "", []string{greeting(`"Bearer good"`)}, "4400"},
	} {
		t.Run(test.name, func(t *testing.T) {
			options := &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{}}
			if test.header != "" {
				options.HTTPHeader.Set("Authorization", test.header)
			}
			conn, _, err := dial(t, new(doorman).config(), options)
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(talk(t, conn, len(test.messages), test.messages...), ""); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
			}
		})
	}
	t.Run("one that is not good in the header", func(t *testing.T) {
		_, response, _ := dial(t, new(doorman).config(), &websocket.DialOptions{
			Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: http.Header{"Authorization": {"Bearer bad"}},
		})
		if response == nil || response.StatusCode != http.StatusUnauthorized {
			t.Errorf("the handshake is answered %+v", response)
		}
	})
}

// What is open when a credential is revoked ends soon after.
func TestConnectionsEndWithTheirCredential(t *testing.T) {
	var d doorman
	conn, _, err := dial(t, d.config(), nil)
	if err != nil {
		t.Fatal(err)
	}
	talk(t, conn, 2, `{"type":"connection_init","payload":{"authorization":"Bearer good"}}`, subscribe)

	server := httptest.NewServer(transport.New(toy.New(), d.config()))
	defer server.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+query("subscription { tick }"), nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", "text/event-stream")
	request.Header.Set("Authorization", "Bearer good")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()

	d.revoked.Store(true)
	for ended := false; !ended; {
		ended = talk(t, conn, 1)[0] == "4403"
	}
	_, _ = io.ReadAll(response.Body) // returns when the stream has ended
}
