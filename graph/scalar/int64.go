package scalar

import (
	"github.com/99designs/gqlgen/graphql"

	"xiangtu/geo"
)

// MarshalInt64 writes a whole number of up to 64 bits as a number.
func MarshalInt64(v int64) graphql.Marshaler { return graphql.MarshalInt64(v) }

// UnmarshalInt64 reads a whole number of up to 64 bits, or a text of its digits, as clients send what their numbers cannot
// hold. The error is geo.BadInput.
func UnmarshalInt64(v any) (int64, error) {
	n, err := graphql.UnmarshalInt64(v)
	if err != nil {
		return 0, geo.Invalid("", "%s where a whole number from -2^63 to 2^63-1 should be", written(v))
	}
	return n, nil
}
