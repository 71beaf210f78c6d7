package negotiate_test

import (
	"testing"

	"xiangtu/server/negotiate"
)

func TestAcceptsGzip(t *testing.T) {
	t.Parallel()
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
		if got := negotiate.AcceptsGzip(test.accepted); got != test.want {
			t.Errorf("%q: %t", test.accepted, got)
		}
	}
}

func TestMatches(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		known []string
		etag  string
		want  bool
	}{
		{nil, `"a"`, false},
		{[]string{`"a"`}, `"a"`, true},
		{[]string{`W/"a"`}, `"a"`, true},
		{[]string{`"a"`}, `W/"a"`, true},
		{[]string{`"b", W/"a"`}, `W/"a"`, true},
		{[]string{`"b"`, `"a"`}, `"a"`, true},
		{[]string{`*`}, `"a"`, true},
		{[]string{`"b"`}, `"a"`, false},
		{[]string{`a`}, `"a"`, false},
	} {
		if got := negotiate.Matches(test.known, test.etag); got != test.want {
			t.Errorf("%q for %s: %t", test.known, test.etag, got)
		}
	}
}
