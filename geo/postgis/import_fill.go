package postgis

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// fillLeast is from how many features on an empty layer is filled in bulk. Below, keeping its indexes as rows come takes
// less than making them anew.
const fillLeast = 5000

// fill writes what is staged to a layer that has nothing yet, if it is much, and tells whether it did.
func (i *importer) fill(ctx context.Context) (done bool, err error) {
	if i.report.Read-i.report.Refused < fillLeast {
		return false, nil
	}
	if may, err := i.mayFill(ctx); err != nil || !may {
		return false, err
	}
	if err := i.lockAlone(ctx); err != nil {
		return false, err
	}
	return true, i.inBulk(ctx, func(bool) error {
		return i.inPortions(ctx, func(p portion) error {
			if err := i.insert(ctx, p, ""); err != nil {
				return err
			}
			return i.writeMembers(ctx, p)
		})
	})
}

// mayFill tells whether the layer has no features, and is the importer's own: nobody else may drop an index.
func (i *importer) mayFill(ctx context.Context) (bool, error) {
	if !i.owner {
		return false, nil
	}
	var empty bool
	err := i.tx.QueryRow(ctx, `SELECT NOT EXISTS (SELECT FROM `+i.table()+`)`).Scan(&empty)
	return empty, err
}

// lockAlone locks the layer against everybody, also against readers, who without it would find it empty.
func (i *importer) lockAlone(ctx context.Context) error {
	_, err := i.tx.Exec(ctx, "LOCK TABLE "+i.table()+" IN ACCESS EXCLUSIVE MODE")
	return err
}

// inBulk has many rows written to a layer that has none: into a fresh file, which the write-ahead log leaves out where it
// may (wal_level minimal), and with what can be made at once made when the rows are there, which takes a part of the
// time. The rules are the same in the end, and before it nobody sees the rows, for the layer is locked (lockAlone).
func (i *importer) inBulk(ctx context.Context, write func(emptied bool) error) error {
	var named bool
	err := i.tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND confrelid = $1::regclass AND conrelid <> $1::regclass)`, i.table()).Scan(&named)
	if err != nil {
		return err
	}
	restore, err := i.dropForBulk(ctx)
	if err != nil {
		return err
	}
	if !named { // PostgreSQL truncates no table that another has a foreign key to, empty or not
		if _, err := i.tx.Exec(ctx, "TRUNCATE "+i.table()); err != nil {
			return err
		}
	}
	// The disk begins with what is written while the rest is made, so that less is left for the commit to wait for.
	if _, err := i.tx.Exec(ctx, "SET LOCAL backend_flush_after = '2MB'"); err != nil {
		return err
	}
	if err := write(!named); err != nil {
		return err
	}
	i.tell(Indexing, 0)
	if err := i.makeAnew(ctx, restore); err != nil {
		return err
	}
	return i.analyze(ctx)
}

// makeAnew makes what was dropped. A second process for an index has to load PostGIS first, as its leader has: below
// some hundred megabytes that takes longer than it helps.
func (i *importer) makeAnew(ctx context.Context, definitions []string) error {
	if _, err := i.tx.Exec(ctx, "SET LOCAL min_parallel_table_scan_size = '256MB'"); err != nil {
		return err
	}
	if err := i.execAll(ctx, definitions); err != nil {
		return err
	}
	_, err := i.tx.Exec(ctx, "SET LOCAL min_parallel_table_scan_size TO DEFAULT")
	return err
}

// analyze lets the planner know the layer, from a third of the rows that it looks at by default: from all of them would
// take as long as an index on geometries.
func (i *importer) analyze(ctx context.Context) error {
	if _, err := i.tx.Exec(ctx, "SET LOCAL default_statistics_target = 10"); err != nil {
		return err
	}
	if _, err := i.tx.Exec(ctx, "ANALYZE "+i.table()+" (geom, "+strings.Join(i.ownColumns(), ", ")+")"); err != nil {
		return err
	}
	_, err := i.tx.Exec(ctx, "SET LOCAL default_statistics_target TO DEFAULT")
	return err
}

// bulkStatement reads what of a table is quicker made at once than row by row, each as what drops it and what makes it
// anew, in the order in which it is made: the indexes that no constraint stands on, then the foreign keys from the table to
// itself that do not rest. An index of keys is entered row by row for less than it is made, where rows come in the order of
// the keys. The foreign keys to other tables are none of it, because to drop one keeps the readers of the other table waiting.
const bulkStatement = `
SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname),
    format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname, pg_get_constraintdef(c.oid)), 2
FROM pg_constraint AS c
WHERE c.conrelid = $1::regclass AND c.contype = 'f' AND c.confrelid = c.conrelid
    AND NOT EXISTS (SELECT FROM pg_trigger AS t WHERE t.tgconstraint = c.oid AND t.tgenabled = 'D')
UNION ALL
SELECT 'DROP INDEX ' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid), 1
FROM pg_index AS i
WHERE i.indrelid = $1::regclass AND NOT i.indisunique AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)
ORDER BY 3, 2`

// dropForBulk drops what bulkStatement reads, the last made first, and gives the statements that make it anew.
func (i *importer) dropForBulk(ctx context.Context) ([]string, error) {
	rows, err := i.tx.Query(ctx, bulkStatement, i.table())
	if err != nil {
		return nil, err
	}
	type part struct {
		Drop, Make string
		Order      int
	}
	parts, err := pgx.CollectRows(rows, pgx.RowToStructByPos[part])
	if err != nil {
		return nil, err
	}
	restore := make([]string, len(parts))
	for n, part := range slices.Backward(parts) {
		if _, err := i.tx.Exec(ctx, part.Drop); err != nil {
			return nil, err
		}
		restore[n] = part.Make
	}
	return restore, nil
}
