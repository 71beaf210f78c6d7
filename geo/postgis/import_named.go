package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// outwardKey is a foreign key from the table of a layer to another table, for which no row is asked while it rests.
type outwardKey struct {
	Rest, Restore string // statements by which the trigger of the key rests, and is back
	Column        string // of the layer's table
	Kept          string // an expression that tells whether the other table has what a row of found names
}

// outwardStatement reads those keys. Only a superuser may have their triggers rest, as the role of a private cluster is; for
// any other role there are none. To drop a key would keep the readers of the other table waiting.
const outwardStatement = `
SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', c.conrelid::regclass, t.tgname),
    format('ALTER TABLE %s ENABLE TRIGGER %I', c.conrelid::regclass, t.tgname),
    quote_ident(here.attname),
    format('(%1$I IS NULL OR EXISTS (SELECT FROM %2$s AS there WHERE there.%3$I = found.%1$I))', here.attname, c.confrelid::regclass, there.attname)
FROM pg_constraint AS c
JOIN pg_trigger AS t ON t.tgconstraint = c.oid AND t.tgrelid = c.conrelid AND t.tgfoid = '"RI_FKey_check_ins"'::regproc AND t.tgenabled = 'O'
JOIN pg_attribute AS here ON here.attrelid = c.conrelid AND here.attnum = c.conkey[1]
JOIN pg_attribute AS there ON there.attrelid = c.confrelid AND there.attnum = c.confkey[1]
WHERE c.conrelid = $1::regclass AND c.contype = 'f' AND c.confrelid <> c.conrelid AND cardinality(c.conkey) = 1
    AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)`

// outwardKeys gives the keys that may rest.
func (i *importer) outwardKeys(ctx context.Context) ([]outwardKey, error) {
	rows, err := i.tx.Query(ctx, outwardStatement, i.table())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[outwardKey])
}
