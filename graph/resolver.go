// Package graph is the GraphQL surface of the map.
package graph

import (
	"context"

	"xiangtu/geo/postgis"
)

// Resolver answers the fields of the schema that are no plain values.
type Resolver struct {
	Store *postgis.Store
	// Changes tells of what changes; without it there are no subscriptions.
	Changes Changes
	// BaseURL gives the scheme, host and path that the surfaces are reached by, without a slash at the end.
	BaseURL func(context.Context) string

	subscribers subscribers
}

// Changes is followed by subscriptions.
type Changes interface {
	// Follow gives a follower of what changes from now on.
	Follow() (*postgis.Follower, error)
}
