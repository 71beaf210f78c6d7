package postgis

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// fitness is the function by which the table of every layer tells whether a geometry is fit for the map.
const fitness = "xiangtu.is_fit(public.geometry)"

// fitLock is the advisory lock of the one transaction that may let the rules rest; it has the letters xtft.
const fitLock = "2020894324"

// errNotKept is the error of a filling whose rows do not keep a rule that has rested.
var errNotKept = errors.New("a geometry is not fit for the map, or a feature names what is not there")

// letRest has rules rest while rows are written to the layer, and gives the statements that bring them back. They are tested at
// once when the rows are there (testRested): whether their geometries are fit, but for those that are proved as they go by, and
// whether what they name is there, which is gathered. The first is the dearest of the rules, and a query asks it on as many
// processors as the database uses for one, where the writing of a row would ask it on one alone. Of the second, a trigger waits
// in a queue for each row, also for one that names nothing, and then fetches the row once more.
//
// Meanwhile the function says true, and those triggers are disabled. Nobody but this transaction ever sees that: both are
// part of the transaction as its rows are, and a rollback, or the end of the program or of the database, takes back all.
// The constraints stay in their place, and hold for all rows when testRested finds nothing.
//
// The transaction has locked the layer against everybody. Whoever had removed what the rows name is therefore at an end, for he
// has asked the layer whether it is named; and who removes it now asks when the rows are there.
func (i *importer) letRest(ctx context.Context, rows *directRows) (restore []string, err error) {
	var definition string
	var may bool
	const rule = `SELECT pg_get_functiondef(oid), pg_has_role(proowner, 'USAGE') AND pg_try_advisory_xact_lock(` + fitLock + `)
FROM pg_proc WHERE oid = '` + fitness + `'::regprocedure`
	if err := i.tx.QueryRow(ctx, rule).Scan(&definition, &may); err != nil {
		return nil, err
	}
	if !may { // another layer is being filled; a function is replaced by one transaction at a time
		return nil, nil
	}
	keys, err := i.keysThatMayRest(ctx)
	if err != nil {
		return nil, err
	}
	rest := []string{`CREATE OR REPLACE FUNCTION xiangtu.is_fit(g public.geometry) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN true`}
	restore = []string{definition}
	for _, key := range keys {
		rest, restore = append(rest, key.rest), append(restore, key.restore)
		rows.named = append(rows.named, namedBy(i.layer, key))
	}
	return restore, i.execAll(ctx, rest)
}

// testRested brings back the rules that rest, and tests the rows that were written meanwhile.
func (i *importer) testRested(ctx context.Context, restore []string, rows *directRows) error {
	if len(restore) == 0 {
		return nil
	}
	if err := i.execAll(ctx, restore); err != nil {
		return err
	}
	i.tell(Checking, 0)
	kept, err := rows.unproven.areFit(ctx, i.tx, i.table())
	for _, n := range rows.named {
		if err == nil && kept {
			kept, err = n.isThere(ctx, i.tx, i.table())
		}
	}
	if err == nil && !kept {
		return errNotKept
	}
	return err
}

// mostLeft is how many codes are kept of what is left to test; of more, all rows are tested.
const mostLeft = 10_000

// unproven are the codes of rows whose geometries only the database can tell to be fit.
type unproven struct {
	codes []string
	all   bool // whether they are so many that all rows are to be tested
}

func (u *unproven) add(code string) {
	if u.all = u.all || len(u.codes) == mostLeft; !u.all {
		u.codes = append(u.codes, code)
	}
}

// areFit tells whether all of them are fit.
func (u *unproven) areFit(ctx context.Context, tx pgx.Tx, table string) (fit bool, err error) {
	statement, arguments := "SELECT coalesce(bool_and(xiangtu.is_fit(geom)), true) FROM "+table, []any(nil)
	switch {
	case u.all:
	case len(u.codes) == 0:
		return true, nil
	default:
		statement, arguments = statement+" WHERE code = ANY ($1)", []any{u.codes}
	}
	err = tx.QueryRow(ctx, statement, arguments...).Scan(&fit)
	return fit, err
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
