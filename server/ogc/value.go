package ogc

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"xiangtu/geo"
	"xiangtu/server/moment"
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
		if !utf8.ValidString(text) {
			return nil, geo.Invalid("", "%.40q is no text in UTF-8", text)
		}
		if f.Values != nil && !slices.Contains(f.Values, text) {
			return nil, geo.Invalid("", "%.40q is none of %s", text, strings.Join(f.Values, ", "))
		}
		return text, nil
	}
}

// moment gives the context of the moment that is asked for, and the revision of the layer then.
func (a *API) moment(ctx context.Context, r *request, layer *geo.Layer) (context.Context, int64, error) {
	var at time.Time
	var e *geo.Error
	if text, given := r.query[moment.Datetime]; given {
		at, e = moment.At(text[0])
	}
	switch {
	case e != nil:
		return nil, 0, e
	case at.IsZero():
		revision, err := a.Revisions.Of(ctx, layer.Name)
		return ctx, revision, err //nolint:wrapcheck // it is a geo.Error
	}
	m, err := a.Store.MomentAt(ctx, at)
	return geo.WithMoment(ctx, m), m[layer.Name], moment.Renamed(err) //nolint:wrapcheck // it is a geo.Error
}
