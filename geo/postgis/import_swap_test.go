package postgis_test

import (
	"fmt"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
)

// Where the map is in the west of China, exchanged axes are in range: only the place tells.
func TestExchangedAxesInRangeAreNoticed(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	if _, err := pool.Exec(t.Context(), `UPDATE xiangtu.towns SET geom = ST_Translate(geom, -31, 17)`); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name    string
		x, y    float64
		noticed bool
	}{
		{"latitude first", 40.57, 85.4, true},
		{"as it should be", 85.4, 40.57, false},
		{"somewhere else", 40.57, 75.4, false},
	} {
		text := collection(belt(`,"villageCode":"445203001001"`, fmt.Sprintf(`{"type":"Point","coordinates":[%g,%g]}`, test.x, test.y)))
		report := runImport(t, postgis.New(pool), geo.Stations, text, postgis.ImportOptions{DryRun: true})
		if noticed := len(report.Notes) == 1 && strings.Contains(report.Notes[0], "--swap-axes"); noticed != test.noticed {
			t.Errorf("%s: %q", test.name, report.Notes)
		}
	}
	if _, err := pool.Exec(t.Context(), `TRUNCATE xiangtu.towns CASCADE`); err != nil {
		t.Fatal(err)
	}
	town := `{"type":"Feature","properties":{"code":"650104001","name":"新镇","kind":"town"},"geometry":` + square + `}`
	if report := runImport(t, postgis.New(pool), geo.Towns, collection(town), postgis.ImportOptions{}); report.Inserted != 1 || len(report.Notes) > 0 {
		t.Errorf("the first file of a map: %+v", report)
	}
}
