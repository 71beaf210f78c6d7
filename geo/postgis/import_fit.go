package postgis

import (
	"context"
	"errors"
)

// fitness is the function by which the table of every layer tells whether a geometry is fit for the map.
const fitness = "xiangtu.is_fit(public.geometry)"

// fitLock is the advisory lock of the one transaction that may let the rule rest; it has the letters xtft.
const fitLock = "2020894324"

// errUnfit is the error of a filling whose geometries are not all fit.
var errUnfit = errors.New("a geometry is not fit for the map")

// fitAfterwards has rows written to the layer and then tests at once whether all their geometries are fit. That is the
// dearest of the rules, and a query asks it on as many processors as the database uses for one, where the writing of a row
// would ask it on one alone.
//
// Meanwhile the function says true. Nobody but this transaction ever sees that: to replace a function is part of the
// transaction as its rows are, and a rollback, or the end of the program or of the database, takes back both. The
// constraint stays in its place, and holds for all rows when this returns without an error.
func (i *importer) fitAfterwards(ctx context.Context, write func() error) error {
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
	const resting = `CREATE OR REPLACE FUNCTION xiangtu.is_fit(g public.geometry) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN true`
	if _, err := i.tx.Exec(ctx, resting); err != nil {
		return err
	}
	if err := write(); err != nil {
		return err
	}
	if _, err := i.tx.Exec(ctx, definition); err != nil {
		return err
	}
	i.tell(Checking, 0)
	var unfit int
	if err := i.tx.QueryRow(ctx, `SELECT count(*) FROM `+i.table()+` WHERE NOT xiangtu.is_fit(geom)`).Scan(&unfit); err != nil {
		return err
	}
	if unfit > 0 {
		return errUnfit
	}
	return nil
}
