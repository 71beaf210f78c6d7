package main

import (
	"context"
	"net/http"

	"xiangtu/geo"
	"xiangtu/graph"
	"xiangtu/graph/transport"
	"xiangtu/server/metrics"
	"xiangtu/server/middleware"
)

// graphQL builds the surface at /graphql.
func (a *app) graphQL(operations *metrics.Operations) http.Handler {
	limits := a.config.Limits
	return graph.New(graph.Config{
		Store:   a.store,
		Changes: a.revisions,
		BaseURL: a.config.baseURL,
		Sign:    a.signatures.Sign,
		Imports: a.desk,
		Transport: transport.Config{
			MaxBodyBytes:     int64(limits.Body),
			MaxBatch:         limits.Batch,
			MaxResponseBytes: int(limits.Response),
			MaxDepth:         limits.Depth,
			MaxComplexity:    limits.Complexity,
			OperationTimeout: limits.Operation,
			SocketOrigins:    a.config.CORSOrigins,
			Lifetime:         a.lifetime,
			RequestID:        middleware.RequestID,
			Authenticate: func(ctx context.Context, authorization string) (context.Context, error) {
				return a.authority.Enter(ctx, geo.SurfaceGraphQL, authorization)
			},
			Logger: a.log,
			Observe: func(_ context.Context, done transport.OperationInfo) {
				operations.Observe(done.Name, done.Duration, done.Errors > 0)
			},
		},
	})
}
