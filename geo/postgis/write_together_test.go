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
