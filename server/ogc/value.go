package ogc

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"xiangtu/geo"
)

// fieldValue reads the value of a field from the text of a parameter, as a filter compares it.
func fieldValue(f geo.Field, text string) (any, *geo.Error) {
	switch f.Type {
	case geo.Integer:
		if v, err := strconv.ParseInt(text, 10, 64); err == nil {
			return v, nil
		}
		return nil, geo.Invalid("", "%.40q is no whole number", text)
	case geo.Number:
		if v, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
			return v, nil
		}
		return nil, geo.Invalid("", "%.40q is no number", text)
	case geo.Boolean:
		if text == "true" || text == "false" {
			return text == "true", nil
		}
		return nil, geo.Invalid("", "%.40q is neither true nor false", text)
	case geo.Time:
		if v, err := time.Parse(time.RFC3339, text); err == nil {
			return v, nil
		}
		return nil, geo.Invalid("", "%.40q is no time such as 2026-01-31T08:00:00Z", text)
	default:
		if f.Values != nil && !slices.Contains(f.Values, text) {
			return nil, geo.Invalid("", "%.40q is none of %s", text, strings.Join(f.Values, ", "))
		}
		return text, nil
	}
}

// readDatetime checks an instant or an interval (OGC 17-069r4, 7.15.4). Features of the map have no time that it could
// select by, and those that have none are always selected.
func readDatetime(r *request) *geo.Error {
	text, given := r.query["datetime"]
	if !given {
		return nil
	}
	begin, end, isInterval := strings.Cut(text[0], "/")
	from, ok := bound(begin, isInterval)
	to, okEnd := from, true
	if isInterval {
		to, okEnd = bound(end, true)
	}
	if !ok || !okEnd {
		return geo.Invalid("datetime", "%.80q is no time such as 2026-01-31T08:00:00Z, nor an interval of two with / between, of which one may be ..", text[0])
	}
	if !from.IsZero() && !to.IsZero() && from.After(to) {
		return geo.Invalid("datetime", "the interval %.80q ends before it begins", text[0])
	}
	return nil
}

// bound reads the bound of an interval, the zero time where it is open.
func bound(text string, mayBeOpen bool) (at time.Time, ok bool) {
	if text == "" || text == ".." {
		return at, mayBeOpen
	}
	at, err := time.Parse(time.RFC3339, text)
	return at, err == nil
}
