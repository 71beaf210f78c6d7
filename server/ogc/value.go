package ogc

import (
	"context"
	"errors"
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

// readDatetime reads an instant or an interval (OGC 17-069r4, 7.15.4): the map is shown as it stood at the instant, or at
// the end of the interval, so that a page has one version of a feature at the most. It is the zero time for now.
func readDatetime(r *request) (at time.Time, e *geo.Error) {
	text, given := r.query["datetime"]
	if !given {
		return at, nil
	}
	begin, end, isInterval := strings.Cut(text[0], "/")
	from, ok := bound(begin, isInterval)
	to, okEnd := from, true
	if isInterval {
		to, okEnd = bound(end, true)
	}
	if !ok || !okEnd {
		return at, geo.Invalid("datetime", "%.80q is no time such as 2026-01-31T08:00:00Z, nor an interval of two with / between, of which one may be ..", text[0])
	}
	if !from.IsZero() && !to.IsZero() && from.After(to) {
		return at, geo.Invalid("datetime", "the interval %.80q ends before it begins", text[0])
	}
	return to, nil
}

// moment gives the context of the moment that is asked for, and the revision of the layer then.
func (a *API) moment(ctx context.Context, r *request, layer *geo.Layer) (context.Context, int64, error) {
	at, e := readDatetime(r)
	switch {
	case e != nil:
		return nil, 0, e
	case at.IsZero():
		revision, err := a.Revisions.Of(ctx, layer.Name)
		return ctx, revision, err //nolint:wrapcheck // it is a geo.Error
	}
	m, err := a.Store.MomentAt(ctx, at)
	if known, ok := errors.AsType[*geo.Error](err); ok && known.Path != "" {
		known.Path = "datetime"
	}
	return geo.WithMoment(ctx, m), m[layer.Name], err //nolint:wrapcheck // it is a geo.Error
}

// bound reads the bound of an interval, the zero time where it is open.
func bound(text string, mayBeOpen bool) (at time.Time, ok bool) {
	if text == "" || text == ".." {
		return at, mayBeOpen
	}
	at, err := time.Parse(time.RFC3339, text)
	return at, err == nil
}
