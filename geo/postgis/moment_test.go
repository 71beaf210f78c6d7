package postgis_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
)

// upheaval changes every layer, and every list of members.
const upheaval = `
UPDATE xiangtu.villages SET name = name || '!', geom = ST_Multi(ST_ForcePolygonCCW(ST_Translate(geom, 0.5, 0)));
UPDATE xiangtu.towns SET name = name || '!', geom = ST_Multi(ST_ForcePolygonCCW(ST_Translate(geom, 0.5, 0)));
UPDATE xiangtu.grids SET workers = workers + 1 WHERE level = 3;
DELETE FROM xiangtu.grids WHERE level = 3 AND code LIKE '445203102%';
UPDATE xiangtu.belt_villages SET position = position + 100;
DELETE FROM xiangtu.station_towns WHERE town_code < '445203110';
UPDATE xiangtu.stations SET geom = ST_Translate(geom, 0.5, 0)`

// everything asks the store in every way, and gives the answers as one text.
func everything(ctx context.Context, t *testing.T, store *postgis.Store) string {
	t.Helper()
	var answers strings.Builder
	note := func(what string, answer any, err error) {
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		text, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		answers.WriteString(what + " " + string(text) + "\n")
	}
	point := orb.Point{116.3957, 23.578}
	for _, layer := range geo.Layers() {
		all := geo.Query{Layer: layer, Fields: layer.AllFields() | geo.WithGeometry | geo.WithBBox | geo.WithLabelPoint}
		found, err := store.Find(ctx, all)
		for _, f := range found[0].Features {
			f.Common().Cohort = nil
		}
		note("find", found, err)
		sums, err := store.Summarise(ctx, all, nil, true)
		note("summary", sums, err)
		at, err := store.At(ctx, layer, point, 0)
		note("at", codes(at), err)
		hits, err := store.Search(ctx, layer, "4452031", 20, 0)
		note("search", len(hits), err)
		near, err := store.Nearest(ctx, layer, point, 3, nil, 0)
		note("nearest", near[0].DistanceMetres, err)
		var features []string
		err = store.EachFeature(ctx, geo.Query{Layer: layer}, postgis.FeatureForm{}, func(_ int, feature []byte) error {
			features = append(features, string(feature))
			return nil
		})
		note("features", features, err)
		var tile []int64
		err = store.EachTileRow(ctx, layer, nil, orb.Bound{Min: orb.Point{116, 23}, Max: orb.Point{117, 24}}, [2]float64{}, func(row *postgis.TileRow) error {
			tile = append(tile, row.FID)
			return nil
		})
		note("tile", tile, err)
	}
	for _, relation := range geo.Relations() {
		from, _ := geo.LayerNamed(relation.From)
		to, _ := geo.LayerNamed(relation.To)
		found, err := store.Find(ctx, geo.Query{Layer: from})
		var keys []string
		for _, f := range found[0].Features {
			keys = append(keys, relation.Key(f.Common().Code))
		}
		note("keys of "+relation.Name, keys, err)
		related, err := store.Find(ctx, geo.Query{Layer: to, Of: &geo.Kin{Relation: relation, Keys: keys}})
		for _, slice := range related {
			note(relation.Name, codes(slice.Features), err)
		}
	}
	states, err := store.LayerStates(ctx)
	note("layers", states, err)
	villages := layer(t, geo.Villages)
	ups, err := store.RollUps(ctx, villages, []string{otherVillage})
	note("roll-up", ups, err)
	areas, err := store.Geometries(ctx, layer(t, geo.Stations), []string{"JD-S1", "JD-S2"}, postgis.ServiceArea, nil)
	note("areas", areas, err)
	return answers.String()
}

func codes(features []geo.Feature) []string {
	codes := make([]string, len(features))
	for i, f := range features {
		codes[i] = f.Common().Code
	}
	return codes
}

// Whatever is asked, the answer about a moment is the one that was given then.
func TestAMomentIsAnsweredAsItWas(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := postgis.New(pool)
	before := everything(t.Context(), t, store)
	var moment time.Time
	if err := pool.QueryRow(t.Context(), "SELECT clock_timestamp()").Scan(&moment); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := pool.Exec(t.Context(), upheaval); err != nil {
			t.Fatal(err)
		}
	}
	if everything(t.Context(), t, store) == before {
		t.Fatal("nothing has changed")
	}
	byTime, err := store.MomentAt(t.Context(), moment)
	if err != nil {
		t.Fatal(err)
	}
	byRevision, err := store.MomentOf(t.Context(), layer(t, geo.Stations), 1)
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]geo.Moment{"by time": byTime, "by revision": byRevision} {
		then := strings.Split(everything(geo.WithMoment(t.Context(), m), t, store), "\n")
		for i, was := range strings.Split(before, "\n") {
			if i >= len(then) || then[i] != was {
				t.Errorf("%s: %.300s\nwas %.300s", name, then[min(i, len(then)-1)], was)
			}
		}
	}
}

func TestMomentsThatCannotBeSeen(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := postgis.New(pool)
	if _, err := pool.Exec(t.Context(), `ALTER TABLE xiangtu.changes DISABLE TRIGGER keep_signature; UPDATE xiangtu.changes SET revision = 7 WHERE layer = 'grids'; UPDATE xiangtu.layers SET revision = 7 WHERE name = 'grids'`); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name string
		ask  func() (geo.Moment, error)
		says string
	}{
		{"before the keeping of history", func() (geo.Moment, error) { return store.MomentAt(t.Context(), time.Unix(0, 0)) }, "history of grids begins at 20"},
		{"a revision to come", func() (geo.Moment, error) { return store.MomentOf(t.Context(), layer(t, geo.Towns), 99) }, "towns have the revisions 1 to 1, not 99"},
		{"a revision before the keeping of history", func() (geo.Moment, error) { return store.MomentOf(t.Context(), layer(t, geo.Grids), 2) }, "grids have the revisions 7 to 7, not 2"},
	} {
		_, err := test.ask()
		refusal, ok := errors.AsType[*geo.Error](err)
		if !ok || refusal.Code != geo.BadInput || !strings.Contains(refusal.Message, test.says) {
			t.Errorf("%s: %v, want %q", test.name, err, test.says)
		}
	}
	if m, err := store.MomentAt(t.Context(), time.Now().Add(time.Hour)); err != nil || m[geo.Towns] != 1 {
		t.Errorf("a time to come is now: %v %v", m, err)
	}
}

// Whoever asks for the map as it stood at a time gets one answer, whatever was under way when he asked.
func TestATimeHasOneAnswer(t *testing.T) {
	t.Parallel()
	const change = `UPDATE xiangtu.stations SET name = name || '!'`
	for _, test := range []struct {
		name   string
		before []string // done before the time that is asked for
		after  []string // done after it, before the first answer
		has    bool     // whether the map of that time has the change
	}{
		{"a transaction that has only begun", []string{"SELECT count(*) FROM xiangtu.stations"}, nil, false},
		{"one that changes something later", []string{"SELECT count(*) FROM xiangtu.stations"}, []string{change}, false},
		{"one that has changed something", []string{change}, nil, true},
		{"one that has gone back to before its change", []string{"SAVEPOINT before", change, "ROLLBACK TO before"}, nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			pool := pgtest.New(t)
			store := postgis.New(pool)
			tx, err := pool.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			do := func(statements ...string) {
				t.Helper()
				for _, statement := range statements {
					if _, err := tx.Exec(t.Context(), statement); err != nil {
						t.Fatal(err)
					}
				}
			}
			do(test.before...)
			var at time.Time
			if err := pool.QueryRow(t.Context(), "SELECT clock_timestamp()").Scan(&at); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * time.Millisecond) // times are told apart by the millisecond
			do(test.after...)

			answers := make(chan geo.Moment, 1)
			go func() {
				moment, err := store.MomentAt(t.Context(), at)
				if err != nil {
					t.Error(err)
				}
				answers <- moment
			}()
			var first geo.Moment
			select {
			case first = <-answers:
			case <-time.After(200 * time.Millisecond):
			}
			if waits := first == nil; waits != test.has {
				t.Errorf("it waits: %v, want %v", waits, test.has)
			}
			do(change)
			if err := tx.Commit(t.Context()); err != nil {
				t.Fatal(err)
			}
			if first == nil {
				first = <-answers
			}
			again, err := store.MomentAt(t.Context(), at)
			if err != nil || !maps.Equal(first, again) {
				t.Errorf("before the commit %v, and after it %v, %v", first, again, err)
			}
			if has := first[geo.Stations] == revisionOf(t, store, geo.Stations); has != test.has {
				t.Errorf("the map of that time has the change: %v, want %v", has, test.has)
			}
		})
	}
}

// At no time did the map have what a transaction did to one layer without what it did to another, also where somebody else
// changed the other in between.
func TestATransactionHasOneTime(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := postgis.New(pool)
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	execute := func(statement string) {
		t.Helper()
		if _, err := tx.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	execute(`UPDATE xiangtu.towns SET name = name || '!'`)
	execute(`UPDATE xiangtu.villages SET name = name || '!'`)
	if _, err := pool.Exec(t.Context(), `UPDATE xiangtu.grids SET name = name || '?'`); err != nil {
		t.Fatal(err)
	}
	execute(`UPDATE xiangtu.grids SET name = name || '!'`)
	execute(`UPDATE xiangtu.stations SET name = name || '!'`)
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	var times int
	var at time.Time
	const signed = `SELECT count(DISTINCT c.at), max(c.at) FROM xiangtu.changes AS c JOIN xiangtu.layers AS l ON l.name = c.layer AND l.revision = c.revision AND l.updated_at = c.at
WHERE c.layer <> 'belts'`
	if err := pool.QueryRow(t.Context(), signed).Scan(&times, &at); err != nil || times != 1 {
		t.Errorf("the changes have %d times, %v", times, err)
	}
	now := geo.Moment{geo.Towns: 2, geo.Villages: 2, geo.Grids: 3, geo.Belts: 1, geo.Stations: 2}
	before := geo.Moment{geo.Towns: 1, geo.Villages: 1, geo.Grids: 2, geo.Belts: 1, geo.Stations: 1}
	for at, want := range map[time.Time]geo.Moment{at: now, at.Add(-time.Microsecond): before} {
		if moment, err := store.MomentAt(t.Context(), at); err != nil || !maps.Equal(moment, want) {
			t.Errorf("at %v: %v, %v, want %v", at, moment, err, want)
		}
	}
	if moment, err := store.MomentOf(t.Context(), layer(t, geo.Towns), 2); err != nil || !maps.Equal(moment, now) {
		t.Errorf("when the towns had changed: %v, %v, want %v", moment, err, now)
	}
}

// What takes long to write is not waited for without end; what stood before it can be asked for meanwhile.
func TestATimeOfALongChange(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := postgis.New(pool)
	var before, during time.Time
	if err := pool.QueryRow(t.Context(), "SELECT clock_timestamp()").Scan(&before); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Millisecond)
	tx, err := pool.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `UPDATE xiangtu.stations SET name = name || '!'`); err != nil {
		t.Fatal(err)
	}
	if err := tx.QueryRow(t.Context(), "SELECT clock_timestamp()").Scan(&during); err != nil {
		t.Fatal(err)
	}
	if _, err := store.MomentAt(t.Context(), before); err != nil {
		t.Error(err)
	}
	for _, at := range []time.Time{during, during.Add(time.Hour)} {
		_, err = store.MomentAt(t.Context(), at)
		refusal, ok := errors.AsType[*geo.Error](err)
		if !ok || refusal.Code != geo.Unavailable || refusal.Path != "asOf" || !strings.Contains(refusal.Message, "still being written") {
			t.Errorf("%v: %v", at, err)
		}
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := store.MomentAt(t.Context(), during); err != nil {
		t.Error(err)
	}
}
