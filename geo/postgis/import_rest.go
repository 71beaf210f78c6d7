package postgis

import (
	"context"
	"errors"
)

// fitness is the function by which the table of every layer tells whether a geometry is fit for the map.
const fitness = "xiangtu.is_fit(public.geometry)"

// fitLock is the advisory lock of the one transaction that may let the rules rest; it has the letters xtft.
const fitLock = "2020894324"

// errNotKept is the error of a filling whose rows do not keep a rule that has rested.
var errNotKept = errors.New("a geometry is not fit for the map, or a feature names what is not there")

// testAfterwards has rows written to the layer and then tests at once whether their geometries are fit, of which write
// leaves the codes that it could not prove, and whether what they name in other tables is there. The first is the dearest of the
// rules, and a query asks it on as many processors as the database uses for one, where the writing of a row would ask it on
// one alone. Of the second, a trigger waits in a queue for each row, also for one that names nothing, and then fetches the row
// once more.
//
// Meanwhile the function says true, and those triggers are disabled. Nobody but this transaction ever sees that: both are
// part of the transaction as its rows are, and a rollback, or the end of the program or of the database, takes back all.
// The constraints stay in their place, and hold for all rows when this returns without an error.
//
// The transaction has locked the layer against everybody (inBulk). Whoever had removed what the rows name is therefore at an
// end, for he has asked the layer whether it is named; and who removes it now asks when the rows are there.
func (i *importer) testAfterwards(ctx context.Context, left *unproven, write func() error) error {
	var definition string
	var may bool
	const rule = `SELECT pg_get_functiondef(oid), pg_has_role(proowner, 'USAGE') AND pg_try_advisory_xact_lock(` + fitLock + `)
FROM pg_proc WHERE oid = '` + fitness + `'::regprocedure`
	if err := i.tx.QueryRow(ctx, rule).Scan(&definition, &may); err != nil {
		return err
	}
	if !may { // another layer is being filled; a function is replaced by one transaction at a time
		return write()
	}
	keys, err := i.outwardKeys(ctx)
	if err != nil {
		return err
	}
	rest := []string{`CREATE OR REPLACE FUNCTION xiangtu.is_fit(g public.geometry) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN true`}
	restore := []string{definition}
	for _, key := range keys {
		rest, restore = append(rest, key.Rest), append(restore, key.Restore)
	}
	if err := i.execAll(ctx, rest); err != nil {
		return err
	}
	if err := write(); err != nil {
		return err
	}
	if err := i.execAll(ctx, restore); err != nil {
		return err
	}
	i.tell(Checking, 0)
	statement, arguments := i.keptStatement(left, keys)
	var kept bool
	if err := i.tx.QueryRow(ctx, statement, arguments...).Scan(&kept); err != nil {
		return err
	}
	if !kept {
		return errNotKept
	}
	return nil
}

// keptStatement tells whether all rows keep the rules that have rested. Each process that reads the table leaves of its rows
// what differs, which are a few for each thing that is named.
func (i *importer) keptStatement(left *unproven, keys []outwardKey) (statement string, arguments []any) {
	fit, arguments := left.test()
	columns, kept := fit+" AS fit", "fit"
	for _, key := range keys {
		columns += ", " + key.Column
		kept += " AND " + key.Kept
	}
	return "SELECT coalesce(bool_and(" + kept + "), true) FROM (SELECT DISTINCT " + columns + " FROM " + i.table() + ") AS found", arguments
}

// unproven are the codes of rows whose geometries only the database can tell to be fit.
type unproven struct {
	codes []string
	all   bool // whether they are so many that all rows are to be tested
}

func (u *unproven) add(code string) {
	const many = 10_000 // codes that are kept
	if u.all = u.all || len(u.codes) == many; !u.all {
		u.codes = append(u.codes, code)
	}
}

// test is an expression that tells whether a row is fit, with its arguments.
func (u *unproven) test() (expression string, arguments []any) {
	switch {
	case u.all:
		return "xiangtu.is_fit(geom)", nil
	case len(u.codes) > 0:
		return "(code <> ALL ($1) OR xiangtu.is_fit(geom))", []any{u.codes}
	}
	return "true", nil
}

// execAll runs statements one after the other.
func (i *importer) execAll(ctx context.Context, statements []string) error {
	for _, statement := range statements {
		if _, err := i.tx.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
