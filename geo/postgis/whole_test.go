package postgis_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/crs"
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

// An import in the order of the codes is noted, so that nobody has to look for it; what was written since, or moved to another
// file, is looked at.
func TestThatAnImportWasInOrderIsKnown(t *testing.T) {
	t.Parallel()
	e := &explainer{pool: pgtest.New(t)}
	store, traced := postgis.New(e.pool), postgis.New(e.traced(t))
	layer, _ := geo.LayerNamed(geo.Grids)
	exec := func(statement string) {
		t.Helper()
		if _, err := e.pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	read := func() (codes []string, looked bool) {
		t.Helper()
		e.asked = nil
		codes = codesOf(t, traced, geo.Query{Layer: layer}, true)
		return codes, slices.ContainsFunc(e.asked, func(statement string) bool { return strings.Contains(statement, "lag(code)") })
	}
	features := make([]string, 0, 20_202)
	for _, village := range []string{"445203001001", "445203001002"} {
		// Rows of different sizes leave different room in their pages.
		for i, cell := range cells() {
			provenance := fmt.Sprintf(`,"provenance":"%s"`, strings.Repeat("x", 1350+i*7919%250))
			features = append(features, strings.Replace(strings.ReplaceAll(cell, "445203001001", village), `,"workers"`, provenance+`,"workers"`, 1))
		}
	}
	for _, test := range []struct {
		name     string
		change   func()
		looked   bool
		asItLies bool
	}{
		{"imported in order", func() {
			exec("TRUNCATE xiangtu.grids")
			importCells(t, store, features, postgis.ImportOptions{})
		}, false, true},
		{"moved to another file", func() { exec("VACUUM FULL xiangtu.grids") }, true, true},
		{"changed", func() { exec(`UPDATE xiangtu.grids SET workers = 2 WHERE code = '44520300100107'`) }, true, false},
		{"imported out of order", func() {
			exec("TRUNCATE xiangtu.grids")
			slices.Reverse(features)
			importCells(t, store, features, postgis.ImportOptions{})
		}, true, false},
		{"imported in order, in two files", func() {
			exec("TRUNCATE xiangtu.grids")
			slices.Reverse(features)
			const leaf = 5
			importBoth(t, store, append(slices.Clone(features[:leaf]), features[leaf+1:]...), features[leaf:leaf+1])
		}, true, false},
	} {
		test.change()
		codes, looked := read()
		if len(codes) != len(features) || !slices.IsSorted(codes) || looked != test.looked || strings.HasPrefix(e.last, "Seq Scan") != test.asItLies {
			t.Errorf("%s: %d grids, in order: %t, looked at: %t, by\n%s", test.name, len(codes), slices.IsSorted(codes), looked, e.last)
		}
	}
}

// importBoth imports two files of grids at once.
func importBoth(t *testing.T, store *postgis.Store, first, second []string) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "grids.geojson")
	if err := os.WriteFile(name, []byte(collection(first...)), 0o600); err != nil {
		t.Fatal(err)
	}
	layer := layerNamed(t, geo.Grids)
	large, err := exchange.Open(t.Context(), layer, name, exchange.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = large.Close() }() // it was only read
	small := exchange.NewReader(layer, strings.NewReader(collection(second...)), crs.WGS84)
	reports, err := store.Import(t.Context(), []*exchange.Reader{large, small}, postgis.ImportOptions{})
	if err != nil || reports[0].Inserted != len(first) || reports[1].Inserted != len(second) {
		t.Fatalf("%+v, %v", reports, err)
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
