// Package graph is the GraphQL surface of the map.
package graph

import (
	"context"
	"time"

	"xiangtu/geo"
	"xiangtu/geo/jobs"
	"xiangtu/geo/postgis"
)

// Resolver answers the fields of the schema that are no plain values.
type Resolver struct {
	Store *postgis.Store
	// Imports takes files to import; without it none are taken.
	Imports *jobs.Desk
	// Changes tells of what changes; without it there are no subscriptions.
	Changes Changes
	// BaseURL gives the scheme, host and path that the surfaces are reached by, without a slash at the end.
	BaseURL func(context.Context) string
	// Sign gives the parameter of a URL with which whoever has it sees layers as the context's actor does, for a while, and
	// when that ends. It is for whoever has a role.
	Sign func(ctx context.Context, layers []geo.LayerName, lifetime time.Duration) (query string, expires time.Time, err error)

	subscribers subscribers
}

// Changes is followed by subscriptions.
type Changes interface {
	// Follow gives a follower of what changes from now on.
	Follow() (*postgis.Follower, error)
}
