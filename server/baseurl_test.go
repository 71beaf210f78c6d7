package main

import (
	"net/http/httptest"
	"testing"
)

func TestBaseURL(t *testing.T) {
	for _, test := range []struct{ name, publicURL, target, want string }{
		{"what the request says", "", "http://map.cn:8080/graphql?x", "http://map.cn:8080"},
		{"by TLS", "", "https://map.cn/graphql", "https://map.cn"},
		{"what the operator says", "https://map.cn/xiangtu", "http://10.0.0.7:8080/graphql", "https://map.cn/xiangtu"},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := config{PublicURL: test.publicURL}
			r := httptest.NewRequest("GET", test.target, nil)
			r.Header.Set("X-Forwarded-Host", "evil.example")
			if got := c.baseURL(r); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}
