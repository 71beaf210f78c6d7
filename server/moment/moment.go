// Package moment reads the parameters of a URL by which a surface shows the map as it stood: asOf, and datetime in the APIs of
// the OGC.
package moment

import (
	"context"
	"strconv"
	"time"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
)

// Parameter is the name of the parameter.
const Parameter = "asOf"

// Of gives the moment that a text names: a time (RFC 3339), or a revision of the layer, where there is one layer.
// The error is a geo.Error at the parameter.
func Of(ctx context.Context, store *postgis.Store, layers []*geo.Layer, text string) (geo.Moment, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return store.MomentAt(ctx, at)
	}
	revision, err := strconv.ParseInt(text, 10, 64)
	switch {
	case err != nil:
		return nil, geo.Invalid(Parameter, "%.40q is neither a time such as 2026-01-31T08:00:00Z nor a revision", text)
	case len(layers) != 1:
		return nil, geo.Invalid(Parameter, "a revision is of one layer, and these are %d: give a time such as 2026-01-31T08:00:00Z", len(layers))
	}
	return store.MomentOf(ctx, layers[0], revision)
}
