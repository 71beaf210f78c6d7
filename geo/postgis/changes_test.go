package postgis_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
)

// listening gives the revisions of a map, kept current for as long as the test runs.
func listening(t testing.TB, pool *pgxpool.Pool) *postgis.Revisions {
	t.Helper()
	revisions := postgis.NewRevisions(postgis.New(pool), slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	var running sync.WaitGroup
	running.Go(func() { revisions.Run(ctx) })
	t.Cleanup(func() { stop(); running.Wait() })
	return revisions
}

// following gives a follower of a map.
func following(t testing.TB, revisions *postgis.Revisions) (f *postgis.Follower) {
	t.Helper()
	for range 500 {
		var err error
		if f, err = revisions.Follow(); err == nil {
			return f
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the map is not listened to")
	return nil
}

// tell writes transactions down: layers with what happened to their features.
func tell(transactions []*geo.Transaction) string {
	var told []string
	for _, transaction := range transactions {
		var changes []string
		for _, change := range transaction.Changes {
			features := []string{"whole"}
			if !change.Whole {
				features = nil
			}
			for _, f := range change.Features() {
				what := "updated"
				switch {
				case f.Was == nil:
					what = "created"
				case f.Is == nil:
					what = "deleted"
				}
				features = append(features, fmt.Sprintf("%s %s (%s)", what, f.Latest().Common().Code, f.Latest().Common().Name))
			}
			changes = append(changes, fmt.Sprintf("%s: %s", change.Layer.Name, strings.Join(features, ", ")))
		}
		told = append(told, strings.Join(changes, "; "))
	}
	return strings.Join(told, "\n")
}

// heard waits for so many transactions.
func heard(t testing.TB, f *postgis.Follower, count int) []*geo.Transaction {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	var all []*geo.Transaction
	for len(all) < count {
		more, err := f.Next(ctx)
		if err != nil {
			t.Fatalf("after %d of %d transactions: %v\n%s", len(all), count, err, tell(all))
		}
		all = append(all, more...)
	}
	return all
}

// What a transaction did is told once, whichever way it was done, with the layers that it touched together.
func TestChangesAreTold(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	f := following(t, listening(t, pool))
	const insert = `INSERT INTO xiangtu.stations (code, name, pinyin, village_code, geom) SELECT 'new', '新站', pinyin, village_code, geom FROM xiangtu.stations LIMIT 1`
	begun := f.Begun
	for _, test := range []struct{ sql, want string }{
		{`UPDATE xiangtu.towns SET name = '甲' WHERE code = '445203001'`, "towns: updated 445203001 (甲)"},
		{insert, "stations: created new (新站)"},
		{`DELETE FROM xiangtu.stations WHERE code = 'new'`, "stations: deleted new (新站)"},
		{`BEGIN; ` + insert + `; UPDATE xiangtu.stations SET name = '乙' WHERE code = 'new'; COMMIT`, "stations: created new (乙)"},
		{`BEGIN; DELETE FROM xiangtu.stations WHERE code = 'new'; ` + insert + `; COMMIT`, "stations: updated new (新站)"},
		{`BEGIN; UPDATE xiangtu.stations SET name = '丙' WHERE code = 'new'; UPDATE xiangtu.towns SET name = '丁' WHERE code = '445203001'; COMMIT`,
			"stations: updated new (丙); towns: updated 445203001 (丁)"},
		{`BEGIN; ` + strings.Replace(insert, "'new'", "'other'", 1) + `; DELETE FROM xiangtu.stations WHERE code = 'other'; COMMIT`, "stations: "},
		{`UPDATE xiangtu.grids SET workers = workers`, "grids: whole"},
		{`DELETE FROM xiangtu.belt_villages WHERE belt_code = 'JD-B1' AND position = 1`, "belts: updated JD-B1 (玉湖—新亨—锡场乡村振兴示范带（演示）)"},
	} {
		if _, err := pool.Exec(t.Context(), test.sql); err != nil {
			t.Fatal(err)
		}
		if got := tell(sortedLayers(heard(t, f, 1))); got != test.want {
			t.Errorf("%s\n got %s\nwant %s", test.sql, got, test.want)
		}
	}
	// Who comes back after all of this reads the same, once.
	now, err := postgis.New(pool).Revisions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again, err := postgis.New(pool).Transactions(t.Context(), begun, now)
	if err != nil {
		t.Fatal(err)
	}
	const want = `towns: updated 445203001 (甲)
stations: created new (新站)
stations: deleted new (新站)
stations: created new (乙)
stations: updated new (新站)
stations: updated new (丙); towns: updated 445203001 (丁)
stations: 
grids: whole
belts: updated JD-B1 (玉湖—新亨—锡场乡村振兴示范带（演示）)`
	if got := tell(sortedLayers(again)); got != want {
		t.Errorf("read again:\n%s\nwant\n%s", got, want)
	}
}

// What features were and are is read when somebody wants to know, and not before.
func TestChangesAreReadWhenAskedFor(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	revisions := listening(t, pool)
	before := following(t, revisions).Begun[geo.Towns] // it is not waited for
	for i := range 3 {
		if _, err := pool.Exec(t.Context(), `UPDATE xiangtu.towns SET name = $1 WHERE code = '445203001'`, fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	now := before + 3
	eventually(t, func() bool {
		known, err := revisions.Of(t.Context(), geo.Towns)
		return err == nil && known == now
	})
	states := func() (read bool) {
		const last = `SELECT query LIKE '%towns_history%' FROM pg_stat_activity WHERE application_name = 'xiangtu listener' AND datname = current_database()`
		if err := pool.QueryRow(t.Context(), last).Scan(&read); err != nil {
			t.Fatal(err)
		}
		return read
	}
	if states() {
		t.Error("the states of features were read though nobody had asked")
	}
	changes, ok := revisions.Between(t.Context(), geo.Towns, before+1, now)
	if got, want := tell([]*geo.Transaction{{Changes: changes}}), "towns: updated 445203001 (1); towns: updated 445203001 (2)"; !ok || got != want {
		t.Errorf("who asks is told %q, %t; want %q", got, ok, want)
	}
	if !states() {
		t.Error("the states of features are not read by what the test looks for")
	}
	ended, end := context.WithCancel(t.Context())
	end()
	if _, ok := revisions.Between(ended, geo.Towns, before, now); !ok {
		t.Error("what is told already is waited for")
	}
}

// Many small changes of which nobody wanted to know are told one by one, however many they are together.
func TestManySmallChangesAreToldOneByOne(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	revisions := listening(t, pool)
	before := following(t, revisions).Begun[geo.Grids]
	const changes = 12 // of 300 states each
	for range changes {
		if _, err := pool.Exec(t.Context(), `UPDATE xiangtu.grids SET workers = workers + 1 WHERE code IN (SELECT code FROM xiangtu.grids ORDER BY code LIMIT 150)`); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, func() bool {
		known, err := revisions.Of(t.Context(), geo.Grids)
		return err == nil && known == before+changes
	})
	told, ok := revisions.Between(t.Context(), geo.Grids, before, before+changes)
	states := 0
	for _, change := range told {
		states += 2 * len(change.Features())
		if change.Whole {
			t.Errorf("revision %d is told as a whole", change.Revision)
		}
	}
	if !ok || len(told) != changes || states != 300*changes {
		t.Errorf("%d changes with %d states are told, %t", len(told), states, ok)
	}
}

// sortedLayers puts the layers of each transaction in the order of their names.
func sortedLayers(transactions []*geo.Transaction) []*geo.Transaction {
	for _, transaction := range transactions {
		changes := transaction.Changes
		for i := range changes {
			for j := range i {
				if changes[i].Layer.Name < changes[j].Layer.Name {
					changes[i], changes[j] = changes[j], changes[i]
				}
			}
		}
	}
	return transactions
}

// While several clients write, and the connection is lost again and again, every revision is told once and in its order.
func TestNoChangeIsMissedOrToldTwice(t *testing.T) {
	t.Parallel()
	const writers, writes = 4, 60
	pool := pgtest.New(t)
	revisions := listening(t, pool)
	f := following(t, revisions)
	next := f.Begun
	var writing sync.WaitGroup
	for w := range writers {
		feature := []string{"towns SET provenance = 'x' WHERE code = '445203001'", "villages SET provenance = 'x' WHERE code = '445203102001'"}[w%2]
		writing.Go(func() {
			for range writes {
				if _, err := pool.Exec(t.Context(), "UPDATE xiangtu."+feature); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writing.Go(func() {
		for range 3 {
			time.Sleep(100 * time.Millisecond)
			_, err := pool.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'xiangtu listener'`)
			if err != nil {
				t.Error(err)
			}
		}
	})
	told := 0
	for told < writers*writes {
		for _, transaction := range heard(t, f, 1) {
			for _, change := range transaction.Changes {
				if next[change.Layer.Name]++; change.Revision != next[change.Layer.Name] || change.Whole || len(change.Features()) == 0 {
					t.Fatalf("%s: revision %d, want %d (%+v)", change.Layer.Name, change.Revision, next[change.Layer.Name], change)
				}
				if known, err := revisions.Of(t.Context(), change.Layer.Name); err != nil || known < change.Revision {
					t.Fatalf("%s: revision %d is told, and %d is known (%v)", change.Layer.Name, change.Revision, known, err)
				}
				told++
			}
		}
	}
	writing.Wait()
}

// A follower that stays too far behind is told so.
func TestASlowFollowerIsLeftBehind(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	revisions := listening(t, pool)
	slow := following(t, revisions)
	if _, err := pool.Exec(t.Context(), `DO $$ BEGIN FOR i IN 1..1100 LOOP
UPDATE xiangtu.towns SET provenance = i::text WHERE code = '445203001'; COMMIT; END LOOP; END $$`); err != nil {
		t.Fatal(err)
	}
	for {
		now, err := postgis.New(pool).Revisions(t.Context())
		known, knownErr := revisions.Of(t.Context(), geo.Towns)
		if err != nil || knownErr != nil {
			t.Fatal(err, knownErr)
		}
		if known == now[geo.Towns] {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if _, err := slow.Next(t.Context()); !errors.Is(err, postgis.ErrTooSlow) {
		t.Errorf("%v, want %v", err, postgis.ErrTooSlow)
	}
}

// Of a layer that is not published nobody reads what changed, and a key what lies within its scope.
func TestChangesAreReadUnderTheActorsRights(t *testing.T) {
	t.Parallel()
	owner := pgtest.New(t)
	pool, err := postgis.Connect(t.Context(), owner.Config().ConnString(), postgis.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	store := postgis.New(pool)
	if _, err := owner.Exec(t.Context(), `SELECT xiangtu.publish('towns', false)`); err != nil {
		t.Fatal(err)
	}
	before, err := store.Revisions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := owner.Exec(t.Context(), `UPDATE xiangtu.towns SET provenance = 'x' WHERE code IN ('445203001', '445203002')`); err != nil {
		t.Fatal(err)
	}
	after, err := store.Revisions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		actor geo.Actor
		want  int
	}{
		{geo.Actor{}, 0},
		{geo.Actor{Name: "town", Role: geo.Viewer, Scope: "445203002"}, 1},
		{geo.Actor{Name: "district", Role: geo.Viewer, Scope: "445203"}, 2},
	} {
		transactions, err := store.Transactions(geo.WithActor(t.Context(), test.actor), before, after)
		if err != nil || len(transactions) != 1 {
			t.Fatal(transactions, err)
		}
		if change := transactions[0].Changes[0]; len(change.Features()) != test.want || change.Published {
			t.Errorf("%q sees %d, want %d", test.actor.Name, len(change.Features()), test.want)
		}
	}
}
