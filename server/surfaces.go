package main

import (
	"context"
	"net/http"

	"github.com/prometheus/client_golang/prometheus"

	"xiangtu/graph"
	"xiangtu/graph/transport"
	"xiangtu/server/metrics"
	"xiangtu/server/middleware"
	"xiangtu/server/page"
	"xiangtu/server/problem"
	"xiangtu/web"
)

// surfaces builds the surfaces on the store.
func (a *app) surfaces(registry prometheus.Registerer) (surfaces, error) {
	pages, err := page.New(web.FS())
	if err != nil {
		return surfaces{}, err
	}
	graphQL, err := middleware.Compress(a.graphQL(metrics.NewOperations(registry)))
	if err != nil {
		return surfaces{}, err
	}
	return surfaces{
		GraphQL:  graphQL,
		Tile:     http.HandlerFunc(notBuilt),
		TileJSON: http.HandlerFunc(notBuilt),
		Layer:    http.HandlerFunc(notBuilt),
		Pages:    pages,
	}, nil
}

func (a *app) graphQL(operations *metrics.Operations) http.Handler {
	limits := a.config.Limits
	return graph.New(graph.Config{
		Store:   a.store,
		BaseURL: a.config.baseURL,
		Transport: transport.Config{
			MaxBodyBytes:     int64(limits.Body),
			MaxBatch:         limits.Batch,
			MaxResponseBytes: int(limits.Response),
			MaxDepth:         limits.Depth,
			MaxComplexity:    limits.Complexity,
			OperationTimeout: limits.Operation,
			RequestID:        middleware.RequestID,
			Logger:           a.log,
			Observe: func(_ context.Context, done transport.OperationInfo) {
				operations.Observe(done.Name, done.Duration, done.Errors > 0)
			},
		},
	})
}

func notBuilt(w http.ResponseWriter, r *http.Request) {
	problem.Write(w, r, problem.Problem{
		Status: http.StatusNotImplemented,
		Code:   "NOT_BUILT",
		Detail: "This surface is not part of this build.",
	})
}
