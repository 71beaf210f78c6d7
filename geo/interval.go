package geo

import "time"

// Day is a day of the calendar: midnight of it in UTC.
type Day time.Time

// String gives the day as RFC 3339 has it: 2026-03-01.
func (d Day) String() string { return time.Time(d).Format(time.DateOnly) }

// Interval is the time from its start to its end, both included. An instant starts and ends in itself. The two are
// moments (time.Time, or a field of type Time), or both are days (Day, DayOf).
type Interval struct {
	Start, End Expression // nil where it is unbounded
}

// TemporalOp is a relation between two intervals, by the definitions of the Time Ontology in OWL (W3C and OGC 16-071).
type TemporalOp string

// The relations between two intervals. The first five hold for instants too.
const (
	After        TemporalOp = "after"
	Before       TemporalOp = "before"
	DisjointTime TemporalOp = "disjoint"
	SameTime     TemporalOp = "equals"
	SomeTime     TemporalOp = "intersects"
	HasDuring    TemporalOp = "contains"
	During       TemporalOp = "during"
	FinishedBy   TemporalOp = "finishedBy"
	Finishes     TemporalOp = "finishes"
	Meets        TemporalOp = "meets"
	MetBy        TemporalOp = "metBy"
	OverlappedBy TemporalOp = "overlappedBy"
	OverlapsTime TemporalOp = "overlaps"
	StartedBy    TemporalOp = "startedBy"
	Starts       TemporalOp = "starts"
)
