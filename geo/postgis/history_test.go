package postgis_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"xiangtu/geo"
	"xiangtu/internal/pgtest"
)

// rowsOf tells two states of a table apart.
func rowsOf(t testing.TB, pool *pgxpool.Pool, table, columns string) string {
	t.Helper()
	var mark string
	err := pool.QueryRow(t.Context(), `SELECT coalesce(md5(string_agg(r::text, E'\n' ORDER BY r::text)), '') FROM (SELECT `+columns+` FROM `+table+` AS t) AS r`).Scan(&mark)
	if err != nil {
		t.Fatal(err)
	}
	return mark
}

// After each of many changes, of which some are large, what every earlier revision shows is what stood there then.
func TestEveryRevisionStaysToBeSeen(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	for _, test := range []struct {
		layer, table string
		changes      []string
	}{
		{"grids", "grids", []string{
			`UPDATE xiangtu.grids SET workers = workers + 1 WHERE code = '44520310200101'`,
			`UPDATE xiangtu.grids SET geom = ST_Multi(ST_Reverse(ST_ForcePolygonCW(ST_SnapToGrid(geom, 1e-9)))), name = name || '!' WHERE village_code = '445203102001'`,
			`DELETE FROM xiangtu.grids WHERE level = 3`,
			`BEGIN; UPDATE xiangtu.grids SET workers = 1; UPDATE xiangtu.grids SET workers = 2; DELETE FROM xiangtu.grids WHERE level = 2; COMMIT`,
			`TRUNCATE xiangtu.grids`,
		}},
		{"belts", "belts", []string{
			`UPDATE xiangtu.belts SET status = 'complete'`,
			`DELETE FROM xiangtu.belt_villages WHERE position = 1`,
			`DELETE FROM xiangtu.belts`,
		}},
		{"belts", "belt_villages", []string{
			`INSERT INTO xiangtu.belts (code, name, pinyin, status, corridor_metres, geom) VALUES ('JD-B9', '带', 'dai', 'planned', 10, 'SRID=4326;LINESTRING(116 23, 116.1 23)');
			 INSERT INTO xiangtu.belt_villages SELECT 'JD-B9', row_number() OVER (ORDER BY code), code FROM xiangtu.villages ORDER BY code LIMIT 5`,
			`UPDATE xiangtu.belt_villages SET position = position + 10 WHERE belt_code = 'JD-B9'`,
			`DELETE FROM xiangtu.belts WHERE code = 'JD-B9'`,
		}},
	} {
		seen := map[int64]string{}
		look := func() {
			var revision int64
			if err := pool.QueryRow(t.Context(), `SELECT revision FROM xiangtu.layers WHERE name = $1`, test.layer).Scan(&revision); err != nil {
				t.Fatal(err)
			}
			seen[revision] = rowsOf(t, pool, "xiangtu."+test.table, "*")
			for r, was := range seen {
				if is := rowsOf(t, pool, fmt.Sprintf("xiangtu.%s_at(%d)", test.table, r), "*"); is != was {
					t.Fatalf("%s: revision %d as seen at %d differs from what it was", test.table, r, revision)
				}
			}
		}
		look()
		for _, change := range test.changes {
			if _, err := pool.Exec(t.Context(), change); err != nil {
				t.Fatal(err)
			}
			look()
		}
		if len(seen) != len(test.changes)+1 {
			t.Errorf("%s: %d revisions of %d changes", test.table, len(seen), len(test.changes))
		}
	}
}

// A search in the past goes through the index of the present and through that of the past.
func TestThePastUsesTheIndexes(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	if _, err := pool.Exec(t.Context(), `UPDATE xiangtu.grids SET workers = workers + 1 WHERE level < 3; ANALYZE; SET enable_seqscan = off`); err != nil {
		t.Fatal(err)
	}
	rows, err := pool.Query(t.Context(), `EXPLAIN SELECT code FROM xiangtu.grids_at(1) AS t WHERE t.geom && ST_MakeEnvelope(116.39, 23.57, 116.40, 23.58, 4326)`)
	if err != nil {
		t.Fatal(err)
	}
	var plan strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		plan.WriteString(line + "\n")
	}
	for _, index := range []string{"grids_geom_idx", "grids_history_geom_idx"} {
		if !strings.Contains(plan.String(), index) {
			t.Errorf("without %s:\n%s", index, plan.String())
		}
	}
}

func TestEveryChangeIsSignedByItsActor(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	editor := geo.WithActor(t.Context(), geo.Actor{Name: "霖磐镇", Role: geo.Editor, Scope: ownTown, Surface: geo.SurfaceGraphQL})
	const change = `UPDATE xiangtu.villages SET name = name || '!' WHERE code = '` + ownVillage + `'`
	for _, test := range []struct {
		pool           *pgxpool.Pool
		ctx            context.Context
		actor, surface string
	}{
		{web, editor, "霖磐镇", "graphql"},
		{owner, t.Context(), "xiangtu", "sql"},
	} {
		if _, err := test.pool.Exec(test.ctx, change); err != nil {
			t.Fatal(err)
		}
		var actor, surface string
		err := owner.QueryRow(t.Context(), `SELECT actor, surface FROM xiangtu.changes WHERE layer = 'villages' ORDER BY revision DESC LIMIT 1`).Scan(&actor, &surface)
		if err != nil || actor != test.actor || surface != test.surface {
			t.Errorf("%s by %s (%v), want %s by %s", actor, surface, err, test.actor, test.surface)
		}
	}
	// Nobody who comes by a surface writes history.
	for _, forgery := range []string{
		`UPDATE xiangtu.changes SET actor = 'somebody else'`, `DELETE FROM xiangtu.villages_history`, `UPDATE xiangtu.layers SET revision = 1`,
	} {
		if _, err := web.Exec(editor, forgery); err == nil {
			t.Errorf("done: %s", forgery)
		}
	}
	// Nor does the owner by a mistake.
	for _, mistake := range []string{
		`UPDATE xiangtu.changes SET actor = 'somebody else'`, `UPDATE xiangtu.changes SET at = at - interval '1 day'`, `DELETE FROM xiangtu.changes`,
		`TRUNCATE xiangtu.changes`, `UPDATE xiangtu.villages_history SET name = '旧'`, `DELETE FROM xiangtu.villages_history`, `TRUNCATE xiangtu.belt_villages_history`,
	} {
		_, err := owner.Exec(t.Context(), mistake)
		refusal, ok := errors.AsType[*pgconn.PgError](err)
		if !ok || !strings.Contains(refusal.Message, "is not changed") || !strings.Contains(refusal.Hint, "DISABLE TRIGGER") {
			t.Errorf("%s: %v", mistake, err)
		}
	}
}
