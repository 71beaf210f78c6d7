package tiles

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// Tiles and their description are those of the map as it stood, with and without memory for tiles.
func TestTilesOfThePast(t *testing.T) {
	for name, memory := range map[string]int64{"cached": cached, "uncached": uncached} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, memory, 4)
			tile := path("grids,villages", busyTile)
			then := s.ask("GET", tile).Body.Bytes()
			description := s.ask("GET", "/tiles/grids.json").Body.String()
			time.Sleep(2 * time.Millisecond)
			moment := time.Now().UTC().Format(time.RFC3339Nano)
			s.execute(t, `UPDATE xiangtu.grids SET workers = workers + 1, geom = ST_Multi(ST_ForcePolygonCCW(ST_Translate(geom, 2, 0)))`)
			eventually(t, "another tile", func() bool { return !bytes.Equal(s.ask("GET", tile).Body.Bytes(), then) })
			for range 2 {
				was := s.ask("GET", tile+"?asOf="+url.QueryEscape(moment))
				if was.Code != http.StatusOK || !bytes.Equal(was.Body.Bytes(), then) {
					t.Errorf("%d with %d bytes, want %d", was.Code, was.Body.Len(), len(then))
				}
			}
			whole := s.codes(t, path("grids", busyTile)+"?asOf=1")
			some := s.codes(t, filtered(path("grids", busyTile), "filter", "level = 1", "asOf", "1"))
			if len(some["grids"]) == 0 || len(some["grids"]) >= len(whole["grids"]) {
				t.Errorf("%d of %d with a filter", len(some["grids"]), len(whole["grids"]))
			}
			s.checkDatetime(t, moment, then)
			was := s.ask("GET", "/tiles/grids.json?asOf=1").Body.String()
			if was != strings.Replace(description, ".mvt", ".mvt?asOf=1", 1) {
				t.Errorf("%s\nwas %s", was, description)
			}
		})
	}
}

// checkDatetime asks OGC API - Tiles for the same tile, and for what leads to it.
func (s *served) checkDatetime(t *testing.T, moment string, then []byte) {
	t.Helper()
	const root = "/ogc/tiles/WebMercatorQuad"
	at := strings.Split(busyTile, "/")
	place := "/" + at[0] + "/" + at[2] + "/" + at[1] + "?collections=grids,villages&datetime="
	now := s.ask("GET", root+place+"../..").Body.Bytes()
	if bytes.Equal(now, then) {
		t.Error("without a bound in time the tile is that of the past")
	}
	for datetime, want := range map[string][]byte{moment: then, "../" + moment: then, moment + "/..": now} {
		w := s.ask("GET", root+place+url.QueryEscape(datetime))
		if w.Code != http.StatusOK || !bytes.Equal(w.Body.Bytes(), want) {
			t.Errorf("datetime=%s: %d with %d bytes, want %d", datetime, w.Code, w.Body.Len(), len(want))
		}
	}
	description := s.ask("GET", root+"?datetime="+url.QueryEscape(moment)).Body.String()
	if link := "{tileCol}?datetime=" + url.QueryEscape(moment); !strings.Contains(description, link) {
		t.Errorf("no link of %s has %s", description, link)
	}
}

func TestMomentsThatAreNot(t *testing.T) {
	s := serve(t, cached, 4)
	for _, test := range []struct{ path, says string }{
		{path("grids", busyTile) + "?asOf=yesterday", "neither a time"},
		{path("grids", busyTile) + "?asOf=99", "revisions 1 to 1"},
		{path("grids,towns", busyTile) + "?asOf=1", "a revision is of one layer"},
		{path("grids", busyTile) + "?as%4Ff=1", "not known here"},
		{"/tiles/grids.json?asOf=", "neither a time"},
	} {
		if w := s.ask("GET", test.path); w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), test.says) {
			t.Errorf("%s: %d %s", test.path, w.Code, w.Body)
		}
	}
	// A time that is yet to come is now, also after the next change.
	later := path("grids", busyTile) + "?asOf=2126-01-01T00:00:00Z"
	before := s.ask("GET", later).Body.Bytes()
	s.execute(t, `UPDATE xiangtu.grids SET workers = workers + 1`)
	if now := s.ask("GET", later).Body.Bytes(); bytes.Equal(now, before) {
		t.Error("a time to come is answered as it was before a change")
	}
}
