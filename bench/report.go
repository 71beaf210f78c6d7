package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"os"
	"strings"
	"text/template"
	"time"
)

const (
	readme = "bench/README.md"
	chart  = "bench/ratios.svg"
)

// Bars of issue 1 that are no ratio to the limit program.
const (
	overviewBar = 0.5 // of the bare statement's time
	memoryBar   = 150 // MB
)

// report is everything that was measured.
type report struct {
	Effort   effort
	Machine  machine
	Begun    time.Time
	Took     time.Duration
	Agreed   []agreement
	Outcomes []outcome
	Overview overview
	Memory   float64 // peak in MB

	WriteOutcomes []writeOutcome

	FileOutcomes []fileOutcome // the smaller first
}

// publish prints the tables and, after a full run, writes bench/README.md and its picture.
func (r report) publish(w io.Writer) error {
	if r.Effort.WritesOnly {
		_, err := fmt.Fprint(w, "\n", r.Writes())
		return err
	}
	if len(r.Outcomes) > 0 {
		if _, err := fmt.Fprint(w, "\n", r.Ratios(), "\n", r.Peers(), "\n", r.Writes()); err != nil {
			return err
		}
	}
	if _, err := fmt.Fprint(w, "\n", r.Files(), "\n", r.FileGrowth(), "\n", r.FileAgreements()); err != nil {
		return err
	}
	if !r.Effort.Keep {
		return nil
	}
	var text bytes.Buffer
	if err := readmeTemplate().Execute(&text, r); err != nil {
		return err
	}
	if err := os.WriteFile(readme, text.Bytes(), 0o644); err != nil {
		return err
	}
	return os.WriteFile(chart, drawRatios(r.Outcomes), 0o644)
}

//go:embed README.md.tmpl
var readmeText string

func readmeTemplate() *template.Template {
	return template.Must(template.New("README.md").Parse(readmeText))
}

// Ratios is the table of Xiangtu beside the limit.
func (r report) Ratios() string {
	t := table{head: []string{"workload", "connections", "Xiangtu, req/s", "limit, req/s", "ratio", "rounds", "bar", "", "by work", "p99, ms"}}
	for _, o := range r.Outcomes {
		t.add(o.Workload, fmt.Sprint(o.Connections), figure(o.Ours.Rate()), figure(o.Limit.Rate()), fmt.Sprintf("**%.2f**", o.Ratio()),
			fmt.Sprintf("%.2f–%.2f", o.Least(), o.Greatest()), fmt.Sprintf("≥ %.1f", o.Bar), met(o.Met()), fmt.Sprintf("%.2f", o.WorkRatio()), figure(o.Ours.High()))
	}
	v := r.Overview
	t.add(fmt.Sprintf("the tile %s of %d grids, cold", strings.TrimSuffix(v.Tile, ".mvt"), v.Features), "1",
		figure(v.Ours)+" ms", figure(v.Bare)+" ms, bare ST_AsMVT", fmt.Sprintf("**%.2f**", v.Ratio()), "", fmt.Sprintf("≤ %.1f", overviewBar), met(v.Ratio() <= overviewBar))
	t.add("memory of the server under all of it, at its peak", "", figure(r.Memory)+" MB", "", "", "", fmt.Sprintf("≤ %d MB", memoryBar), met(r.Memory <= memoryBar))
	return t.String()
}

// Work is the table of the processor time that a request takes.
func (r report) Work() string {
	t := table{head: []string{"workload", "connections", "Xiangtu", "+ PostgreSQL", "limit", "+ PostgreSQL", "KB an answer"}}
	for _, o := range r.Outcomes {
		t.add(o.Workload, fmt.Sprint(o.Connections), figure(o.Ours.Server()), figure(o.Ours.Database()),
			figure(o.Limit.Server()), figure(o.Limit.Database()), figure(o.Ours.Bytes()/1e3))
	}
	return t.String()
}

// Peers is the table of Xiangtu beside the peers that took part.
func (r report) Peers() string {
	t := table{head: []string{"workload", "connections", "peer", "its req/s", "Xiangtu, req/s", "Xiangtu to it"}}
	for _, o := range r.Outcomes {
		for _, peer := range o.Peers {
			t.add(o.Workload, fmt.Sprint(o.Connections), peer.Name, figure(peer.Rate()), figure(o.Ours.Rate()), fmt.Sprintf("%.2g×", o.Ours.Rate()/peer.Rate()))
		}
	}
	return t.String()
}

// Agreements is the table of what was compared before anything was measured.
func (r report) Agreements() string {
	t := table{head: []string{"workload", "Xiangtu and", "answers", "rows", "vertices"}}
	for _, a := range r.Agreed {
		t.add(a.Workload, a.Contestant, grouped(int64(a.Answers)), grouped(int64(a.Rows)), grouped(int64(a.Vertices)))
	}
	return t.String()
}

// Disturbed is the number of runs that stayed disturbed after all repetitions, of all runs.
func (r report) Disturbed() string {
	disturbed, all := 0, 0
	for _, o := range r.Outcomes {
		for _, s := range append([]series{o.Ours, o.Limit}, o.Peers...) {
			disturbed += s.Disturbed()
			all += len(s.samples)
		}
	}
	return fmt.Sprintf("%d of %d", disturbed, all)
}

func met(met bool) string {
	if met {
		return "✓"
	}
	return "missed"
}

// figure writes a number with three digits that tell.
func figure(v float64) string {
	switch {
	case v >= 999.5:
		thousands := fmt.Sprintf("%.3g", v)
		var whole float64
		_, _ = fmt.Sscan(thousands, &whole) // it was just written
		return grouped(int64(whole))
	case v >= 100:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	case v >= 1:
		return fmt.Sprintf("%.2f", v)
	}
	return fmt.Sprintf("%.3f", v)
}

// grouped writes a number with commas between thousands.
func grouped(n int64) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", grouped(n/1000), n%1000)
}
