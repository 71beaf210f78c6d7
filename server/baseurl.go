package main

import "net/http"

// baseURL returns the URL under which the client of r reaches the server,
// without a trailing slash: --public-url where it is given, else what the
// request itself says. Headers that a proxy may have added are not believed,
// because any client can add them too.
func (c *config) baseURL(r *http.Request) string {
	if c.PublicURL != "" {
		return c.PublicURL
	}
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + r.Host
}
