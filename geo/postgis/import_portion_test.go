package postgis_test

import (
	"fmt"
	"slices"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
)

// stationsOf are stations that each serve a town, those before renamed under another name.
func stationsOf(n, renamed int) string {
	features := make([]string, n)
	for i := range features {
		name := "站"
		if i < renamed {
			name = "新站"
		}
		features[i] = fmt.Sprintf(`{"type":"Feature","properties":{"code":"T%06d","name":"%s","villageCode":"%s","townCodes":["445203104"]},"geometry":{"type":"Point","coordinates":[116.4,23.5]}}`,
			i, name, otherVillage)
	}
	return collection(features...)
}

// An import tells how many features it has written, while it writes them: into a layer that is empty, and into one that has some.
func TestAnImportTellsHowFarItHasWritten(t *testing.T) {
	t.Parallel()
	const n, renamed = 25_000, 12_000
	for _, test := range []struct{ name, clear string }{
		{"into an empty layer", "TRUNCATE xiangtu.stations, xiangtu.station_towns"},
		{"into a layer that has some", "SELECT"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			store := postgis.New(pgtest.New(t))
			if _, err := store.Pool().Exec(t.Context(), test.clear); err != nil {
				t.Fatal(err)
			}
			var told []int
			o := postgis.ImportOptions{Progress: func(phase postgis.Phase, count int) {
				if phase == postgis.Writing {
					told = append(told, count)
				}
			}}
			want := []int{0, 10_000, 20_000, n}
			report := runImport(t, store, geo.Stations, stationsOf(n, 0), o)
			if report.Inserted != n || report.Updated != 0 || report.Unchanged != 0 || !slices.Equal(told, want) {
				t.Errorf("%+v, told %v, want %v", report, told, want)
			}
			told = nil
			report = runImport(t, store, geo.Stations, stationsOf(n, renamed), o)
			if report.Inserted != 0 || report.Updated != renamed || report.Unchanged != n-renamed || !slices.Equal(told, want) {
				t.Errorf("%+v, told %v, want %v", report, told, want)
			}
			var names, towns, before int
			const count = `SELECT count(*) FILTER (WHERE name = '新站'), (SELECT count(*) FROM xiangtu.station_towns WHERE station_code LIKE 'T%'),
    (SELECT count(*) FROM xiangtu.stations_history WHERE code LIKE 'T%') FROM xiangtu.stations`
			if err := store.Pool().QueryRow(t.Context(), count).Scan(&names, &towns, &before); err != nil {
				t.Fatal(err)
			}
			if names != renamed || towns != n || before != renamed {
				t.Errorf("%d have the new name and %d an older version, want %d; %d serve a town, want %d", names, before, renamed, towns, n)
			}
		})
	}
}

// Whatever the order of the file, a grid is written after its parent.
func TestPartsOfGridsMayComeFirst(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	const rest = `DELETE FROM xiangtu.grids WHERE code LIKE '445203001001%'`
	if _, err := store.Pool().Exec(t.Context(), rest); err != nil {
		t.Fatal(err)
	}
	features := cells()
	slices.Reverse(features)
	report := runImport(t, store, geo.Grids, collection(features...), postgis.ImportOptions{})
	if report.Inserted != len(features) || !report.Written {
		t.Errorf("%+v", report)
	}
}
