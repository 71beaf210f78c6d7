package download_test

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// A layer is downloaded as it stood, at a revision and at a time, in every format that is text.
func TestALayerAsItStood(t *testing.T) {
	base, pool := serve(t)
	_, then := request(t, http.MethodGet, base+"stations.geojson")
	time.Sleep(2 * time.Millisecond)
	moment := time.Now().UTC().Format(time.RFC3339Nano)
	const change = `UPDATE xiangtu.stations SET name = name || '!'; DELETE FROM xiangtu.station_towns; DELETE FROM xiangtu.stations WHERE code = 'JD-S4'`
	if _, err := pool.Exec(t.Context(), change); err != nil {
		t.Fatal(err)
	}
	if _, now := request(t, http.MethodGet, base+"stations.geojson"); bytes.Equal(now, then) {
		t.Fatal("nothing has changed")
	}
	for _, asOf := range []string{"1", moment} {
		answer, was := request(t, http.MethodGet, base+"stations.geojson?asOf="+url.QueryEscape(asOf))
		if !bytes.Equal(was, then) {
			t.Errorf("%s: %s\nwas %s", asOf, was, then)
		}
		if !strings.HasPrefix(answer.header.Get("ETag"), `W/"1-`) {
			t.Errorf("%s: named %s", asOf, answer.header.Get("ETag"))
		}
	}
	for _, test := range []struct{ asOf, says string }{
		{"yesterday", "neither a time"}, {"77", "stations have the revisions 1 to 2, not 77"}, {"0", "not 0"},
	} {
		answer, body := request(t, http.MethodGet, base+"stations.geojson?asOf="+test.asOf)
		if answer.status != http.StatusBadRequest || !strings.Contains(string(body), test.says) {
			t.Errorf("%s: %d %s", test.asOf, answer.status, body)
		}
	}
}
