package scalar

import (
	"time"

	"github.com/99designs/gqlgen/graphql"

	"xiangtu/geo"
)

// MarshalDateTime writes a time as RFC 3339 has it.
func MarshalDateTime(v time.Time) graphql.Marshaler { return graphql.MarshalTime(v) }

// UnmarshalDateTime reads a time as RFC 3339 has it. The error is geo.BadInput.
func UnmarshalDateTime(v any) (time.Time, error) {
	t, err := graphql.UnmarshalTime(v)
	if err != nil {
		return time.Time{}, geo.Invalid("", "%s where a time like 2026-11-24T08:00:00Z should be (RFC 3339)", written(v))
	}
	return t, nil
}
