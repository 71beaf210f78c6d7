package postgis_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
)

// confined gives a pool as the server has it, and one of the owner over the same map.
func confined(t testing.TB) (web, owner *pgxpool.Pool) {
	t.Helper()
	url := pgtest.URL(t)
	pools := make([]*pgxpool.Pool, 2)
	for i := range pools {
		pool, err := postgis.Connect(t.Context(), url, postgis.Options{Owner: i == 1, MaxConnections: 2})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(pool.Close)
		pools[i] = pool
	}
	return pools[0], pools[1]
}

// Towns and what lies in them, of the demonstration map.
const (
	ownTown, otherTown       = "445203104", "445203102"
	ownVillage, otherVillage = "445203104201", "445203102001"
)

func TestTheDatabaseConfinesWriters(t *testing.T) {
	t.Parallel()
	web, _ := confined(t)
	const rename = `UPDATE xiangtu.villages SET name = name || '!' WHERE code = $1`
	for _, test := range []struct {
		name      string
		actor     geo.Actor
		statement string
		value     string
		rows      int64 // -1: the database refuses it
	}{
		{"nobody", geo.Actor{}, rename, ownVillage, 0},
		{"a viewer", geo.Actor{Role: geo.Viewer}, rename, ownVillage, 0},
		{"an editor in the scope", geo.Actor{Role: geo.Editor, Scope: ownTown}, rename, ownVillage, 1},
		{"an editor outside it", geo.Actor{Role: geo.Editor, Scope: ownTown}, rename, otherVillage, 0},
		{"an editor of the whole map", geo.Actor{Role: geo.Editor}, rename, otherVillage, 1},
		{"an admin outside the scope", geo.Actor{Role: geo.Admin, Scope: ownTown}, rename, otherVillage, 0},
		{"nobody adds", geo.Actor{}, addVillage, ownTown + "999", -1},
		{"an editor adds outside", geo.Actor{Role: geo.Editor, Scope: ownTown}, addVillage, otherTown + "999", -1},
		{"an editor adds inside", geo.Actor{Role: geo.Editor, Scope: ownTown}, addVillage, ownTown + "999", 1},
		{"an editor moves a station away", geo.Actor{Role: geo.Editor, Scope: ownTown}, `UPDATE xiangtu.stations SET village_code = $1`, otherVillage, -1},
		{"a role that is none", geo.Actor{Role: "owner"}, rename, ownVillage, 0},
		{"a scope is no pattern", geo.Actor{Role: geo.Editor, Scope: "%"}, rename, ownVillage, 0},
	} {
		tag, err := web.Exec(geo.WithActor(t.Context(), test.actor), test.statement, test.value)
		if refused := err != nil; refused != (test.rows < 0) || !refused && tag.RowsAffected() != test.rows {
			t.Errorf("%s: %d rows, %v", test.name, tag.RowsAffected(), err)
		}
	}
}

const addVillage = `INSERT INTO xiangtu.villages (code, name, pinyin, kind, geom)
SELECT $1, '新村', 'xin cun', 'village', geom FROM xiangtu.villages LIMIT 1`

// What is not published is seen within a scope, and so is what it was.
func TestALayerThatIsNotPublished(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	if _, err := owner.Exec(t.Context(), `UPDATE xiangtu.grids SET workers = workers + 1; SELECT xiangtu.publish('grids', false)`); err != nil {
		t.Fatal(err)
	}
	count := func(ctx context.Context, table string) (n int) {
		if err := web.QueryRow(ctx, `SELECT count(*) FROM xiangtu.`+table).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, table := range []string{"grids", "grids_history", "grids_at(1)"} {
		nobody := count(t.Context(), table)
		viewer := count(geo.WithActor(t.Context(), geo.Actor{Role: geo.Viewer, Scope: ownTown}), table)
		admin := count(geo.WithActor(t.Context(), geo.Actor{Role: geo.Admin}), table)
		again := count(t.Context(), table)
		if nobody != 0 || again != 0 || viewer == 0 || viewer >= admin {
			t.Errorf("%s: nobody sees %d and then %d, the town %d, an admin %d", table, nobody, again, viewer, admin)
		}
	}
	if _, err := owner.Exec(t.Context(), `SELECT xiangtu.publish('grids', true)`); err != nil {
		t.Fatal(err)
	}
	if n := count(t.Context(), "grids"); n == 0 {
		t.Error("published again, and nobody sees it")
	}
}
