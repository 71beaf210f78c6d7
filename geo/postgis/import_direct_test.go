package postgis_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
	"xiangtu/geo/postgis"
	"xiangtu/geo/shape"
)

// cells are enough grids of one village to be copied straight into an empty layer: the village as a grid, a hundred rows
// of it, and a hundred parts of each.
func cells() []string {
	features := []string{grid("445203001001", "", square)}
	for row := range 100 {
		code := fmt.Sprintf("445203001001%02d", row)
		features = append(features, grid(code, "", square))
		for part := range 100 {
			features = append(features, grid(fmt.Sprintf("%s%02d", code, part), "", square))
		}
	}
	return features
}

// importCells imports grids from a file, and tells the phases that it has gone through.
func importCells(t *testing.T, store *postgis.Store, features []string, o postgis.ImportOptions) (postgis.ImportReport, []postgis.Phase) {
	t.Helper()
	name := filepath.Join(t.TempDir(), "grids.geojson")
	if err := os.WriteFile(name, []byte(collection(features...)), 0o600); err != nil {
		t.Fatal(err)
	}
	var phases []postgis.Phase
	further := o.Progress
	o.Progress = func(phase postgis.Phase, count int) {
		if further != nil {
			further(phase, count)
		}
		if len(phases) == 0 || phases[len(phases)-1] != phase {
			phases = append(phases, phase)
		}
	}
	report, err := importFile(t, store, geo.Grids, name, exchange.Options{}, o)
	if err != nil {
		t.Fatal(err)
	}
	return report, phases
}

// keys are the definitions of a table's constraints, of what they ask of a geometry, and of the triggers that ask them: of
// that nothing may be lost.
func keys(t *testing.T, store *postgis.Store) string {
	t.Helper()
	var text string
	const statement = `SELECT string_agg(conname || ' ' || pg_get_constraintdef(oid), E'\n' ORDER BY conname) || pg_get_functiondef('xiangtu.is_fit'::regproc)
    || (SELECT string_agg(tgfoid::regproc || ' ' || tgenabled::text, E'\n' ORDER BY tgfoid, tgenabled) FROM pg_trigger WHERE tgrelid = 'xiangtu.grids'::regclass)
FROM pg_constraint WHERE conrelid = 'xiangtu.grids'::regclass`
	if err := store.Pool().QueryRow(t.Context(), statement).Scan(&text); err != nil {
		t.Fatal(err)
	}
	return text
}

func TestAFileIsCopiedIntoAnEmptyLayer(t *testing.T) {
	t.Parallel()
	store := emptied(t)
	features := cells()
	rules := indexes(t, store, geo.Grids) + keys(t, store)
	report, _ := importCells(t, store, features, postgis.ImportOptions{DryRun: true})
	if report.Inserted != len(features) || report.Written {
		t.Errorf("a dry run: %+v", report)
	}
	before := revisionOf(t, store, geo.Grids)
	report, phases := importCells(t, store, features, postgis.ImportOptions{})
	if report.Inserted != len(features) || report.Read != len(features) || !report.Written {
		t.Errorf("%+v", report)
	}
	if want := []postgis.Phase{postgis.Reading, postgis.Checking, postgis.Indexing}; !slices.Equal(phases, want) {
		t.Errorf("it went through %q, want %q", phases, want)
	}
	if after := indexes(t, store, geo.Grids) + keys(t, store); after != rules {
		t.Errorf("the indexes and constraints were\n%s\nand are\n%s", rules, after)
	}
	if after := revisionOf(t, store, geo.Grids); after != before+1 {
		t.Errorf("the revision went from %d to %d", before, after)
	}
	var stale int
	if err := store.Pool().QueryRow(t.Context(), `SELECT count(*) FROM xiangtu.grids WHERE revision <> $1`, before+1).Scan(&stale); err != nil || stale > 0 {
		t.Errorf("%d grids do not have the layer's revision: %v", stale, err)
	}
	// An index answers without the table only from pages of which everybody may see every row.
	var pages, visible int
	if err := store.Pool().QueryRow(t.Context(), `SELECT relpages, relallvisible FROM pg_class WHERE oid = 'xiangtu.grids'::regclass`).Scan(&pages, &visible); err != nil || pages == 0 || visible != pages {
		t.Errorf("%d of %d pages are known to be visible: %v", visible, pages, err)
	}
	if report, _ := importCells(t, store, features, postgis.ImportOptions{}); report.Unchanged != len(features) {
		t.Errorf("again: %+v", report)
	}
}

// What the reader or a rule of the table refuses is named as it is where nothing is copied into the layer.
func TestWhatCannotBeCopiedIsNamed(t *testing.T) {
	t.Parallel()
	store := emptied(t)
	before, rules := fingerprint(t, store, geo.Grids), indexes(t, store, geo.Grids)+keys(t, store)
	features := cells()
	bowTie := `{"type":"Polygon","coordinates":[[[116.1,23.1],[116.2,23.2],[116.2,23.1],[116.1,23.2],[116.1,23.1]]]}`
	for name, bad := range map[string][]string{
		"no code":                        {`{"type":"Feature","properties":{"name":"x","workers":1},"geometry":` + square + `}`},
		"a bow tie":                      {grid("4452030010020101", "", bowTie), grid("445203001002", "", square), grid("44520300100201", "", square)},
		"a code twice":                   {features[7]},
		"a parent that is not there":     {grid("4452030010019901", "", square), grid("4452030010020101", "", square)},
		"a village that is not there":    {grid("445203999001", "", square), grid("44520399900101", "", square)},
		"too few workers":                {strings.Replace(grid("445203001002", "", square), `"workers":1`, `"workers":-1`, 1)},
		"more workers than there can be": {strings.Replace(grid("445203001002", "", square), `"workers":1`, `"workers":1e12`, 1)},
	} {
		all := append(slices.Clone(features), bad...)
		got, phases := importCells(t, store, all, postgis.ImportOptions{})
		if !slices.Contains(phases, postgis.Rereading) {
			t.Errorf("%s: it went through %q, and was not tried to be copied", name, phases)
		}
		want := runImport(t, store, geo.Grids, collection(all...), postgis.ImportOptions{})
		if !reflect.DeepEqual(got, want) || name != "a parent that is not there" && got.Refused == 0 {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
	if fingerprint(t, store, geo.Grids) != before || indexes(t, store, geo.Grids)+keys(t, store) != rules {
		t.Error("the layer has changed")
	}
}

// Geometries are tested when all are there. Until then nobody else may take one for fit that is not, and what is found
// then is named.
func TestGeometriesAreTestedTogether(t *testing.T) {
	t.Parallel()
	store := emptied(t)
	crossing := `{"type":"Polygon","coordinates":[[[116.1,23.1],[116.3,23.1],[116.3,23.3],[116.2,23.05],[116.1,23.3],[116.1,23.1]]]}`
	unfit := func(ctx context.Context) bool {
		var fit bool
		if err := store.Pool().QueryRow(ctx, `SELECT xiangtu.is_fit(ST_SetSRID(ST_GeomFromGeoJSON($1), 4326))`, crossing).Scan(&fit); err != nil {
			t.Error(err)
		}
		return !fit
	}
	features := append(cells(), grid("445203001002", "", crossing))
	var asked []postgis.Phase
	report, phases := importCells(t, store, features, postgis.ImportOptions{Progress: func(phase postgis.Phase, _ int) {
		if slices.Contains(asked, phase) {
			return
		}
		asked = append(asked, phase)
		if !unfit(t.Context()) {
			t.Errorf("while it was %s, others took a ring that crosses itself for fit", phase)
		}
	}})
	if want := []postgis.Phase{postgis.Reading, postgis.Checking, postgis.Rereading}; !slices.Equal(phases[:3], want) {
		t.Errorf("it went through %q, want %q first", phases, want)
	}
	if report.Refused != 1 || report.Refusals[0].Rule != shape.CodeSelfIntersection || report.Refusals[0].Index != len(features)-1 {
		t.Errorf("%+v", report)
	}
	if !unfit(t.Context()) {
		t.Error("a ring that crosses itself is fit after the import")
	}
}

// Of more than can be kept, villages that are named or geometries that are not proven, the whole table is asked.
func TestMoreIsTestedThanIsKept(t *testing.T) {
	t.Parallel()
	store := emptied(t)
	const many = `INSERT INTO xiangtu.villages (code, name, pinyin, kind, geom)
SELECT left(v.code, 9) || n, v.name, v.pinyin, v.kind, v.geom FROM (SELECT DISTINCT ON (left(code, 9)) * FROM xiangtu.villages ORDER BY left(code, 9)) AS v, generate_series(100, 999) AS n
WHERE NOT EXISTS (SELECT FROM xiangtu.villages AS there WHERE there.code = left(v.code, 9) || n) LIMIT 10002 RETURNING code`
	rows, err := store.Pool().Query(t.Context(), many)
	if err != nil {
		t.Fatal(err)
	}
	codes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil || len(codes) != 10_002 {
		t.Fatalf("%d villages: %v", len(codes), err)
	}
	holed := `{"type":"Polygon","coordinates":[[[116.1,23.1],[116.2,23.1],[116.2,23.2],[116.1,23.2],[116.1,23.1]],[[116.12,23.12],[116.12,23.18],[116.18,23.18],[116.12,23.12]]]}`
	outside := strings.ReplaceAll(holed, "23.12", "23.32")
	features := make([]string, len(codes))
	for i, code := range codes {
		features[i] = grid(code, "", holed)
	}
	last := len(features) - 1
	for name, test := range map[string]struct{ feature, rule string }{
		"no such village":         {grid("445203999001", "", holed), exchange.MissingParent},
		"a hole in a wrong place": {grid(codes[last], "", outside), shape.CodeSelfIntersection},
	} {
		report, phases := importCells(t, store, append(slices.Clone(features[:last]), test.feature), postgis.ImportOptions{})
		if !slices.Contains(phases, postgis.Rereading) || report.Refused != 1 || report.Refusals[0].Rule != test.rule || report.Refusals[0].Index != last {
			t.Errorf("%s: %+v by %q", name, report, phases)
		}
	}
	if report, phases := importCells(t, store, features, postgis.ImportOptions{}); !report.Written || slices.Contains(phases, postgis.Rereading) {
		t.Errorf("%+v by %q", report, phases)
	}
}

// One transaction at a time lets the rule rest. Another one fills its layer with the rule asked row by row, and waits for
// nobody.
func TestTwoLayersAreFilledAtOnce(t *testing.T) {
	t.Parallel()
	store := emptied(t)
	tx, err := store.Pool().Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }() // it only holds the lock
	if _, err := tx.Exec(t.Context(), `SELECT pg_advisory_xact_lock(2020894324)`); err != nil {
		t.Fatal(err)
	}
	report, phases := importCells(t, store, cells(), postgis.ImportOptions{})
	if want := []postgis.Phase{postgis.Reading, postgis.Indexing}; report.Inserted != len(cells()) || !slices.Equal(phases, want) {
		t.Errorf("%+v by %q, want %q", report, phases, want)
	}
}

// A file may say only at its end that it is in a system that the database has to transform from.
func TestAStatedSystemIsNotCopied(t *testing.T) {
	t.Parallel()
	store := emptied(t)
	name := filepath.Join(t.TempDir(), "grids.geojson")
	text := strings.Replace(collection(cells()...), `{"type"`, `{"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4610"}},"type"`, 1)
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	reader, err := exchange.Open(t.Context(), layerNamed(t, geo.Grids), name, exchange.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reader.Close() }() // it was only read
	reports, err := store.Import(t.Context(), []*exchange.Reader{reader}, postgis.ImportOptions{})
	if err != nil || reports[0].Inserted != len(cells()) || reader.System().EPSG != 4610 {
		t.Errorf("%+v, %v: %v", reports, reader.System(), err)
	}
}
