package postgis

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
)

// fillLeast is from how many features on an empty layer is filled in bulk. Below, keeping its indexes as rows come takes
// less than making them anew.
const fillLeast = 5000

// fill writes what is staged to a layer that has nothing yet, if it is much: into a fresh file, which the write-ahead log
// leaves out where it may (wal_level minimal), and with the indexes made once the rows are there, which takes a part of
// the time. The constraints stay, so that the rules are the same. Readers of the layer wait meanwhile; without it they
// would find it empty. It tells whether it did.
func (i *importer) fill(ctx context.Context, insert string) (done bool, err error) {
	if i.report.Read-i.report.Refused < fillLeast {
		return false, nil
	}
	var filled, named bool
	err = i.tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM `+i.table()+`),
EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND confrelid = $1::regclass AND conrelid <> $1::regclass)`, i.table()).Scan(&filled, &named)
	if err != nil || filled {
		return false, err
	}
	if _, err := i.tx.Exec(ctx, "LOCK TABLE "+i.table()+" IN ACCESS EXCLUSIVE MODE"); err != nil {
		return false, err
	}
	if !named { // PostgreSQL truncates no table that another has a foreign key to, empty or not
		if _, err := i.tx.Exec(ctx, "TRUNCATE "+i.table()); err != nil {
			return false, err
		}
	}
	indexes, err := i.dropIndexes(ctx)
	if err != nil {
		return false, err
	}
	tag, err := i.tx.Exec(ctx, insert)
	if err != nil {
		return false, err
	}
	i.report.Inserted = int(tag.RowsAffected())
	i.tell(Writing, i.report.Inserted)
	i.tell(Indexing, 0)
	for _, definition := range indexes {
		if _, err := i.tx.Exec(ctx, definition); err != nil {
			return false, err
		}
	}
	// Of named columns alone, for to look at the geographies of the index takes as long as to make one.
	_, err = i.tx.Exec(ctx, "ANALYZE "+i.table()+" (geom, "+strings.Join(i.ownColumns(), ", ")+")")
	return true, err
}

// dropIndexes drops the indexes of the layer that no constraint stands on, and gives the statements that make them anew.
func (i *importer) dropIndexes(ctx context.Context) ([]string, error) {
	rows, err := i.tx.Query(ctx, `SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index AS i
WHERE i.indrelid = $1::regclass AND NOT i.indisunique AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = i.indexrelid)
ORDER BY i.indexrelid`, i.table())
	if err != nil {
		return nil, err
	}
	type index struct{ Name, Definition string }
	indexes, err := pgx.CollectRows(rows, pgx.RowToStructByPos[index])
	if err != nil {
		return nil, err
	}
	definitions := make([]string, len(indexes))
	for n, index := range indexes {
		if _, err := i.tx.Exec(ctx, "DROP INDEX "+index.Name); err != nil {
			return nil, err
		}
		definitions[n] = index.Definition
	}
	return definitions, nil
}
