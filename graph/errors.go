package graph

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"xiangtu/geo"
)

// present writes an error of the domain for a caller of GraphQL. It answers nil for what is not for callers: the
// transport logs that, and presents a fault of the server.
func present(ctx context.Context, err error) *gqlerror.Error {
	known, ok := errors.AsType[*geo.Error](err)
	if !ok || known.Code == geo.Internal {
		return nil
	}
	presented := &gqlerror.Error{
		Message:    known.Error(),
		Path:       graphql.GetPath(ctx),
		Extensions: map[string]any{"code": string(known.Code)},
	}
	if located, ok := errors.AsType[*gqlerror.Error](err); ok {
		presented.Locations = located.Locations
		if located.Path != nil {
			presented.Path = located.Path
		}
	}
	if known.Path != "" {
		presented.Extensions["argument"] = known.Path
	}
	if known.Place != nil {
		presented.Extensions["longitude"], presented.Extensions["latitude"] = known.Place[0], known.Place[1]
	}
	return presented
}
