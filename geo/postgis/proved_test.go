package postgis_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/geo/shape"
	"xiangtu/internal/pgtest"
)

// fitAmong counts the geometries, of EWKB, that PostGIS tells to be fit for the map.
func fitAmong(t *testing.T, store *postgis.Store, geometries [][]byte) (fit int) {
	t.Helper()
	const statement = `SELECT count(*) FROM unnest($1::bytea[]) AS g WHERE xiangtu.is_fit(ST_SetSRID(ST_GeomFromWKB(g), 4326))`
	if err := store.Pool().QueryRow(t.Context(), statement, geometries).Scan(&fit); err != nil {
		t.Fatal(err)
	}
	return fit
}

// What an import does not have tested by the database is fit by its rule, whatever the geometry: corners that lie on few places
// meet, touch and turn back upon each other often.
func TestWhatIsProvedIsFit(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	random := rand.New(rand.NewPCG(1, 2))
	ring := func() orb.Ring {
		places, scale := 2+random.IntN(6), []float64{1, 0.1, 1e-7, 1.0 / 3}[random.IntN(4)]
		var ring orb.Ring
		for range 3 + random.IntN(5) {
			ring = append(ring, orb.Point{116 + scale*float64(random.IntN(places)), 23 + scale*float64(random.IntN(places))})
		}
		return append(ring, ring[0])
	}
	var prover shape.Prover
	var all, proved [][]byte
	for range 40_000 {
		polygons := orb.MultiPolygon{{ring()}}
		if random.IntN(8) == 0 {
			polygons = append(polygons, orb.Polygon{ring()})
		}
		wkb := shape.AppendWKB(nil, polygons)
		all = append(all, wkb)
		if prover.Proves(wkb) {
			proved = append(proved, wkb)
		}
	}
	fit := fitAmong(t, store, all)
	t.Logf("%d of %d are fit, and %d are proved", fit, len(all), len(proved))
	if proven := fitAmong(t, store, proved); proven != len(proved) || len(proved) < fit/2 || fit > len(all)/2 {
		t.Errorf("of %d that are proved %d are fit, as are %d of all %d", len(proved), proven, fit, len(all))
	}
}

// What is not proved is tested with the file, whether it is little of it or all.
func TestWhatIsNotProvedIsTested(t *testing.T) {
	t.Parallel()
	store := emptied(t)
	const holed = `{"type":"Polygon","coordinates":[[[116.1,23.1],[116.2,23.1],[116.2,23.2],[116.1,23.2],[116.1,23.1]],[[116.15,23.15],[116.15,23.16],[116.16,23.16],[116.15,23.15]]]}`
	outside := grid("445203001002", "", strings.ReplaceAll(holed, "116.15", "116.55"))
	for _, count := range []int{3, len(cells())} {
		features := cells()
		for i := range count {
			features[i] = strings.Replace(features[i], square, holed, 1)
		}
		report, phases := importCells(t, store, features, postgis.ImportOptions{DryRun: true})
		if report.Inserted != len(features) || slices.Contains(phases, postgis.Rereading) {
			t.Errorf("%d with holes: %+v by %q", count, report, phases)
		}
		report, phases = importCells(t, store, append(features, outside), postgis.ImportOptions{})
		if report.Written || report.Refused != 1 || report.Refusals[0].Index != len(features) || !slices.Contains(phases, postgis.Rereading) {
			t.Errorf("%d with holes, and one with a hole outside: %+v by %q", count, report, phases)
		}
	}
}

// Of boundaries as they are nearly all can be proved.
func TestTheMapIsProved(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	for _, layer := range []geo.LayerName{geo.Towns, geo.Villages, geo.Grids} {
		var prover shape.Prover
		rows, err := store.Pool().Query(t.Context(), `SELECT ST_AsBinary(geom) FROM xiangtu.`+string(layer))
		if err != nil {
			t.Fatal(err)
		}
		all, proved := 0, 0
		for rows.Next() {
			all++
			if prover.Proves(rows.RawValues()[0]) {
				proved++
			}
		}
		t.Logf("%s: %d of %d", layer, proved, all)
		if err := rows.Err(); err != nil || proved < all*95/100 {
			t.Errorf("%s: %d of %d are proved, %v", layer, proved, all, err)
		}
	}
}
