package postgis_test

import (
	"slices"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
)

// manyGrids fills the layer, in the order of the codes, with more than a quarter of the shared buffers of the tests: grids of
// two villages, with long provenances.
const manyGrids = `
WITH codes AS (
    SELECT code FROM xiangtu.villages WHERE code IN ('445203001001', '445203001002')
), rows AS (
    SELECT code || lpad(n::text, 2, '0') AS code FROM codes, generate_series(0, 99) AS n
), cells AS (
    SELECT code || lpad(n::text, 2, '0') AS code FROM rows, generate_series(0, 99) AS n
)
INSERT INTO xiangtu.grids (code, name, pinyin, workers, provenance, geom)
SELECT code, 'x', 'x', 1, repeat('x', 1500), ST_SetSRID('MULTIPOLYGON(((116 23, 117 23, 117 24, 116 23)))'::geometry, 4326)
FROM (SELECT * FROM codes UNION ALL SELECT * FROM rows UNION ALL SELECT * FROM cells) AS c ORDER BY code`

// codesOf reads the codes of a query's features, as rows.
func codesOf(t *testing.T, store *postgis.Store, query geo.Query, whole bool) (codes []string) {
	t.Helper()
	form := postgis.RowForm{Properties: []string{"code"}, Whole: whole}
	err := store.EachRow(t.Context(), query, form, func(row *exchange.Row) error {
		codes = append(codes, string(row.Values[0].Text))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return codes
}

func TestALargeLayerIsReadAsItLiesWhereThatIsInOrder(t *testing.T) {
	t.Parallel()
	e := &explainer{pool: pgtest.New(t)}
	traced := postgis.New(e.traced(t))
	for _, statement := range []string{"TRUNCATE xiangtu.grids", manyGrids, "ANALYZE xiangtu.grids"} {
		if _, err := e.pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	read := func(query geo.Query, whole bool) ([]string, string) {
		t.Helper()
		return codesOf(t, traced, query, whole), e.last
	}
	layer, _ := geo.LayerNamed(geo.Grids)
	asItLies := func(plan string) bool { return strings.HasPrefix(plan, "Seq Scan") }
	all := geo.Query{Layer: layer}

	codes, plan := read(all, true)
	if len(codes) != 2*(1+100+100*100) || !slices.IsSorted(codes) || !asItLies(plan) {
		t.Errorf("%d grids, in order: %t, by\n%s", len(codes), slices.IsSorted(codes), plan)
	}
	if again, plan := read(all, false); !slices.Equal(again, codes) || asItLies(plan) {
		t.Errorf("not as a whole: %d grids, by\n%s", len(again), plan)
	}
	first := geo.Query{Layer: layer, Filter: geo.Prefix{Of: geo.Property("code"), Text: "445203001001"}}
	if some, plan := read(first, true); !slices.Equal(some, codes[:len(codes)/2]) || asItLies(plan) {
		t.Errorf("of a filter: %d grids, by\n%s", len(some), plan)
	}
	// What is changed comes to lie elsewhere.
	if _, err := e.pool.Exec(t.Context(), `UPDATE xiangtu.grids SET workers = 2 WHERE code = '44520300100107'`); err != nil {
		t.Fatal(err)
	}
	if changed, plan := read(all, true); !slices.Equal(changed, codes) || asItLies(plan) {
		t.Errorf("after a change: %d grids, in order: %t, by\n%s", len(changed), slices.IsSorted(changed), plan)
	}
}

func TestASmallLayerIsReadInTheOrderOfTheQuery(t *testing.T) {
	t.Parallel()
	e := &explainer{pool: pgtest.New(t)}
	layer, _ := geo.LayerNamed(geo.Villages)
	codes := codesOf(t, postgis.New(e.traced(t)), geo.Query{Layer: layer}, true)
	if len(codes) == 0 || !slices.IsSorted(codes) || strings.HasPrefix(e.last, "Seq Scan") {
		t.Errorf("%d villages, in order: %t, by\n%s", len(codes), slices.IsSorted(codes), e.last)
	}
}
