package graph_test

import (
	"fmt"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/internal/pgtest"
)

// Of a layer that is not published nobody hears, and a key of what lies within its scope.
func TestSubscribersHearWhatTheyMaySee(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	pool := owner(t, url)
	run(t, pool, `SELECT xiangtu.publish('villages', false)`)
	nobody := serveChanges(t, url, geo.Actor{})
	town := serveChanges(t, url, geo.Actor{Name: "town", Role: geo.Viewer, Scope: "445203102"})
	var events, tiles []*heard
	for _, server := range []*instance{nobody, town} {
		events = append(events, server.subscribe(t, hearFeatures, map[string]any{"since": []any{map[string]any{"layer": "VILLAGES", "revision": 2}}}))
		tiles = append(tiles, server.subscribe(t, hearTiles, nil))
	}
	run(t, pool, `UPDATE xiangtu.villages SET name = '外' WHERE code = '445203103001'`)
	run(t, pool, `UPDATE xiangtu.villages SET name = '内' WHERE code IN ('445203102001', '445203103001')`)
	if got := events[1].next(t); !strings.Contains(got, `"445203102001"`) || !strings.Contains(got, "内") {
		t.Errorf("the key of a town hears %s", got)
	}
	if got := tiles[1].next(t); !strings.Contains(got, `"VILLAGES"`) {
		t.Errorf("the key of a town hears of %s", got)
	}
	for i := range events {
		events[i].nothingMore(t)
		tiles[i].nothingMore(t)
	}
}

// What goes out of sight is told as deleted to whoever saw it: where it goes is not for him to know.
func TestSubscribersHearOfWhatGoesOutOfSight(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	pool := owner(t, url)
	run(t, pool, `SELECT xiangtu.publish('belts', false), xiangtu.publish('stations', false)`)
	run(t, pool, `INSERT INTO xiangtu.stations (code, name, pinyin, village_code, geom) VALUES ('new', '新站', '', '445203102001', 'SRID=4326;POINT(116.3 23.5)');
		INSERT INTO xiangtu.station_towns (station_code, town_code) VALUES ('new', '445203102');
		INSERT INTO xiangtu.belts (code, name, pinyin, status, corridor_metres, geom) VALUES ('new', '新带', '', 'planned', 10, 'SRID=4326;LINESTRING(116.3 23.5, 116.4 23.6)');
		INSERT INTO xiangtu.belt_villages (belt_code, position, village_code) VALUES ('new', 1, '445203102001')`)
	town := serveChanges(t, url, geo.Actor{Name: "town", Role: geo.Viewer, Scope: "445203102"})
	all := town.subscribe(t, hearFeatures, nil)
	own := town.subscribe(t, hearFeatures, map[string]any{"where": map[string]any{
		"belts":    map[string]any{"code": map[string]any{"eq": "new"}},
		"stations": map[string]any{"villageCode": map[string]any{"eq": "445203102001"}},
	}})
	for _, test := range []struct{ sql, want string }{
		{`UPDATE xiangtu.stations SET village_code = '445203103001' WHERE code = 'new'`,
			`{"code":"new","feature":null,"kind":"DELETED","matches":false,"previous":"新站"}`},
		{`INSERT INTO xiangtu.belt_villages (belt_code, position, village_code) VALUES ('new', 2, '445203103001')`,
			`{"code":"new","feature":null,"kind":"DELETED","matches":false,"previous":"新带"}`},
	} {
		run(t, pool, test.sql)
		for _, h := range []*heard{all, own} {
			if got := nameBefore(t, h.next(t)); got != test.want {
				t.Errorf("%s\nheard %s\nwant  %s", test.sql, got, test.want)
			}
		}
	}
}

// Who sees a layer until it is no longer published is told to read it anew, and of nothing that happens to it then.
func TestSubscribersHearThatALayerIsNoLongerPublished(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	pool := owner(t, url)
	nobody := serveChanges(t, url, geo.Actor{})
	events, tiles := nobody.subscribe(t, hearFeatures, nil), nobody.subscribe(t, hearTiles, nil)
	for _, published := range []bool{false, true} {
		run(t, pool, fmt.Sprintf(`SELECT xiangtu.publish('villages', %t)`, published))
		if got := events.next(t); !strings.Contains(got, "RELOADED") {
			t.Errorf("published %t: %s", published, got)
		}
		if got := tiles.next(t); !strings.Contains(got, `"VILLAGES"`) {
			t.Errorf("published %t: tiles %s", published, got)
		}
		if !published {
			run(t, pool, `UPDATE xiangtu.villages SET name = '内' WHERE code = '445203102001'`)
			events.nothingMore(t)
			tiles.nothingMore(t)
		}
	}
}
