package moment

import (
	"errors"
	"strings"
	"time"

	"xiangtu/geo"
)

// Datetime is the name of the parameter by which the APIs of the OGC ask for the map as it stood.
const Datetime = "datetime"

// At reads an instant or an interval (OGC 17-069r4, 7.15.4): the map is shown as it stood at the instant, or at the end of
// the interval, so that an answer has one version of a feature at the most. It is the zero time for now.
func At(text string) (time.Time, *geo.Error) {
	begin, end, isInterval := strings.Cut(text, "/")
	from, ok := bound(begin, isInterval)
	to, okEnd := from, true
	if isInterval {
		to, okEnd = bound(end, true)
	}
	if !ok || !okEnd {
		return time.Time{}, geo.Invalid(Datetime, "%.80q is no time such as 2026-01-31T08:00:00Z, nor an interval of two with / between, of which one may be ..", text)
	}
	if !from.IsZero() && !to.IsZero() && from.After(to) {
		return time.Time{}, geo.Invalid(Datetime, "the interval %.80q ends before it begins", text)
	}
	return to, nil
}

// Renamed makes the error of a moment that datetime asks for one at that parameter.
func Renamed(err error) error {
	if known, ok := errors.AsType[*geo.Error](err); ok && known.Path == Parameter {
		known.Path = Datetime
	}
	return err
}

// bound reads the bound of an interval, the zero time where it is open.
func bound(text string, mayBeOpen bool) (at time.Time, ok bool) {
	if text == "" || text == ".." {
		return at, mayBeOpen
	}
	at, err := time.Parse(time.RFC3339, text)
	return at, err == nil
}
