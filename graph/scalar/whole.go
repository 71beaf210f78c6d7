package scalar

import (
	"encoding/json"
	"time"

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

// written is a value as the caller wrote it, or the beginning of that.
func written(v any) string {
	const most = 60
	text, err := json.Marshal(v)
	if err != nil {
		return "what is no JSON"
	}
	if runes := []rune(string(text)); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return string(text)
}
