package ogc_test

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// Features, one and many, are shown as they stood at a time.
func TestFeaturesAsTheyStood(t *testing.T) {
	a := serve(t, nil)
	time.Sleep(2 * time.Millisecond)
	moment := url.QueryEscape(time.Now().UTC().Format(time.RFC3339Nano))
	if _, err := a.pool.Exec(t.Context(), `UPDATE xiangtu.stations SET name = '新站' WHERE code = 'JD-S1'; DELETE FROM xiangtu.stations WHERE code = 'JD-S4'`); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		path       string
		status     int
		has, hasNo string
	}{
		{"/collections/stations/items", 200, "新站", "JD-S4"},
		{"/collections/stations/items?datetime=" + moment, 200, "JD-S4", "新站"},
		{"/collections/stations/items?datetime=../" + moment, 200, `"numberMatched":4`, "新站"},
		{"/collections/stations/items?datetime=" + moment + "/..", 200, "新站", "JD-S4"},
		{"/collections/stations/items/JD-S4?datetime=" + moment, 200, "JD-S4", "新站"},
		{"/collections/stations/items/JD-S1", 200, "新站", "JD-S4"},
		{"/collections/stations/items/JD-S4", 404, "there is no station", "新站"},
		{"/collections/stations/items?f=html&datetime=" + moment, 200, "JD-S4", "新站"},
	} {
		got := a.request("GET", test.path)
		if got.status != test.status || !strings.Contains(string(got.body), test.has) || strings.Contains(string(got.body), test.hasNo) {
			t.Errorf("%s: %d %.600s", test.path, got.status, string(got.body))
		}
	}
}
