package main

import (
	"net/http"

	"xiangtu/graph"
	"xiangtu/graph/transport"
	"xiangtu/server/middleware"
)

// graphQL builds the surface at /graphql.
func (a *app) graphQL() http.Handler {
	limits := a.config.Limits
	return graph.New(graph.Config{
		Store:   a.store,
		BaseURL: a.baseURL,
		Transport: transport.Config{
			MaxBodyBytes:     int64(limits.Body),
			MaxBatch:         limits.Batch,
			MaxResponseBytes: int(limits.Response),
			MaxDepth:         limits.Depth,
			MaxComplexity:    limits.Complexity,
			OperationTimeout: limits.Operation,
			RequestID:        middleware.RequestID,
			Logger:           a.log,
		},
	})
}

// baseURL gives the URL that a request reached the server by, up to the path: the configured one, or what the request
// and a proxy before the server say.
func (a *app) baseURL(r *http.Request) string {
	if a.config.PublicURL != "" {
		return a.config.PublicURL
	}
	scheme, host := "http", r.Host
	if r.TLS != nil {
		scheme = "https"
	}
	if proto := r.Header.Get("X-Forwarded-Proto"); proto == "https" || proto == "http" {
		scheme = proto
	}
	if forwarded := r.Header.Get("X-Forwarded-Host"); forwarded != "" {
		host = forwarded
	}
	return scheme + "://" + host
}
