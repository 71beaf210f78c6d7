package postgis_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
)

// Writers who come at the same time share transactions, and each is told of his own change: of what it did, or of what
// was wrong with it and with nothing else.
func TestWritersShareTransactions(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	store := postgis.New(web)
	ctx := geo.WithActor(t.Context(), geo.Actor{Name: "区", Role: geo.Editor, Surface: geo.SurfaceGraphQL})
	grids := layer(t, geo.Grids)
	codes := []string{}
	rows, err := owner.Query(t.Context(), `SELECT code FROM xiangtu.grids ORDER BY code LIMIT 40`)
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var code string
		if err := rows.Scan(&code); err != nil {
			t.Fatal(err)
		}
		codes = append(codes, code)
	}
	const rounds = 5
	var wrong atomic.Int64
	var writers sync.WaitGroup
	for i, code := range codes {
		writers.Go(func() {
			for round := range rounds {
				name, workers := fmt.Sprintf("%s 第%d次", code, round), int64(round)
				c := geo.Change{Layer: grids, Operation: geo.Update, Code: code, Values: map[string]any{"name": name, "workers": workers}, Fields: grids.Set("name", "workers")}
				bad := i%8 == 0 && round == 0
				if bad {
					c.Values["workers"] = int64(-1) // which the table refuses
				}
				done, err := store.Write(ctx, []geo.Change{c}, geo.WriteOptions{})
				switch {
				case bad && err != nil:
					wrong.Add(1)
				case err != nil:
					t.Errorf("%s: %v", code, err)
				case done[0].Feature.Common().Name != name || done[0].Feature.Common().Code != code:
					t.Errorf("%s was told of %s %s", code, done[0].Feature.Common().Code, done[0].Feature.Common().Name)
				}
			}
		})
	}
	writers.Wait()
	if wrong.Load() != 5 {
		t.Errorf("%d refusals", wrong.Load())
	}
	var good, revisions int
	err = owner.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM xiangtu.grids WHERE name = code || ' 第4次' AND workers = 4), (SELECT count(*) FROM xiangtu.changes WHERE layer = 'grids') - 1`).Scan(&good, &revisions)
	if err != nil || good != 40 {
		t.Errorf("%d of 40 grids are as they were written last, %v", good, err)
	}
	if revisions >= 40*rounds-5 {
		t.Errorf("%d transactions for %d changes: nobody shared", revisions, 40*rounds-5)
	}
	t.Logf("%d transactions for %d changes", revisions, 40*rounds-5)
}

// Of writers who change the same feature at the same moment each has a version of his own, which the audit log keeps.
func TestEachHasAVersion(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	store := postgis.New(web)
	ctx := geo.WithActor(t.Context(), geo.Actor{Name: "区", Role: geo.Editor, Surface: geo.SurfaceGraphQL})
	grids := layer(t, geo.Grids)
	var codes []string
	if err := owner.QueryRow(t.Context(), `SELECT array_agg(code) FROM (SELECT code FROM xiangtu.grids ORDER BY code LIMIT 4) AS g`).Scan(&codes); err != nil {
		t.Fatal(err)
	}
	const writersOfEach, rounds = 8, 5
	var writers sync.WaitGroup
	for i := range writersOfEach * len(codes) {
		writers.Go(func() {
			for round := range rounds {
				name := fmt.Sprintf("第%d人 第%d次", i, round)
				c := geo.Change{Layer: grids, Operation: geo.Update, Code: codes[i%len(codes)], Values: map[string]any{"name": name}, Fields: grids.Set("name")}
				done, err := store.Write(ctx, []geo.Change{c}, geo.WriteOptions{})
				if err != nil || done[0].Feature.Common().Name != name {
					t.Errorf("%s: %v %v", name, done, err)
				}
			}
		})
	}
	writers.Wait()
	var versions, names, transactions int
	const count = `SELECT count(*), count(DISTINCT name), (SELECT count(*) - 1 FROM xiangtu.changes WHERE layer = 'grids')
FROM (SELECT code, name FROM xiangtu.grids UNION ALL SELECT code, name FROM xiangtu.grids_history) AS v WHERE name LIKE '第%人%'`
	if err := owner.QueryRow(t.Context(), count).Scan(&versions, &names, &transactions); err != nil {
		t.Fatal(err)
	}
	if all := writersOfEach * len(codes) * rounds; versions != all || names != all || transactions >= all {
		t.Errorf("%d versions with %d names in %d transactions, of %d changes", versions, names, transactions, all)
	}
}
