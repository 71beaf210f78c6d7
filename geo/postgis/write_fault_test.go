package postgis_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
)

// crowd is a store as the server has it, with so many connections, and a pool of the map's owner.
func crowd(t testing.TB, connections int32) (*postgis.Store, *pgxpool.Pool) {
	t.Helper()
	url := pgtest.URL(t)
	pools := make([]*pgxpool.Pool, 2)
	for i := range pools {
		pool, err := postgis.Connect(t.Context(), url, postgis.Options{Owner: i == 1, MaxConnections: connections})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pool.Close)
		pools[i] = pool
	}
	return postgis.New(pools[0]), pools[1]
}

// together runs all at the same time and gives their errors.
func together(all ...func() error) []error {
	errs := make([]error, len(all))
	start := make(chan struct{})
	var running sync.WaitGroup
	for i, do := range all {
		running.Go(func() {
			<-start
			errs[i] = do()
		})
	}
	close(start)
	running.Wait()
	return errs
}

// told gives the code and the words of an error that a caller may read, and fails the test for any other.
func told(t *testing.T, err error) string {
	t.Helper()
	known, ok := errors.AsType[*geo.Error](err)
	if !ok || known.Code == geo.Internal {
		t.Errorf("%v is not for a caller", err)
		return ""
	}
	return string(known.Code) + " " + known.Error()
}

// write makes one change.
func write(ctx context.Context, store *postgis.Store, c geo.Change) func() error {
	return func() error {
		_, err := store.Write(ctx, []geo.Change{c}, geo.WriteOptions{})
		return err //nolint:wrapcheck // it is tested
	}
}

// Of those who have read the same revision, one writes; the others learn it.
func TestOneOfManyWritersOfARevisionWins(t *testing.T) {
	t.Parallel()
	store, _ := crowd(t, 8)
	villages := layerOf(t, geo.Villages)
	for round := range 5 {
		revision := int64(round + 1)
		var all []func() error
		for i := range 8 {
			all = append(all, write(editor(t, ""), store, geo.Change{Layer: villages, Operation: geo.Update, Code: ownVillage, IfRevision: &revision, Values: map[string]any{"name": fmt.Sprintf("%d %d", round, i)}}))
		}
		won := 0
		for _, err := range together(all...) {
			if err == nil {
				won++
			} else if got := told(t, err); !strings.HasPrefix(got, fmt.Sprintf("CONFLICT ifRevision: the village 445203104201 has the revision %d by now, and the change is for %d", revision+1, revision)) {
				t.Error(got)
			}
		}
		if won != 1 {
			t.Fatalf("%d have written revision %d", won, revision)
		}
	}
}

// A code is given once, whoever comes at the same time, by a surface or by SQL.
func TestOneOfManyMakersOfACodeWins(t *testing.T) {
	t.Parallel()
	store, owner := crowd(t, 8)
	stations := layerOf(t, geo.Stations)
	station := geo.Change{Layer: stations, Operation: geo.Create, Code: "JD-S9", Values: map[string]any{"name": "新", "villageCode": ownVillage}, Geometry: orb.Point{116.4, 23.5}}
	var all []func() error
	for range 8 {
		all = append(all, write(editor(t, ""), store, station))
	}
	won := 0
	for _, err := range together(all...) {
		if err == nil {
			won++
		} else if got := told(t, err); !strings.HasPrefix(got, `CONFLICT code: there is already a station with the code "JD-S9"`) {
			t.Error(got)
		}
	}
	if won != 1 {
		t.Errorf("%d have made it", won)
	}
	// Somebody who does not come by a surface has made it, and not yet committed.
	tx, err := owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	station.Code = "JD-S10"
	if _, err := tx.Exec(t.Context(), `INSERT INTO xiangtu.stations (code, name, pinyin, village_code, geom) SELECT 'JD-S10', name, pinyin, village_code, geom FROM xiangtu.stations WHERE code = 'JD-S1'`); err != nil {
		t.Fatal(err)
	}
	errs := together(write(editor(t, ""), store, station), func() error {
		waitForLock(t, owner)
		return tx.Commit(context.WithoutCancel(t.Context()))
	})
	if got := told(t, errs[0]); errs[1] != nil || got != `CONFLICT code: somebody else has made the station "JD-S10" meanwhile: update it` {
		t.Errorf("%v, %s", errs[1], got)
	}
}

// sessionWaits tells whether a session of the database waits for another's lock.
const sessionWaits = `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`

// waitForLock waits until a session waits for a lock.
func waitForLock(t testing.TB, pool *pgxpool.Pool) {
	t.Helper()
	for waiting := false; !waiting && t.Context().Err() == nil; {
		err := pool.QueryRow(t.Context(), sessionWaits).Scan(&waiting)
		if err != nil {
			t.Error(err)
			return
		}
	}
}

// Of one who takes a village away and one who makes a grid in it, one comes too late and learns it; no grid is left
// without its village.
func TestAParentThatIsTakenAwayMeanwhile(t *testing.T) {
	t.Parallel()
	store, owner := crowd(t, 4)
	villages, grids := layerOf(t, geo.Villages), layerOf(t, geo.Grids)
	ctx := editor(t, "")
	wins := map[string]int{}
	for round := range 20 {
		code := fmt.Sprintf("%s9%02d", ownTown, round)
		village := geo.Change{Layer: villages, Operation: geo.Create, Code: code, Values: map[string]any{"name": "新", "kind": "village"}, Geometry: plot(116.3, 23.5, 0.01)}
		if err := write(ctx, store, village)(); err != nil {
			t.Fatal(err)
		}
		remove := write(ctx, store, geo.Change{Layer: villages, Operation: geo.Delete, Code: code})
		errs := together(
			func() error {
				time.Sleep(time.Duration(round/2) * time.Millisecond) // to make a grid takes longer
				return remove()
			},
			write(ctx, store, geo.Change{Layer: grids, Operation: geo.Create, Code: code, Values: map[string]any{"name": "新", "workers": int64(1)}, Geometry: plot(116.3, 23.5, 0.01)}),
		)
		switch {
		case errs[0] == nil && errs[1] != nil:
			wins["taken away"]++
			if got := told(t, errs[1]); got != fmt.Sprintf("BAD_USER_INPUT code: villages has no feature %q: create it first", code) {
				t.Error(got)
			}
		case errs[0] != nil && errs[1] == nil:
			wins["made"]++
			if got := told(t, errs[0]); got != "CONFLICT code: 1 grids name the village "+code+": take it out of them first" {
				t.Error(got)
			}
		default:
			t.Fatalf("%v and %v", errs[0], errs[1])
		}
	}
	if len(wins) != 2 {
		t.Errorf("it has only come to %v", wins)
	}
	var orphans int
	err := owner.QueryRow(t.Context(), `SELECT count(*) FROM xiangtu.grids AS g WHERE NOT EXISTS (SELECT FROM xiangtu.villages AS v WHERE v.code = g.village_code)`).Scan(&orphans)
	if err != nil || orphans != 0 {
		t.Errorf("%d grids without a village (%v)", orphans, err)
	}
}

// Many clients write at once, several features and layers in every order, while a file is imported: what is acknowledged
// is there, what is refused is refused in words, and nobody has to be taken out of a deadlock.
func TestManyWritersAtOnce(t *testing.T) {
	t.Parallel()
	const clients, writes = 32, 10
	store, owner := crowd(t, 16)
	ctx := editor(t, "")
	villages, grids, stations := layerOf(t, geo.Villages), layerOf(t, geo.Grids), layerOf(t, geo.Stations)
	before := deadlocks(t, owner)
	var counted atomic.Int64
	var all []func() error
	for client := range clients {
		all = append(all, func() error {
			random := rand.New(rand.NewPCG(uint64(client), 1))
			for range writes {
				changes := []geo.Change{
					{Layer: grids, Operation: geo.Update, Code: "44520310420101", Values: map[string]any{"name": fmt.Sprint(random.Int())}},
					{Layer: grids, Operation: geo.Update, Code: "44520310420102", Values: map[string]any{"name": fmt.Sprint(random.Int())}},
					{Layer: villages, Operation: geo.Update, Code: ownVillage, Values: map[string]any{"name": fmt.Sprint(random.Int())}},
					{Layer: stations, Operation: geo.Update, Code: "JD-S1", Members: map[string][]string{"townCodes": {[]string{ownTown, otherTown}[random.IntN(2)]}}},
				}
				random.Shuffle(len(changes), func(i, j int) { changes[i], changes[j] = changes[j], changes[i] })
				if _, err := store.Write(ctx, changes, geo.WriteOptions{}); err != nil {
					return err //nolint:wrapcheck // it is tested
				}
				counted.Add(1)
			}
			return nil
		})
	}
	all = append(all, func() error {
		file := exchange.NewStream(grids, strings.NewReader(`{"type":"Feature","id":"44520310420197","properties":{"name":"a","workers":1},"geometry":`+square+`}`), "", exchange.Options{})
		_, err := store.Import(ctx, []*exchange.Reader{file}, postgis.ImportOptions{})
		return err //nolint:wrapcheck // it is tested
	})
	for i, err := range together(all...) {
		if err != nil {
			t.Errorf("client %d: %s", i, told(t, err))
		}
	}
	if counted.Load() != clients*writes {
		t.Errorf("%d writes", counted.Load())
	}
	if n := deadlocks(t, owner) - before; n != 0 {
		t.Errorf("%d deadlocks", n)
	}
	var changes int
	if err := owner.QueryRow(t.Context(), `SELECT count(*) FROM xiangtu.changes WHERE layer = 'grids' AND actor = 'editor'`).Scan(&changes); err != nil || changes != clients*writes+1 {
		t.Errorf("%d changes of grids are signed (%v)", changes, err)
	}
}

// deadlocks is how many the database has had to resolve.
func deadlocks(t testing.TB, pool *pgxpool.Pool) (n int) {
	t.Helper()
	if err := pool.QueryRow(t.Context(), `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Two transactions that wait for each other, as SQL can make them, end: one of them is told to try again.
func TestADeadlockIsToldToOneWriter(t *testing.T) {
	t.Parallel()
	store, owner := crowd(t, 4)
	villages, stations := layerOf(t, geo.Villages), layerOf(t, geo.Stations)
	ctx := editor(t, "")
	tx, err := owner.Begin(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(ctx, `UPDATE xiangtu.stations SET name = 'a' WHERE code = 'JD-S1'`); err != nil {
		t.Fatal(err)
	}
	errs := together(func() error {
		_, err := store.Write(ctx, []geo.Change{
			{Layer: villages, Operation: geo.Update, Code: ownVillage, Values: map[string]any{"name": "b"}},
			{Layer: stations, Operation: geo.Update, Code: "JD-S1", Values: map[string]any{"name": "b"}},
		}, geo.WriteOptions{})
		return err //nolint:wrapcheck // it is tested
	}, func() error {
		waitForLock(t, owner)
		_, err := tx.Exec(ctx, `UPDATE xiangtu.villages SET name = 'a' WHERE code = $1`, ownVillage)
		return errors.Join(err, tx.Rollback(context.WithoutCancel(ctx)))
	})
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("%v and %v", errs[0], errs[1])
	}
	if errs[0] != nil {
		if got := told(t, errs[0]); !strings.HasPrefix(got, "CONFLICT somebody changed the same at the same time") {
			t.Error(got)
		}
	}
}

// A writer who waits too long for another is told why.
func TestAWriterDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	store, owner := crowd(t, 4)
	villages := layerOf(t, geo.Villages)
	tx, err := owner.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	if _, err := tx.Exec(t.Context(), `LOCK TABLE xiangtu.villages IN SHARE ROW EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	err = write(editor(t, ""), store, geo.Change{Layer: villages, Operation: geo.Update, Code: ownVillage, Values: map[string]any{"name": "b"}})()
	if got := told(t, err); !strings.HasPrefix(got, "CONFLICT somebody else, an import perhaps") {
		t.Error(got)
	}
}

// A connection that is lost while a change is committed leaves it open whether it is written, and the error says so.
func TestALostCommit(t *testing.T) {
	t.Parallel()
	store, owner := crowd(t, 4)
	villages := layerOf(t, geo.Villages)
	ctx := editor(t, "")
	err := store.Change(ctx, []*geo.Layer{villages}, geo.WriteOptions{}, func(ctx context.Context, w *postgis.Writer) error {
		if _, err := w.Write(ctx, []geo.Change{{Layer: villages, Operation: geo.Update, Code: ownVillage, Values: map[string]any{"name": "b"}}}); err != nil {
			return err //nolint:wrapcheck // it is tested
		}
		_, err := owner.Exec(ctx, `SELECT pg_terminate_backend(pid, 5000) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`)
		return err //nolint:wrapcheck // it is tested
	})
	if got := told(t, err); !strings.HasPrefix(got, "UNAVAILABLE the connection to the database was lost while the change was being committed") {
		t.Error(got)
	}
}
