package main

import (
	"fmt"
	"slices"
)

// fileOutcome is what import and export of a number of grids gave. Xiangtu is the first of each.
type fileOutcome struct {
	Grids              int
	Imports, Exports   []fileSeries
	Imported, Exported fileAgreement
}

// fileSeries are the samples of a contestant, one a round.
type fileSeries struct {
	Name    string
	samples []fileSample
}

// Seconds is the median of the times.
func (s fileSeries) Seconds() float64 {
	return s.middle(func(s fileSample) float64 { return s.seconds })
}

// over gives the ratios of its times to another's, of each round. Of a machine that is faster now and slower then, the ratio of
// two medians may be that of one's good times to another's bad ones; within a round they are neighbours.
func (s fileSeries) over(other fileSeries) []float64 {
	ratios := make([]float64, len(s.samples))
	for i := range ratios {
		ratios[i] = s.samples[i].seconds / other.samples[i].seconds
	}
	return ratios
}

// Memory is the median of the peaks in MB.
func (s fileSeries) Memory() float64 { return s.middle(func(s fileSample) float64 { return s.memory }) }

func (s fileSeries) middle(of func(fileSample) float64) float64 {
	values := make([]float64, len(s.samples))
	for i, sample := range s.samples {
		values[i] = of(sample)
	}
	return median(values)
}

// fileBar is that of issue 4 for a part and a contestant. It has them for the sizes that it measured, which begin with
// 100,000: below, what a program takes to begin and to end counts for as much as the features.
func fileBar(grids int, part, name string) float64 {
	switch {
	case grids < defaultFiles:
		return 0
	case name == "ogr2ogr" && part == "import":
		return importBar
	case name == "ogr2ogr":
		return exportBar
	case name == "COPY of ST_AsGeoJSON rows":
		return copyBar
	}
	return 0
}

// Files is the table of import and export beside others.
func (r report) Files() string {
	t := table{head: []string{"grids", "part", "", "s", "Xiangtu, s", "Xiangtu is", "rounds", "bar", "", "its MB", "Xiangtu, MB"}}
	for _, o := range r.FileOutcomes {
		for _, part := range o.parts() {
			ours := part.series[0]
			for _, other := range part.series[1:] {
				rounds := other.over(ours)
				ratio, bar, mark := median(rounds), "", ""
				if least := fileBar(o.Grids, part.name, other.Name); least > 0 {
					bar, mark = fmt.Sprintf("≥ %.0f×", least), met(ratio >= least)
				}
				t.add(grouped(int64(o.Grids)), part.name, other.Name, figure(other.Seconds()), figure(ours.Seconds()), fmt.Sprintf("**%.3g×**", ratio),
					fmt.Sprintf("%.3g–%.3g", slices.Min(rounds), slices.Max(rounds)), bar, mark, figure(other.Memory()), figure(ours.Memory()))
			}
		}
	}
	return t.String()
}

// FileGrowth is the table of how Xiangtu's time and memory grow from one size to the next.
func (r report) FileGrowth() string {
	t := table{head: []string{"part", "grids", "time", "bar", "", "memory, MB", "bar", ""}}
	for i := 1; i < len(r.FileOutcomes); i++ {
		small, large := r.FileOutcomes[i-1], r.FileOutcomes[i]
		times := float64(large.Grids) / float64(small.Grids)
		for n, part := range large.parts() {
			before, after := small.parts()[n].series[0], part.series[0]
			growth := after.Seconds() / before.Seconds() / times
			memory := max(before.Memory(), after.Memory())
			t.add(part.name, fmt.Sprintf("%s → %s", grouped(int64(small.Grids)), grouped(int64(large.Grids))),
				fmt.Sprintf("**%.2f** of linear", growth), fmt.Sprintf("≤ %.2f", growthBar), met(growth <= growthBar),
				fmt.Sprintf("%.0f → %.0f", before.Memory(), after.Memory()), fmt.Sprintf("≤ %d", fileMemory), met(memory <= fileMemory))
		}
	}
	return t.String()
}

// FileAgreements says what was compared before the times counted.
func (r report) FileAgreements() string {
	t := table{head: []string{"grids", "imported alike, to the last bit", "exported", "of them compared"}}
	for _, o := range r.FileOutcomes {
		t.add(grouped(int64(o.Grids)), grouped(int64(o.Imported.Geometries)), grouped(int64(o.Exported.Grids)), grouped(int64(o.Exported.Geometries)))
	}
	return t.String()
}

type filePart struct {
	name   string
	series []fileSeries
}

func (o fileOutcome) parts() []filePart {
	return []filePart{{"import", o.Imports}, {"export", o.Exports}}
}
