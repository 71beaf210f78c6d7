package cql2

import (
	"strings"
	"time"

	"xiangtu/geo"
)

// temporalOps are the temporal functions. Those that are true in between are for intervals alone.
var temporalOps = map[string]geo.TemporalOp{
	"T_AFTER": geo.After, "T_BEFORE": geo.Before, "T_DISJOINT": geo.DisjointTime, "T_EQUALS": geo.SameTime, "T_INTERSECTS": geo.SomeTime,
	"T_CONTAINS": geo.HasDuring, "T_DURING": geo.During, "T_FINISHEDBY": geo.FinishedBy, "T_FINISHES": geo.Finishes,
	"T_MEETS": geo.Meets, "T_METBY": geo.MetBy, "T_OVERLAPPEDBY": geo.OverlappedBy, "T_OVERLAPS": geo.OverlapsTime,
	"T_STARTEDBY": geo.StartedBy, "T_STARTS": geo.Starts,
}

// forInstants tells whether a relation holds between instants, too (OGC 21-065r2, table 6).
func forInstants(op geo.TemporalOp) bool {
	switch op {
	case geo.After, geo.Before, geo.DisjointTime, geo.SameTime, geo.SomeTime:
		return true
	default:
		return false
	}
}

// temporal is a temporal function of two instants or intervals.
func (s *scope) temporal(name string, left, right operand) (operand, error) {
	op := temporalOps[name]
	if err := s.test(left.at); err != nil {
		return left, err
	}
	for _, o := range []*operand{&left, &right} {
		switch {
		case o.kind == date || o.kind == moment:
			o.span, o.days = geo.Interval{Start: o.value, End: o.value}, o.kind == date
			if !forInstants(op) {
				return left, s.fault(o.at, "%s is for intervals, INTERVAL(start, end); %s is an instant", name, o.what)
			}
		case o.kind != interval:
			return left, s.fault(o.at, "%s takes timestamps, dates and intervals; %s is none: write TIMESTAMP('2026-03-01T08:00:00Z')", name, o.what)
		}
	}
	if left.days || right.days {
		left.span, right.span = daysOf(left.span), daysOf(right.span)
	}
	return condition(left.at, geo.Temporal{Op: op, Left: left.span, Right: right.span}), nil
}

// interval is the time from one instant to another; nil is an end that is not bounded.
func (s *scope) interval(at place, start, end *operand) (operand, error) {
	o := operand{kind: interval, at: at, what: "an interval"}
	for _, one := range []*operand{start, end} {
		switch {
		case one == nil:
		case one.kind == date:
			o.days = true
		case one.kind != moment:
			return o, s.fault(one.at, "an interval goes from one instant to another, or to '..'; %s is none", one.what)
		}
	}
	if start != nil {
		o.span.Start = start.value
	}
	if end != nil {
		o.span.End = end.value
	}
	if o.days {
		o.span = daysOf(o.span)
	}
	if start != nil && end != nil {
		from, known := timeOf(o.span.Start)
		to, also := timeOf(o.span.End)
		if known && also && to.Before(from) {
			return o, s.fault(end.at, "the interval ends before it starts")
		}
	}
	return o, nil
}

func timeOf(e geo.Expression) (time.Time, bool) {
	l, _ := e.(geo.Literal)
	switch v := l.Value.(type) {
	case geo.Day:
		return time.Time(v), true
	case time.Time:
		return v, true
	default:
		return time.Time{}, false
	}
}

// daysOf takes the ends of an interval for days.
func daysOf(i geo.Interval) geo.Interval {
	if i.Start != nil {
		i.Start = dayOf(i.Start)
	}
	if i.End != nil {
		i.End = dayOf(i.End)
	}
	return i
}

// toDay takes an instant for the day that it is in.
func toDay(o operand) operand {
	o.kind, o.value = date, dayOf(o.value)
	return o
}

func dayOf(e geo.Expression) geo.Expression {
	switch e := e.(type) {
	case geo.DayOf:
		return e
	case geo.Literal:
		if t, ok := e.Value.(time.Time); ok {
			return geo.Literal{Value: geo.Day(t.Truncate(24 * time.Hour))}
		}
		return e
	default:
		return geo.DayOf{Of: e}
	}
}

// day reads a date, 2026-03-01.
func (s *scope) day(at place, given string) (operand, error) {
	t, err := time.Parse(time.DateOnly, given)
	if err != nil {
		return operand{}, s.fault(at, "'%.40s' is no date: write it as 2026-03-01", given)
	}
	return literal(at, geo.Day(t)), nil
}

// moment reads a timestamp in UTC, 2026-03-01T08:00:00Z, with or without parts of seconds.
func (s *scope) moment(at place, given string) (operand, error) {
	t, err := time.Parse("2006-01-02T15:04:05Z", given)
	if err != nil {
		return operand{}, s.fault(at, "'%.40s' is no timestamp: write it in UTC, as 2026-03-01T08:00:00Z", given)
	}
	o := literal(at, t)
	o.what = "the timestamp " + given
	return o, nil
}

// instant reads a date or a timestamp.
func (s *scope) instant(at place, given string) (operand, error) {
	if strings.Contains(given, "T") {
		return s.moment(at, given)
	}
	return s.day(at, given)
}

// instantBeside reads a text as an instant where it is compared with one.
func (s *scope) instantBeside(o operand, other kind) (operand, error) {
	given, isText := o.given().(string)
	if !isText || other != date && other != moment {
		return o, nil
	}
	return s.instant(o.at, given)
}

// intervalEnd reads the end of an interval: an instant, or .. for none.
func (s *scope) intervalEnd(o operand) (*operand, error) {
	given, isText := o.given().(string)
	if !isText {
		return &o, nil
	}
	if given == ".." {
		return nil, nil //nolint:nilnil // an end that is not bounded is no operand
	}
	read, err := s.instant(o.at, given)
	return &read, err
}
