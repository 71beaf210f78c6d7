package postgis

import "xiangtu/geo"

// An end is where an interval starts or ends.
type end bool

const (
	start end = false
	stop  end = true
)

// comparison relates an end of the left interval to one of the right.
type comparison struct {
	left     end
	operator string
	right    end
}

// temporalComparisons are the comparisons that must all hold for a relation (Time Ontology in OWL, section 4.2).
var temporalComparisons = map[geo.TemporalOp][]comparison{
	geo.After:        {{start, " > ", stop}},
	geo.Before:       {{stop, " < ", start}},
	geo.SameTime:     {{start, " = ", start}, {stop, " = ", stop}},
	geo.SomeTime:     {{start, " <= ", stop}, {stop, " >= ", start}},
	geo.HasDuring:    {{start, " < ", start}, {stop, " > ", stop}},
	geo.During:       {{start, " > ", start}, {stop, " < ", stop}},
	geo.FinishedBy:   {{start, " < ", start}, {stop, " = ", stop}},
	geo.Finishes:     {{start, " > ", start}, {stop, " = ", stop}},
	geo.Meets:        {{stop, " = ", start}},
	geo.MetBy:        {{start, " = ", stop}},
	geo.OverlappedBy: {{start, " > ", start}, {start, " < ", stop}, {stop, " > ", stop}},
	geo.OverlapsTime: {{start, " < ", start}, {stop, " > ", start}, {stop, " < ", stop}},
	geo.StartedBy:    {{start, " = ", start}, {stop, " > ", stop}},
	geo.Starts:       {{start, " = ", start}, {stop, " < ", stop}},
}

// temporal appends a relation between two intervals.
func (b *builder) temporal(layer *geo.Layer, f geo.Temporal) error {
	if f.Op == geo.DisjointTime {
		b.add("NOT ")
		f.Op = geo.SomeTime
	}
	comparisons := temporalComparisons[f.Op]
	return b.around("(", ")", func() error {
		return b.join(len(comparisons), " AND ", func(i int) error {
			c := comparisons[i]
			if err := b.end(layer, f.Left, c.left); err != nil {
				return err
			}
			b.add(c.operator)
			return b.end(layer, f.Right, c.right)
		})
	})
}

// end appends where an interval starts or ends; unbounded ones do so at the end of all times.
func (b *builder) end(layer *geo.Layer, i geo.Interval, which end) error {
	at, infinity := i.Start, "'-infinity'::timestamptz"
	if which == stop {
		at, infinity = i.End, "'infinity'::timestamptz"
	}
	if at == nil {
		b.add(infinity)
		return nil
	}
	return b.expression(layer, at)
}
