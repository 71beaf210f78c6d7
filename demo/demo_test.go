package demo_test

import (
	"testing"
	"time"

	"xiangtu/demo"
	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/internal/fixture"
	"xiangtu/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m, fixture.Migrate) }

// The counts are those of the README.
func TestTheWholeMapLoads(t *testing.T) {
	store := postgis.New(pgtest.New(t))
	begun := time.Now()
	reports, err := demo.Load(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(time.Since(begun))
	want := map[geo.LayerName]int{geo.Towns: 19, geo.Villages: 217, geo.Grids: 3013, geo.Belts: 3, geo.Stations: 4}
	for _, r := range reports {
		if r.Inserted != want[r.Layer] || r.Read != r.Inserted || !r.Written || len(r.Ignored) > 0 {
			t.Errorf("%+v, want %d inserted", r, want[r.Layer])
		}
	}
	states, err := store.LayerStates(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, state := range states {
		if state.Count != want[name] || state.Revision == 0 {
			t.Errorf("%s: %+v, want %d features", name, state, want[name])
		}
	}

	again, err := demo.Load(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range again {
		if r.Unchanged != want[r.Layer] {
			t.Errorf("loaded again: %+v, want all unchanged", r)
		}
	}
	after, err := store.Revisions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, revision := range after {
		if revision != states[name].Revision {
			t.Errorf("%s: revision %d, was %d before nothing changed", name, revision, states[name].Revision)
		}
	}
}
