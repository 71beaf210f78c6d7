package postgis_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/exchange"
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
		if noticed := len(report.Notes) == 1 && strings.Contains(report.Notes[0], "give --swap-axes"); noticed != test.noticed {
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

// A file that is read in a wrong system lies somewhere, and mostly in range. Where another way of reading it puts it on the
// map, that is told.
func TestAFileThatLiesOffTheMapIsToldHowItWouldLieOnIt(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := postgis.New(pool)
	var x, y float64 // in the zone 39 of Gauss-Krüger
	if err := pool.QueryRow(t.Context(), `SELECT ST_X(p), ST_Y(p) FROM ST_Transform(ST_SetSRID(ST_MakePoint(116.4, 23.57), 4326), 4527) AS p`).Scan(&x, &y); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name, system string
		x, y         float64
		want         string // what the one note ends with; empty for none
	}{
		{"as it should be", "EPSG:4527", x, y, ""},
		{"northing first", "EPSG:4527", y, x, "and on it if its axes are exchanged: give --swap-axes, or leave it out if it is given"},
		{"another zone", "EPSG:4528", x, y, "and on it by --crs EPSG:4527 (CGCS2000 / 3-degree Gauss-Kruger zone 39)"},
		{"another zone and northing first", "EPSG:4528", y, x, "by --crs EPSG:4527 (CGCS2000 / 3-degree Gauss-Kruger zone 39) with its axes exchanged"},
		{"degrees read as metres", "EPSG:4527", 116.4, 23.57, "and on it if its coordinates are degrees: leave --crs out"},
		{"degrees read as metres of Web Mercator", "WEB_MERCATOR", 116.4, 23.57, "and on it if its coordinates are degrees: leave --crs out"},
		{"degrees, latitude first, read as metres", "WEB_MERCATOR", 23.57, 116.4, "latitude comes first: leave --crs out, and give --swap-axes"},
		{"another county", "EPSG:4527", x + 300000, y + 300000, ""},
	} {
		system, err := exchange.ParseSystem(test.system)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Join(t.TempDir(), "stations.geojson")
		text := collection(belt(`,"villageCode":"445203001001"`, fmt.Sprintf(`{"type":"Point","coordinates":[%f,%f]}`, test.x, test.y)))
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		report, err := importFile(t, store, geo.Stations, name, exchange.Options{System: &system}, postgis.ImportOptions{DryRun: true})
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		notes := report.Notes
		if told := len(notes) == 1 && strings.HasPrefix(notes[0], "the file lies off the map") && strings.HasSuffix(notes[0], test.want); told != (test.want != "") || !told && len(notes) > 0 {
			t.Errorf("%s: %q, want %q", test.name, notes, test.want)
		}
	}
}

// A file that is copied straight into an empty layer is held to the map as well.
func TestAFileThatIsCopiedOffTheMapIsNoticed(t *testing.T) {
	t.Parallel()
	store := emptied(t)
	name := filepath.Join(t.TempDir(), "grids.geojson")
	onTheMap := strings.NewReplacer("[116.1,", "[116.41,", "[116.2,", "[116.42,", "23.1]", "23.51]", "23.2]", "23.52]")
	if err := os.WriteFile(name, []byte(onTheMap.Replace(collection(cells()...))), 0o600); err != nil {
		t.Fatal(err)
	}
	report, err := importFile(t, store, geo.Grids, name, exchange.Options{System: &exchange.System{CRS: crs.WebMercator}}, postgis.ImportOptions{DryRun: true})
	if err != nil || report.Inserted != len(cells()) || len(report.Notes) != 1 || !strings.HasSuffix(report.Notes[0], "leave --crs out") {
		t.Errorf("%+v, %v", report, err)
	}
}
