package main

import (
	"context"
	"fmt"
	"os"
	"slices"
)

// outcome is what a workload gave at a number of connections.
type outcome struct {
	Workload    string
	Connections int
	Bar         float64
	Ours, Limit series
	Peers       []series
}

// series are the samples of a contestant, one a round.
type series struct {
	Name    string
	samples []sample
}

// measure measures a workload: round by round, the contestants in turn.
func (m *meter) measure(ctx context.Context, w workload) ([]outcome, error) {
	var outcomes []outcome
	for _, connections := range w.connections {
		all := make([]series, len(w.entries))
		for i, e := range w.entries {
			all[i].Name = e.server.name
			if _, err := m.once(ctx, e, connections, m.effort.Warm); err != nil {
				return nil, err
			}
		}
		for range m.effort.Rounds {
			for i, e := range w.entries {
				s, err := m.run(ctx, e, connections)
				if err != nil {
					return nil, err
				}
				all[i].samples = append(all[i].samples, s)
			}
		}
		o := outcome{Workload: w.name, Connections: connections, Bar: w.bar, Ours: all[0], Limit: all[1], Peers: all[2:]}
		outcomes = append(outcomes, o)
		fmt.Fprintf(os.Stderr, "%s, %d connections: %.0f of %.0f a second, %.2f\n", w.name, connections, o.Ours.Rate(), o.Limit.Rate(), o.Ratio())
	}
	return outcomes, nil
}

// Ratio is the median of the rounds' ratios of Xiangtu's rate to the limit's.
func (o outcome) Ratio() float64 { return median(o.ratios()) }

// Least is the least ratio of all rounds.
func (o outcome) Least() float64 { return slices.Min(o.ratios()) }

// Greatest is the greatest ratio of all rounds.
func (o outcome) Greatest() float64 { return slices.Max(o.ratios()) }

func (o outcome) ratios() []float64 {
	ratios := make([]float64, len(o.Ours.samples))
	for i := range ratios {
		ratios[i] = o.Ours.samples[i].rate / o.Limit.samples[i].rate
	}
	return ratios
}

// WorkRatio is the processor time that the limit takes for a request, of server and database, to that of Xiangtu: it
// depends less on what else the machine does.
func (o outcome) WorkRatio() float64 {
	return (o.Limit.Server() + o.Limit.Database()) / (o.Ours.Server() + o.Ours.Database())
}

// Met tells whether the bar is reached.
func (o outcome) Met() bool { return o.Ratio() >= o.Bar }

// Rate is the median of the requests a second.
func (s series) Rate() float64 { return s.middle(func(s sample) float64 { return s.rate }) }

// High is the median of the 99th percentiles of the latency in milliseconds.
func (s series) High() float64 { return s.middle(func(s sample) float64 { return s.high }) }

// Bytes is the median of the bytes of an answer.
func (s series) Bytes() float64 { return s.middle(func(s sample) float64 { return s.bytes }) }

// Server is the median of the server's processor time for a request in milliseconds.
func (s series) Server() float64 { return s.middle(func(s sample) float64 { return s.server }) }

// Database is the median of PostgreSQL's processor time for a request in milliseconds.
func (s series) Database() float64 { return s.middle(func(s sample) float64 { return s.database }) }

// Disturbed is the number of runs in which something else took more of the machine than it may.
func (s series) Disturbed() (runs int) {
	for _, sample := range s.samples {
		if sample.other >= disturbed {
			runs++
		}
	}
	return runs
}

func (s series) middle(of func(sample) float64) float64 {
	values := make([]float64, len(s.samples))
	for i, sample := range s.samples {
		values[i] = of(sample)
	}
	return median(values)
}

// median gives the middle of values, which it sorts.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}
