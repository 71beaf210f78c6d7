package graph_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/graph"
	"xiangtu/graph/transport"
	"xiangtu/internal/pgtest"
)

// instance is a server of the map that tells of changes.
type instance struct {
	*httptest.Server
	tracer *statements
}

// serveChanges starts a server over a database; each request is its actor's.
func serveChanges(t testing.TB, url string, actor geo.Actor) *instance {
	t.Helper()
	tracer := &statements{}
	pool, err := postgis.Connect(t.Context(), url, postgis.Options{Tracer: tracer})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	store := postgis.New(pool)
	revisions := postgis.NewRevisions(store, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { revisions.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	for limit := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if _, err := revisions.Follow(); err == nil {
			break
		} else if time.Now().After(limit) {
			t.Fatal(err)
		}
	}
	handler := graph.New(graph.Config{
		Store: store, Changes: revisions, Transport: transport.Config{MaxComplexity: 250_000},
		BaseURL: func(*http.Request) string { return "https://map.example" },
	})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r.WithContext(geo.WithActor(r.Context(), actor)))
	}))
	t.Cleanup(server.Close)
	return &instance{server, tracer}
}

// heard is the events of a subscription, as JSON of its field.
type heard struct {
	events chan string
	leave  func()
}

// subscribe subscribes by server-sent events, and returns when the subscription is at work.
func (i *instance) subscribe(t testing.TB, query string, variables map[string]any) *heard {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	ctx, leave := context.WithCancel(context.WithoutCancel(t.Context()))
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, i.URL, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	h := &heard{events: make(chan string, 1000)}
	var reading sync.WaitGroup
	h.leave = func() { leave(); reading.Wait() }
	t.Cleanup(h.leave)
	reading.Go(func() {
		defer close(h.events)
		defer answer.Body.Close()
		lines := bufio.NewScanner(answer.Body)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if text, ok := strings.CutPrefix(lines.Text(), "data: "); ok {
				h.events <- fieldOf(text)
			}
		}
	})
	time.Sleep(50 * time.Millisecond) // the protocol has no word for a subscription that has begun
	return h
}

// fieldOf gives the one field of a result, or its first error.
func fieldOf(text string) string {
	var result struct {
		Data   map[string]json.RawMessage
		Errors []struct {
			Message    string
			Extensions struct{ Code, Argument string }
		}
	}
	if err := json.Unmarshal([]byte(text), &result); err != nil {
		return err.Error()
	}
	if len(result.Errors) > 0 {
		return fmt.Sprintf("%s %s: %s", result.Errors[0].Extensions.Code, result.Errors[0].Extensions.Argument, result.Errors[0].Message)
	}
	for _, field := range result.Data {
		return string(field)
	}
	return text
}

// next waits for an event.
func (h *heard) next(t testing.TB) string {
	t.Helper()
	select {
	case event, more := <-h.events:
		if !more {
			return "the end"
		}
		return event
	case <-time.After(20 * time.Second):
		t.Fatal("no event")
		return ""
	}
}

// nothingMore checks that no event is waiting, once what was done before has arrived.
func (h *heard) nothingMore(t testing.TB) {
	t.Helper()
	select {
	case event := <-h.events:
		t.Errorf("one more event: %s", event)
	case <-time.After(300 * time.Millisecond):
	}
}

func owner(t testing.TB, url string) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func run(t testing.TB, pool *pgxpool.Pool, sql string) {
	t.Helper()
	if _, err := pool.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

const hearFeatures = `subscription ($layers: [LayerName!], $where: LayersWhere, $bbox: [Float!], $since: [LayerRevision!]) {
	featuresChanged(layers: $layers, where: $where, bbox: $bbox, since: $since) {
		revision kind code matches feature { name ... on Village { town { name } } } previous { properties }
	}
}`

// nameBefore shortens an event: of the properties that a feature had, the name is enough.
func nameBefore(t *testing.T, event string) string {
	t.Helper()
	var told map[string]any
	if err := json.Unmarshal([]byte(event), &told); err != nil {
		return event
	}
	if previous, ok := told["previous"].(map[string]any); ok {
		told["previous"] = at(previous, "properties", "name")
	}
	delete(told, "revision")
	return compact(told)
}

// Whoever subscribes hears of each feature once, with what it was and is, and of those that come into his filter or go
// out of it.
func TestFeaturesThatChangeAreHeardOf(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	pool, server := owner(t, url), serveChanges(t, url, geo.Actor{})
	all := server.subscribe(t, hearFeatures, nil)
	villages := server.subscribe(t, hearFeatures, map[string]any{
		"layers": []string{"VILLAGES"}, "where": map[string]any{"villages": map[string]any{"kind": map[string]any{"eq": "COMMUNITY"}}}})
	west := server.subscribe(t, hearFeatures, map[string]any{"bbox": []float64{0, 0, 1, 1}})
	const insert = `INSERT INTO xiangtu.stations (code, name, pinyin, village_code, geom) SELECT 'new', '新站', pinyin, village_code, geom FROM xiangtu.stations LIMIT 1`
	for _, test := range []struct {
		sql, all, villages, west string
	}{
		{`UPDATE xiangtu.villages SET name = '甲', kind = 'village' WHERE code = '445203102001'`,
			`{"code":"445203102001","feature":{"name":"甲","town":{"name":"云路镇"}},"kind":"UPDATED","matches":true,"previous":"云路社区"}`,
			`{"code":"445203102001","feature":{"name":"甲","town":{"name":"云路镇"}},"kind":"UPDATED","matches":false,"previous":"云路社区"}`, ""},
		{`UPDATE xiangtu.villages SET kind = 'community' WHERE code = '445203102001'`,
			`{"code":"445203102001","feature":{"name":"甲","town":{"name":"云路镇"}},"kind":"UPDATED","matches":true,"previous":"甲"}`,
			`{"code":"445203102001","feature":{"name":"甲","town":{"name":"云路镇"}},"kind":"UPDATED","matches":true,"previous":"甲"}`, ""},
		{`UPDATE xiangtu.villages SET kind = 'village', name = '乙' WHERE code = '445203102001'`,
			`{"code":"445203102001","feature":{"name":"乙","town":{"name":"云路镇"}},"kind":"UPDATED","matches":true,"previous":"甲"}`,
			`{"code":"445203102001","feature":{"name":"乙","town":{"name":"云路镇"}},"kind":"UPDATED","matches":false,"previous":"甲"}`, ""},
		{insert, `{"code":"new","feature":{"name":"新站"},"kind":"CREATED","matches":true,"previous":null}`, "", ""},
		{`UPDATE xiangtu.stations SET geom = ST_SetSRID(ST_MakePoint(0.5, 0.5), 4326) WHERE code = 'new'`,
			`{"code":"new","feature":{"name":"新站"},"kind":"UPDATED","matches":true,"previous":"新站"}`, "",
			`{"code":"new","feature":{"name":"新站"},"kind":"UPDATED","matches":true,"previous":"新站"}`},
		{`UPDATE xiangtu.stations SET geom = ST_SetSRID(ST_MakePoint(1.5, 0.5), 4326) WHERE code = 'new'`,
			`{"code":"new","feature":{"name":"新站"},"kind":"UPDATED","matches":true,"previous":"新站"}`, "",
			`{"code":"new","feature":{"name":"新站"},"kind":"UPDATED","matches":false,"previous":"新站"}`},
		{`DELETE FROM xiangtu.stations WHERE code = 'new'`, `{"code":"new","feature":null,"kind":"DELETED","matches":false,"previous":"新站"}`, "", ""},
	} {
		run(t, pool, test.sql)
		for _, subscriber := range []struct {
			name string
			*heard
			want string
		}{{"all", all, test.all}, {"villages", villages, test.villages}, {"west", west, test.west}} {
			if subscriber.want == "" {
				continue
			}
			if got := nameBefore(t, subscriber.next(t)); got != subscriber.want {
				t.Errorf("%s\n%s hear %s\nwant %s", test.sql, subscriber.name, got, subscriber.want)
			}
		}
	}
	for _, h := range []*heard{all, villages, west} {
		h.nothingMore(t)
	}
}

const hearTiles = `subscription ($layers: [LayerName!], $bbox: [Float!], $minZoom: Int, $maxZoom: Int, $since: [LayerRevision!]) {
	tilesChanged(layers: $layers, bbox: $bbox, minZoom: $minZoom, maxZoom: $maxZoom, since: $since) { layers { layer revision tiles { z x y } } }
}`

// A transaction is one event, whatever it did; a large one says that any tile may be another.
func TestTilesThatChangeAreHeardOf(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	pool, server := owner(t, url), serveChanges(t, url, geo.Actor{})
	h := server.subscribe(t, hearTiles, map[string]any{"layers": []string{"STATIONS", "GRIDS"}, "minZoom": 12, "maxZoom": 12})
	run(t, pool, `UPDATE xiangtu.towns SET name = '不听' WHERE code = '445203001'`)
	run(t, pool, `BEGIN; UPDATE xiangtu.stations SET geom = ST_SetSRID(ST_MakePoint(116.4, 23.57), 4326) WHERE code = 'JD-S1'; UPDATE xiangtu.grids SET workers = 1 WHERE code = '445203001001'; COMMIT`)
	run(t, pool, `UPDATE xiangtu.grids SET workers = workers`)
	got := []string{h.next(t), h.next(t)}
	if !strings.Contains(got[0], `"STATIONS"`) || !strings.Contains(got[0], `"GRIDS"`) || !strings.Contains(got[0], `{"z":12,"x":3372,"y":1771}`) || strings.Contains(got[0], `"z":13`) {
		t.Errorf("two layers at once: %s", got[0])
	}
	if got[1] != `{"layers":[{"layer":"GRIDS","revision":3,"tiles":null}]}` {
		t.Errorf("all grids: %s", got[1])
	}
	h.nothingMore(t)
}

// Who comes back with the revisions that he heard of last hears of everything since, once.
func TestWhoComesBackMissesNothing(t *testing.T) {
	t.Parallel()
	const rounds, writes = 6, 20
	url := pgtest.URL(t)
	pool, server := owner(t, url), serveChanges(t, url, geo.Actor{})
	var writing sync.WaitGroup
	writing.Go(func() {
		for i := range rounds * writes {
			run(t, pool, fmt.Sprintf(`UPDATE xiangtu.towns SET provenance = '%d' WHERE code = '445203001'`, i))
			time.Sleep(5 * time.Millisecond)
		}
	})
	last, heardOf := int64(1), 0
	for heardOf < rounds*writes {
		h := server.subscribe(t, hearFeatures, map[string]any{"layers": []string{"TOWNS"}, "since": []any{map[string]any{"layer": "TOWNS", "revision": last}}})
		for range min(rounds*writes-heardOf, 17) {
			var event struct{ Revision int64 }
			text := h.next(t)
			if err := json.Unmarshal([]byte(text), &event); err != nil || event.Revision != last+1 {
				t.Fatalf("after revision %d: %s", last, text)
			}
			last = event.Revision
			heardOf++
		}
		h.leave()
	}
	writing.Wait()
	h := server.subscribe(t, hearFeatures, map[string]any{"layers": []string{"TOWNS"}, "since": []any{map[string]any{"layer": "TOWNS", "revision": last + 9}}})
	if got := h.next(t); !strings.Contains(got, "RELOADED") {
		t.Errorf("who has heard of more than there is: %s", got)
	}
}

// A change is read once for all who hear of it, on every instance.
func TestManySubscribersCostNoMoreStatements(t *testing.T) {
	t.Parallel()
	const many = 60
	url := pgtest.URL(t)
	pool := owner(t, url)
	one, other := serveChanges(t, url, geo.Actor{}), serveChanges(t, url, geo.Actor{})
	var subscribers []*heard
	for i := range many {
		server := []*instance{one, other}[i%2]
		query := `subscription { featuresChanged(layers: [GRIDS], where: {grids: {level: {eq: 1}}}) { code feature { name geometry } previous { geometry } } }`
		if i >= many/2 {
			query = hearTiles
		}
		subscribers = append(subscribers, server.subscribe(t, query, nil))
	}
	_, _ = one.tracer.take(), other.tracer.take()
	run(t, pool, `UPDATE xiangtu.grids SET workers = 1 WHERE code = '445203001001'`)
	for _, h := range subscribers {
		if got := h.next(t); strings.Contains(got, ":null") || !strings.Contains(got, "445203001001") && !strings.Contains(got, `"z":12`) {
			t.Error(got)
		}
	}
	if sent := len(one.tracer.take()) + len(other.tracer.take()); sent > 2*8 {
		t.Errorf("%d statements", sent)
	}
}

// What is wrong with a subscription is said at once.
func TestSubscriptionsThatAreWrong(t *testing.T) {
	t.Parallel()
	server := serveChanges(t, pgtest.URL(t), geo.Actor{})
	for _, test := range []struct{ arguments, want string }{
		{`featuresChanged(bbox: [1, 2, 3])`, "BAD_USER_INPUT bbox"},
		{`featuresChanged(where: {villages: {geometry: {bbox: [1, 2, 3, 400]}}})`, "BAD_USER_INPUT where.villages.geometry.bbox"},
		{`featuresChanged(since: [{layer: TOWNS, revision: -1}])`, "BAD_USER_INPUT since[0].revision"},
		{`featuresChanged(since: [{layer: TOWNS, revision: 1}, {layer: TOWNS, revision: 1}])`, "BAD_USER_INPUT since[1].layer"},
	} {
		if got := server.subscribe(t, `subscription { `+test.arguments+` { code } }`, nil).next(t); !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: %s", test.arguments, got)
		}
	}
	for _, test := range []struct{ arguments, want string }{
		{`tilesChanged(minZoom: 23)`, "BAD_USER_INPUT minZoom"},
		{`tilesChanged(crs: WEB_MERCATOR)`, "BAD_USER_INPUT crs"},
	} {
		if got := server.subscribe(t, `subscription { `+test.arguments+` { at } }`, nil).next(t); !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: %s", test.arguments, got)
		}
	}
}

// A transaction that changes many features is an event for each, and each says how many are still to come.
func TestEventsSayHowManyRemain(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	pool, server := owner(t, url), serveChanges(t, url, geo.Actor{})
	h := server.subscribe(t, `subscription { featuresChanged(layers: [TOWNS, GRIDS], bbox: [116.3, 23.4, 116.6, 23.7]) { kind remaining } }`, nil)
	run(t, pool, `UPDATE xiangtu.towns SET provenance = '' WHERE code IN ('445203001', '445203002', '445203102')`)
	run(t, pool, `UPDATE xiangtu.grids SET workers = workers`)
	for _, want := range []string{
		`{"kind":"UPDATED","remaining":2}`, `{"kind":"UPDATED","remaining":1}`, `{"kind":"UPDATED","remaining":0}`, `{"kind":"RELOADED","remaining":0}`,
	} {
		if got := h.next(t); got != want {
			t.Errorf("heard of %s, want %s", got, want)
		}
	}
}
