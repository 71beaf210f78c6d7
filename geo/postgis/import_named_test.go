package postgis_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
)

// waits tells whether a session of the database waits for another's lock.
func waits(t *testing.T, store *postgis.Store) bool {
	t.Helper()
	var waiting bool
	if err := store.Pool().QueryRow(t.Context(), sessionWaits).Scan(&waiting); err != nil {
		t.Error(err)
	}
	return waiting
}

// villageless gives an empty layer of grids with a village more, and a file of grids of which the last is that village.
func villageless(t *testing.T) (store *postgis.Store, code string, features []string) {
	t.Helper()
	store, code = emptied(t), "445203001999"
	if report := runImport(t, store, geo.Villages, collection(village(code, "", square)), postgis.ImportOptions{}); report.Inserted != 1 {
		t.Fatalf("%+v", report)
	}
	return store, code, append(cells(), grid(code, "", square))
}

const removal = `DELETE FROM xiangtu.villages WHERE code = $1`

// Who has removed what a file names, and has not said whether it stays so, is waited for.
func TestWhatIsNamedMayBeGone(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		end     func(pgx.Tx) error
		refused int
	}{
		"gone":  {func(tx pgx.Tx) error { return tx.Commit(t.Context()) }, 1},
		"there": {func(tx pgx.Tx) error { return tx.Rollback(t.Context()) }, 0},
	} {
		store, code, features := villageless(t)
		tx, err := store.Pool().Begin(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.Exec(t.Context(), removal, code); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() {
			eventually(t, func() bool { return waits(t, store) })
			ended <- test.end(tx)
		}()
		report, _ := importCells(t, store, features, postgis.ImportOptions{})
		if err := <-ended; err != nil {
			t.Fatal(err)
		}
		if report.Refused != test.refused || report.Written != (test.refused == 0) {
			t.Errorf("%s: %+v", name, report)
		}
		if test.refused > 0 && (report.Refusals[0].Index != len(features)-1 || report.Refusals[0].Field != "villageCode") {
			t.Errorf("%s: %+v", name, report.Refusals)
		}
	}
}

// Who removes what a file names while it is copied waits for the file, and is then refused.
func TestWhatIsNamedStays(t *testing.T) {
	t.Parallel()
	store, code, features := villageless(t)
	ended := make(chan error, 1)
	begun := false
	report, phases := importCells(t, store, features, postgis.ImportOptions{Progress: func(postgis.Phase, int) {
		if begun {
			return
		}
		begun = true
		go func() {
			_, err := store.Pool().Exec(t.Context(), removal, code)
			ended <- err
		}()
		eventually(t, func() bool { return waits(t, store) })
	}})
	if want := []postgis.Phase{postgis.Reading, postgis.Checking, postgis.Indexing}; !report.Written || !slices.Equal(phases, want) {
		t.Errorf("%+v by %q, want %q", report, phases, want)
	}
	var refusal *pgconn.PgError
	if err := <-ended; !errors.As(err, &refusal) || refusal.ConstraintName != "grids_root_village_code_fkey" {
		t.Errorf("the village went: %v", err)
	}
}

// What a file names is not locked before it is named: others read the villages while grids are copied.
func TestOthersReadWhatIsNamed(t *testing.T) {
	t.Parallel()
	store := emptied(t)
	report, _ := importCells(t, store, cells(), postgis.ImportOptions{Progress: func(postgis.Phase, int) {
		var count int
		err := pgx.BeginFunc(t.Context(), store.Pool(), func(tx pgx.Tx) error {
			if _, err := tx.Exec(t.Context(), `SET LOCAL lock_timeout = '2s'`); err != nil {
				return err
			}
			return tx.QueryRow(t.Context(), `SELECT count(*) FROM xiangtu.villages`).Scan(&count)
		})
		if err != nil || count == 0 {
			t.Errorf("%d villages, %v", count, err)
		}
	}})
	if !report.Written {
		t.Errorf("%+v", report)
	}
}

// owned gives a store whose role owns the map and is no superuser, as on a server that somebody else runs.
func owned(t *testing.T) *postgis.Store {
	t.Helper()
	url := pgtest.URL(t)
	pool, err := pgxpool.New(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	for _, statement := range []string{
		`TRUNCATE xiangtu.grids`,
		`DO $$ BEGIN CREATE ROLE plain_owner; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`,
		`ALTER SCHEMA xiangtu OWNER TO plain_owner`,
		`DO $$ DECLARE o text; BEGIN
    FOR o IN SELECT oid::regclass FROM pg_class WHERE relnamespace = 'xiangtu'::regnamespace AND relkind = 'r' LOOP EXECUTE 'ALTER TABLE ' || o || ' OWNER TO plain_owner'; END LOOP;
    FOR o IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'xiangtu'::regnamespace LOOP EXECUTE 'ALTER FUNCTION ' || o || ' OWNER TO plain_owner'; END LOOP;
END $$`,
	} {
		if _, err := pool.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatal(err)
	}
	config.ConnConfig.RuntimeParams["role"] = "plain_owner"
	plain, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(plain.Close)
	return postgis.New(plain)
}

// Only a superuser may have the triggers of a key rest. For another owner they ask for each row, and all else is the same.
func TestAnOwnerWhoIsNoSuperuserFillsALayer(t *testing.T) {
	t.Parallel()
	store := owned(t)
	rules := indexes(t, store, geo.Grids) + keys(t, store)
	report, _ := importCells(t, store, append(cells(), grid("445203999001", "", square)), postgis.ImportOptions{})
	if report.Refused != 1 || report.Refusals[0].Field != "villageCode" {
		t.Errorf("a village that is not there: %+v", report)
	}
	report, phases := importCells(t, store, cells(), postgis.ImportOptions{})
	if report.Inserted != len(cells()) || !report.Written || slices.Contains(phases, postgis.Rereading) {
		t.Errorf("%+v by %q", report, phases)
	}
	if after := indexes(t, store, geo.Grids) + keys(t, store); after != rules {
		t.Errorf("the indexes and constraints were\n%s\nand are\n%s", rules, after)
	}
}

// An import takes what a code says from the code, where the database takes it from its columns: they are the same.
func TestCodesSayWhatTheColumnsHave(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	for _, layer := range geo.Layers() {
		for _, field := range layer.Fields {
			if field.Derive == nil {
				continue
			}
			rows, err := pool.Query(t.Context(), `SELECT code, `+field.Column+`::text FROM xiangtu.`+string(layer.Name))
			if err != nil {
				t.Fatal(err)
			}
			type pair struct {
				Code  string
				Value *string
			}
			pairs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[pair])
			if err != nil || len(pairs) == 0 {
				t.Fatalf("%s: %d features, %v", layer.Name, len(pairs), err)
			}
			for _, p := range pairs {
				said := field.Derive(p.Code)
				if (said == nil) != (p.Value == nil) || p.Value != nil && fmt.Sprint(said) != *p.Value {
					t.Errorf("%s of %s %s: the code says %v", field.Name, layer.Singular, p.Code, said)
				}
			}
		}
	}
	var others int
	const elsewhere = `SELECT count(*) FROM xiangtu.grids WHERE coalesce(root_village_code <> village_code, level = 1)`
	if err := pool.QueryRow(t.Context(), elsewhere).Scan(&others); err != nil || others > 0 {
		t.Errorf("%d grids ask for another village than theirs: %v", others, err)
	}
}
