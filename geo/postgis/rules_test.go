package postgis_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

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
	for _, statement := range []string{fmt.Sprintf(insert, "updated_at", "xiangtu.stamp_time()"), `UPDATE xiangtu.grids SET revision = 99, updated_at = '2020-01-01'`} {
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

// Clients keep milliseconds and no more. At the time that a feature says it changed, the map has the change.
func TestTheTimeOfAChange(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	const copied = `INSERT INTO xiangtu.stations (code, name, pinyin, village_code, geom) SELECT 'JD-S7', name, pinyin, village_code, geom FROM xiangtu.stations LIMIT 1`
	for _, statement := range []string{copied, `UPDATE xiangtu.stations SET name = '七' WHERE code = 'JD-S7'`, `UPDATE xiangtu.stations SET name = '八' WHERE code = 'JD-S7'`} {
		begun := time.Now()
		if _, err := store.Pool().Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
		var at time.Time
		var revision int64
		if err := store.Pool().QueryRow(t.Context(), `SELECT updated_at, revision FROM xiangtu.stations WHERE code = 'JD-S7'`).Scan(&at, &revision); err != nil {
			t.Fatal(err)
		}
		if at != at.Truncate(time.Millisecond) || at.Before(begun) || at.Sub(begun) > time.Minute {
			t.Errorf("%s: at %v, begun at %v", statement, at, begun)
		}
		if moment, err := store.MomentAt(t.Context(), at); err != nil || moment[geo.Stations] != revision {
			t.Errorf("%s: revision %d, and at its time %v, %v", statement, revision, moment, err)
		}
		if moment, err := store.MomentAt(t.Context(), begun); err != nil || moment[geo.Stations] != revision-1 {
			t.Errorf("%s: revision %d, and before it %v, %v", statement, revision, moment, err)
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
	const stamp = `ALTER TABLE xiangtu.grids DISABLE TRIGGER USER; UPDATE xiangtu.grids SET updated_at = '2026-11-24 08:00:59.9996Z'; ALTER TABLE xiangtu.grids ENABLE TRIGGER USER`
	if _, err := conn.Exec(t.Context(), stamp); err != nil {
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
	var rounded bool
	if err := conn.QueryRow(t.Context(), `SELECT bool_and(updated_at = '2026-11-24 08:01:00Z') FROM xiangtu.grids`).Scan(&rounded); err != nil || !rounded {
		t.Errorf("a time of an older map is not rounded up to milliseconds: %v", err)
	}
}
