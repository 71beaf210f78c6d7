package postgis_test

import (
	"fmt"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
	"xiangtu/migrations"
)

// emptied is a store whose map has no grids.
func emptied(t *testing.T) *postgis.Store {
	t.Helper()
	store := postgis.New(pgtest.New(t))
	if _, err := store.Pool().Exec(t.Context(), `TRUNCATE xiangtu.grids`); err != nil {
		t.Fatal(err)
	}
	return store
}

// Nobody gives a feature a revision or a time but the database, whichever way it comes.
func TestARevisionCannotBeGiven(t *testing.T) {
	t.Parallel()
	store := emptied(t)
	const insert = `INSERT INTO xiangtu.grids (code, name, pinyin, workers, geom, %s) SELECT code, name, pinyin, 1, geom, %s FROM xiangtu.villages LIMIT 1`
	for column, value := range map[string]string{"revision": "7", "updated_at": "'2020-01-01'::timestamptz"} {
		if _, err := store.Pool().Exec(t.Context(), fmt.Sprintf(insert, column, value)); err == nil || !strings.Contains(err.Error(), "given by the database") {
			t.Errorf("%s: %v", column, err)
		}
	}
	before := revisionOf(t, store, geo.Grids)
	for _, statement := range []string{fmt.Sprintf(insert, "updated_at", "now()"), `UPDATE xiangtu.grids SET revision = 99, updated_at = '2020-01-01'`} {
		before++
		if _, err := store.Pool().Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		var right bool
		err := store.Pool().QueryRow(t.Context(), `SELECT bool_and(revision = $1 AND updated_at > now() - interval '1 minute') FROM xiangtu.grids`, before).Scan(&right)
		if err != nil || !right {
			t.Errorf("%s: the stamp is not that of the change: %v", statement, err)
		}
	}
}

// The map's own borders are on it, and nothing beyond them is, whoever writes.
func TestTheMapEndsWhereTheEarthDoes(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	for place, fits := range map[string]bool{
		"180 90": true, "-180 -90": true, "180.0000001 0": false, "-180.0000001 0": false, "0 90.0000001": false, "0 -90.0000001": false, "NaN 0": false,
	} {
		_, err := store.Pool().Exec(t.Context(), `UPDATE xiangtu.stations SET geom = ST_GeomFromText('POINT(' || $1 || ')', 4326) WHERE code = 'JD-S1'`, place)
		if fits != (err == nil) {
			t.Errorf("%s: %v", place, err)
		}
	}
}

// The ways down and up again leave every feature as it was, but for the last digits of its area.
func TestMigrationsKeepTheFeatures(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Release()
	const features = `SELECT string_agg(g.code || ' ' || level || ' ' || village_code || ' ' || coalesce(parent_code, '') || ' ' || md5(geom::text), ' ' ORDER BY g.code) FROM xiangtu.grids AS g`
	const areas = `SELECT max(abs(area_square_metres / ST_Area(geom::geography) - 1)) FROM xiangtu.grids`
	read := func() (text string, difference float64) {
		t.Helper()
		if err := conn.QueryRow(t.Context(), features).Scan(&text); err != nil {
			t.Fatal(err)
		}
		if err := conn.QueryRow(t.Context(), areas).Scan(&difference); err != nil {
			t.Fatal(err)
		}
		return text, difference
	}
	before, projected := read()
	if projected > 2e-5 {
		t.Errorf("an area differs from the geodesic one by %g of it", projected)
	}
	status, err := migrations.Read(t.Context(), conn.Conn())
	if err != nil {
		t.Fatal(err)
	}
	if err := migrations.Down(t.Context(), conn.Conn(), status.Current-1); err != nil {
		t.Fatal(err)
	}
	if text, difference := read(); text != before || difference > 1e-12 {
		t.Errorf("on the way down the features have changed, or their areas by %g", difference)
	}
	if err := migrations.Up(t.Context(), conn.Conn()); err != nil {
		t.Fatal(err)
	}
	if text, difference := read(); text != before || difference != projected {
		t.Errorf("on the way up the features have changed, or their areas by %g and not %g", difference, projected)
	}
}
