package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xiangtu/internal/golden"
)

func TestMedian(t *testing.T) {
	for _, test := range []struct {
		values []float64
		want   float64
	}{
		{[]float64{7}, 7},
		{[]float64{9, 1, 5}, 5},
		{[]float64{4, 1, 3, 2}, 2.5},
	} {
		if got := median(test.values); got != test.want {
			t.Errorf("the median of %v is %v, want %v", test.values, got, test.want)
		}
	}
}

func TestFiguresHaveThreeDigitsThatTell(t *testing.T) {
	for value, want := range map[float64]string{
		43_217: "43,200", 1_234_567: "1,230,000", 999.6: "1,000", 129.4: "129", 63.14: "63.1", 4.127: "4.13", 0.0456: "0.046",
	} {
		if got := figure(value); got != want {
			t.Errorf("%v is written %s, want %s", value, got, want)
		}
	}
}

func TestAnswersOfDifferentFormsAreCompared(t *testing.T) {
	const ours = `{"data":{"villages":{"nodes":[{"code":"1","name":"曲溪","geometry":{"coordinates":[116.3916016,23.5708004]}}]}}}`
	for _, test := range []struct {
		name, theirs, complaint string
	}{
		{"another form", `{"data":{"all":{"nodes":[{"geom":{"geojson":{"coordinates":[116.39160161,23.57080039]}},"name":"曲溪","code":"1"}]}}}`, ""},
		{"another code", strings.Replace(ours, `"1"`, `"2"`, 1), "codes and names"},
		{"another coordinate", strings.Replace(ours, "116.3916016", "116.3916018", 1), "coordinates"},
		{"a coordinate less", strings.Replace(ours, ",23.5708004", "", 1), "coordinates"},
	} {
		t.Run(test.name, func(t *testing.T) {
			counted, err := sameFeatures([]byte(ours), []byte(test.theirs))
			switch {
			case test.complaint == "" && err != nil:
				t.Fatal(err)
			case test.complaint == "" && counted != tally{rows: 1, vertices: 1}:
				t.Errorf("counted %+v", counted)
			case test.complaint != "" && (err == nil || !strings.Contains(err.Error(), test.complaint)):
				t.Errorf("got %v, want a complaint about %s", err, test.complaint)
			}
		})
	}
}

// A lattice has what it is asked for, with codes that nest and outlines that are closed.
func TestLattice(t *testing.T) {
	folder := t.TempDir()
	if err := writeLattice(folder, 200); err != nil {
		t.Fatal(err)
	}
	for layer, count := range map[string]int{"towns": 1, "villages": 2, "grids": 200} {
		text, err := os.ReadFile(filepath.Join(folder, layer+".geojson"))
		if err != nil {
			t.Fatal(err)
		}
		var collection struct{ Features []exportedGrid }
		if err := json.Unmarshal(text, &collection); err != nil || len(collection.Features) != count {
			t.Fatalf("%s: %d features, want %d (%v)", layer, len(collection.Features), count, err)
		}
		for _, f := range collection.Features {
			if v := f.vertices(); len(v) != 4*sideEdges+1 || v[0] != v[len(v)-1] || !strings.HasPrefix(f.Properties.Code, f.Properties.ParentCode) {
				t.Errorf("%s %s, in %s: %d positions", layer, f.Properties.Code, f.Properties.ParentCode, len(v))
			}
		}
	}
}

func TestReport(t *testing.T) {
	steady := func(name string, rate, work float64) series {
		return series{Name: name, samples: []sample{{rate: rate, server: work, database: work, high: 1}, {rate: rate * 1.1, server: work, database: work, high: 2, other: 0.2}}}
	}
	files := func(other string, theirs, ours float64) []fileSeries {
		return []fileSeries{{Name: "Xiangtu", samples: []fileSample{{ours, 30}, {ours, 40}}}, {Name: other, samples: []fileSample{{theirs, 50}, {theirs * 2, 50}}}}
	}
	r := report{
		Outcomes: []outcome{
			{Workload: "one grid", Connections: 1, Bar: 0.5, Ours: steady("Xiangtu", 9000, 0.02), Limit: steady("limit", 12000, 0.01), Peers: []series{steady("PostGraphile 4", 4100, 0.1)}},
			{Workload: "all grids", Connections: 8, Bar: 0.6, Ours: steady("Xiangtu", 50, 9), Limit: steady("limit", 129, 6)},
		},
		Overview:      overview{Tile: "/10/842/442.mvt", Features: 1827, Ours: 12, Bare: 63},
		Memory:        120,
		WriteOutcomes: []writeOutcome{{Clients: 8, bare: []float64{1000, 1200, 1100}, kept: []float64{300, 250, 280}, ours: []float64{600, 610, 620}}},
		FileOutcomes: []fileOutcome{
			{Grids: 10_000, Imports: files("ogr2ogr", 1.5, 0.6), Exports: files("COPY of ST_AsGeoJSON rows", 0.2, 0.25), Imported: fileAgreement{10_000, 10_000}},
			{Grids: 100_000, Imports: files("ogr2ogr", 15, 4.2), Exports: files("COPY of ST_AsGeoJSON rows", 2, 1), Exported: fileAgreement{100_000, 1_033}},
		},
	}
	golden.Equal(t, "report.md", []byte(r.Ratios()+"\n"+r.Work()+"\n"+r.Peers()+"\n"+r.Disturbed()+"\n\n"+r.Writes()+"\n"+r.Files()+"\n"+r.FileGrowth()+"\n"+r.FileAgreements()))
	golden.Equal(t, "ratios.svg", drawRatios(r.Outcomes))
}
