package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo"
)

// Stored features are read faster as they lie in their table than by the index on their codes, where the table is not in
// PostgreSQL's shared buffers already: one that is larger than a quarter of them is read through a ring of a few of their
// pages, and a session has each page mapped that it touches. A layer lies in the order of its codes when it was imported
// from a file in that order, and was not changed much since.

// eachRow gives the rows of the writer's statement, in the order of the query. A row is valid until each returns.
func (s *Store) eachRow(ctx context.Context, w *featureWriter, each func(row [][]byte) error) error {
	if w.form.Whole && w.isWhole(ctx) {
		done, err := s.eachAsStored(ctx, w, each)
		if done || err != nil {
			return err
		}
	}
	b, _, err := w.statement(ctx, false)
	if err != nil {
		return err
	}
	return b.eachRow(ctx, s.pool, each)
}

// eachRow gives the rows of the statement.
func (b *builder) eachRow(ctx context.Context, from querier, each func(row [][]byte) error) error {
	rows, err := from.Query(ctx, b.String(), b.args...)
	if err != nil {
		return b.fail(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.RawValues()); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return b.fail(err)
	}
	return nil
}

// isWhole tells whether the query asks for all that a layer has now, in the order of the codes.
func (w *featureWriter) isWhole(ctx context.Context) bool {
	q := w.query
	return q.Filter == nil && q.Of == nil && len(q.Order) == 0 && q.Window == (geo.Window{}) && geo.MomentOf(ctx) == nil
}

// scanSettings have a table be read from its beginning to its end, by one process.
const scanSettings = `
SET LOCAL enable_indexscan = off;
SET LOCAL enable_indexonlyscan = off;
SET LOCAL enable_bitmapscan = off;
SET LOCAL max_parallel_workers_per_gather = 0;
SET LOCAL synchronize_seqscans = off`

// eachAsStored gives the rows as they lie in their table, if that is in the order of the codes and worth while, and tells
// whether it did. What is found of the table holds for the reading: both see the same snapshot of the same file.
func (s *Store) eachAsStored(ctx context.Context, w *featureWriter, each func(row [][]byte) error) (done bool, err error) {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, s.pool, options, func(tx pgx.Tx) error {
		sorted, err := isSorted(ctx, tx, w.query.Layer)
		if err != nil || !sorted {
			return err
		}
		b := newBuilder(ctx)
		b.asStored = true
		if _, err := b.selection(w.query, w.columns(b), false); err != nil {
			return err
		}
		done = true
		return b.eachRow(ctx, tx, each)
	})
	return done, err
}

// isSorted tells whether a layer lies in the order of its codes in a table that is large. Either an import has noted it, or
// one reading of the codes tells.
func isSorted(ctx context.Context, tx pgx.Tx, layer *geo.Layer) (sorted bool, err error) {
	table := "xiangtu." + string(layer.Name)
	if _, err := tx.Exec(ctx, "LOCK TABLE "+table+" IN ACCESS SHARE MODE"); err != nil { // before the snapshot
		return false, fail(err)
	}
	const statement = `
SELECT pg_relation_size($1::regclass) > pg_size_bytes(current_setting('shared_buffers')) / 4,
    coalesce(sorted_revision = revision AND sorted_file = pg_relation_filenode($1::regclass), false)
FROM xiangtu.layers WHERE name = $2`
	var large bool
	if err := tx.QueryRow(ctx, statement, table, layer.Name).Scan(&large, &sorted); err != nil {
		return false, fail(err)
	}
	if !large {
		return false, nil
	}
	if _, err := tx.Exec(ctx, scanSettings); err != nil {
		return false, fail(err)
	}
	if sorted {
		return true, nil
	}
	codes := `SELECT NOT EXISTS (SELECT FROM (SELECT code, lag(code) OVER () AS former FROM ` + table + `) AS t WHERE code < former)`
	if err := tx.QueryRow(ctx, codes).Scan(&sorted); err != nil {
		return false, fail(err)
	}
	return sorted, nil
}
