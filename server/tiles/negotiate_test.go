package tiles

import "testing"

func TestAcceptsGzip(t *testing.T) {
	for _, test := range []struct {
		accepted []string
		want     bool
	}{
		{nil, false},
		{[]string{""}, false},
		{[]string{"gzip"}, true},
		{[]string{"GZip"}, true},
		{[]string{"br;q=1.0, gzip;q=0.8, *;q=0.1"}, true},
		{[]string{"br", "gzip"}, true},
		{[]string{"*"}, true},
		{[]string{"*;q=0"}, false},
		{[]string{"gzip;q=0"}, false},
		{[]string{"gzip; q=0.000"}, false},
		{[]string{"gzip;q=0, *"}, false},
		{[]string{"*, gzip;q=0"}, false},
		{[]string{"br, deflate"}, false},
		{[]string{"identity"}, false},
		{[]string{"x-gzip-other"}, false},
	} {
		if got := acceptsGzip(test.accepted); got != test.want {
			t.Errorf("%q: %t", test.accepted, got)
		}
	}
}
