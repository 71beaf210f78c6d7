package geo

import "context"

// Moment is the map as it stood once: the revision that each layer had then. Nil is now. It is not to be changed.
type Moment map[LayerName]int64

type momentKey struct{}

// WithMoment is a context whose requests to the store see the map as it stood.
func WithMoment(ctx context.Context, m Moment) context.Context {
	return context.WithValue(ctx, momentKey{}, m)
}

// MomentOf gives the moment of a context: nil, which is now, if none was put there.
func MomentOf(ctx context.Context) Moment {
	m, _ := ctx.Value(momentKey{}).(Moment)
	return m
}
