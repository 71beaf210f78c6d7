package negotiate

import "testing"

func TestBest(t *testing.T) {
	offered := []string{"application/geo+json", "application/json;charset=utf-8", "text/html"}
	for _, test := range []struct {
		accepted []string
		want     int
	}{
		{nil, 0},
		{[]string{""}, 0},
		{[]string{"*/*"}, 0},
		{[]string{"application/*"}, 0},
		{[]string{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}, 2},
		{[]string{"application/json, text/html"}, 1},
		{[]string{"application/json;q=0.5", "Text/HTML"}, 2},
		{[]string{"text/*;q=0.4, application/json ; q=0.3"}, 2},
		{[]string{"*/*, application/geo+json;q=0"}, 1},
		{[]string{"application/vnd.mapbox-vector-tile"}, -1},
		{[]string{"text/html;q=0"}, -1},
		{[]string{"text/html;q=many"}, -1},
		{[]string{"application/json;version=2;q=0.9, text/html;q=0.8"}, 1},
	} {
		if got := Best(test.accepted, offered...); got != test.want {
			t.Errorf("%q: %d, want %d", test.accepted, got, test.want)
		}
	}
}
