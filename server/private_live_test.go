package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/jackc/pgx/v5"
)

// subscriptions are the two ways to hear of changes of grids, and of towns, which end what the test listens to.
var subscriptions = map[string]string{
	"features": `subscription { featuresChanged(layers: [GRIDS, TOWNS], since: [%s]) { layer code kind feature { ... on Grid { code name } } previous { properties } } }`,
	"tiles":    `subscription { tilesChanged(layers: [GRIDS, TOWNS], since: [%s]) { layers { layer tiles { z x y } } } }`,
}

// protocols are the two ways to subscribe. Each gives the payloads of the events, as they come.
var protocols = map[string]func(context.Context, *running, string, string) (func() (string, error), error){
	"WebSocket": func(ctx context.Context, r *running, query, authorization string) (func() (string, error), error) {
		conn, _, err := websocket.Dial(ctx, "ws"+strings.TrimPrefix(r.base, "http")+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}})
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { _ = conn.CloseNow() })
		conn.SetReadLimit(1 << 20)
		greeting := map[string]any{"type": "connection_init"}
		if authorization != "" {
			greeting["payload"] = map[string]string{"authorization": authorization}
		}
		for _, message := range []any{greeting, map[string]any{"id": "a", "type": "subscribe", "payload": map[string]string{"query": query}}} {
			text, _ := json.Marshal(message)
			if err := conn.Write(ctx, websocket.MessageText, text); err != nil {
				return nil, err
			}
		}
		return func() (string, error) {
			for {
				_, text, err := conn.Read(ctx)
				if err != nil || !strings.HasPrefix(string(text), `{"type":"connection_ack"`) {
					return string(text), err
				}
			}
		}, nil
	},
	"server-sent events": func(ctx context.Context, r *running, query, authorization string) (func() (string, error), error) {
		body, _ := json.Marshal(map[string]string{"query": query})
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.base+"/graphql", strings.NewReader(string(body)))
		if err != nil {
			return nil, err
		}
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Accept", "text/event-stream")
		if authorization != "" {
			request.Header.Set("Authorization", authorization)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(ctx, func() { _ = response.Body.Close() })
		lines := bufio.NewScanner(response.Body)
		lines.Buffer(nil, 1<<20)
		return func() (string, error) {
			for lines.Scan() {
				if text, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
					return text, nil
				}
			}
			return "", fmt.Errorf("no more events: %w", lines.Err())
		}, nil
	},
}

// untilTowns gives the events before the one of towns.
func untilTowns(t *testing.T, who string, next func() (string, error)) string {
	t.Helper()
	var heard strings.Builder
	for {
		text, err := next()
		if err != nil || !strings.Contains(text, `"data"`) {
			t.Fatalf("%s: %s %v, after %s", who, text, err, heard.String())
		}
		if strings.Contains(text, `"TOWNS"`) {
			return heard.String()
		}
		heard.WriteString(text + "\n")
	}
}

var tileMember = regexp.MustCompile(`\{"z":\d+,"x":\d+,"y":\d+\}`)

// tilesOf lists the tiles of events, in order.
func tilesOf(heard string) []string {
	tiles := tileMember.FindAllString(heard, -1)
	slices.Sort(tiles)
	return slices.Compact(tiles)
}

// What changes in a layer that is not published is heard of within the scope of a key, by either protocol: as it comes,
// and by who comes back for what he has missed.
func TestChangesOfALayerThatIsNotPublished(t *testing.T) {
	r := runServe(t)
	r.publish(t, "unpublish", "grids")
	ctx, leave := context.WithTimeout(t.Context(), time.Minute)
	defer leave()
	conn, err := pgx.Connect(ctx, r.database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	var since string
	if err := conn.QueryRow(ctx, `SELECT string_agg(format('{layer: %s, revision: %s}', upper(name), revision), ', ') FROM xiangtu.layers`).Scan(&since); err != nil {
		t.Fatal(err)
	}
	type listener struct {
		person   int
		of, name string
		next     func() (string, error)
	}
	var listeners []listener
	keys := make([]string, len(people))
	listen := func(when string) {
		for i, p := range people {
			for protocol, subscribe := range protocols {
				for of, query := range subscriptions {
					name := p.name + " by " + protocol + ", " + of + ", " + when
					next, err := subscribe(ctx, r, fmt.Sprintf(query, since), keys[i])
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					listeners = append(listeners, listener{i, of, name, next})
				}
			}
		}
	}
	for i, p := range people {
		if p.flags != nil {
			keys[i], _ = r.keyOf(t, append([]string{p.name}, p.flags...)...)
		}
	}
	listen("as it comes")
	for _, statement := range []string{
		`UPDATE xiangtu.grids SET workers = workers + 1 WHERE code IN (
			(SELECT min(code) FROM xiangtu.grids WHERE level = 3 AND code LIKE '445203104%'), (SELECT min(code) FROM xiangtu.grids WHERE level = 3 AND code LIKE '445203102%'))`,
		`UPDATE xiangtu.towns SET name = name || '!' WHERE code = '445203104'`,
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			t.Fatal(err)
		}
	}
	listen("coming back")

	tiles := make(map[string][][]string) // of what was heard, by the person
	for _, l := range listeners {
		p, heard := people[l.person], untilTowns(t, l.name, l.next)
		codes := codesInText(t, heard)
		for _, code := range codes {
			if p.sees == nil || !p.sees.MatchString(code) {
				t.Errorf("%s: hears of %s", l.name, code)
			}
		}
		if concerned := p.sees != nil && (p.sees.MatchString("445203102") || p.sees.MatchString("445203104")); (heard != "") != concerned {
			t.Errorf("%s: hears %q", l.name, heard)
		}
		if l.of == "tiles" {
			tiles[p.name] = append(tiles[p.name], tilesOf(heard))
		}
	}
	town, other := tiles["a viewer of a town"][0], tiles["an editor of another town"][0]
	if slices.Equal(town, other) || len(town) == 0 || len(other) == 0 {
		t.Errorf("the tiles of the one town are %v, of the other %v", town, other)
	}
	whole := slices.Concat(town, other)
	slices.Sort(whole)
	whole = slices.Compact(whole)
	for name, want := range map[string][]string{
		"nobody": nil, "an editor of another district": nil, "a viewer of a town": town, "an editor of another town": other,
		"a viewer": whole, "an admin": whole,
	} {
		for _, got := range tiles[name] {
			if !slices.Equal(got, want) {
				t.Errorf("%s hears of the tiles %v, want %v", name, got, want)
			}
		}
	}
}
