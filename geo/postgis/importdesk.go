package postgis

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"xiangtu/geo"
)

// ImportDesk keeps the books of import jobs for one server. It works as the owner of the map: no surface can write what
// becomes of a job. It is safe for concurrent use, but for Hold and Leave.
//
// A server is known by a number, on which one session of it holds an advisory lock. PostgreSQL frees that when the
// session ends, however the server does, so that all others see which jobs have nobody any more.
type ImportDesk struct {
	pool     *pgxpool.Pool
	instance int32
	lock     *pgxpool.Conn // the session with the lock; nil if there is none
}

// NewImportDesk makes a desk for a server over a pool of the owner (Options.Owner), which needs two connections.
func NewImportDesk(pool *pgxpool.Pool) *ImportDesk {
	return &ImportDesk{pool: pool, instance: rand.Int32()} //nolint:gosec // a name, no secret
}

// Instance is the number that the server is known by.
func (d *ImportDesk) Instance() int32 { return d.instance }

// importLockClass is the first key of the advisory locks, which has the letters xtij.
const importLockClass = "2020895082"

// withoutServer is the condition that no server holds the job j.
const withoutServer = `NOT EXISTS (
    SELECT FROM pg_locks AS l
    WHERE l.locktype = 'advisory' AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND l.classid = ` + importLockClass + ` AND l.objid = j.instance::oid AND l.objsubid = 2 AND l.granted
)`

// Hold makes sure that the server is known to be alive.
func (d *ImportDesk) Hold(ctx context.Context) error {
	if d.lock != nil {
		if d.lock.Ping(ctx) == nil {
			return nil
		}
		d.Leave(ctx)
	}
	conn, err := d.pool.Acquire(ctx)
	if err != nil {
		return fail(err)
	}
	if _, err := conn.Exec(ctx, `SELECT pg_advisory_lock(`+importLockClass+`, $1)`, d.instance); err != nil {
		conn.Release()
		return fail(err)
	}
	d.lock = conn
	return nil
}

// Leave lets go of what the server is known by, also after the end of ctx. Jobs that it has are those of nobody then.
func (d *ImportDesk) Leave(ctx context.Context) {
	if d.lock == nil {
		return
	}
	conn := d.lock.Hijack()
	_ = conn.Close(context.WithoutCancel(ctx)) // the session ends in any case
	d.lock = nil
}

// Claim begins the oldest job of the server whose layer has none that runs. It is nil if there is none.
func (d *ImportDesk) Claim(ctx context.Context) (*ImportJob, error) {
	const statement = `UPDATE xiangtu.import_jobs SET state = 'running', started_at = now()
WHERE id = (
    SELECT id FROM xiangtu.import_jobs AS j
    WHERE ended_at IS NULL AND state = 'queued' AND instance = $1 AND NOT cancelled
        AND NOT EXISTS (SELECT FROM xiangtu.import_jobs AS r WHERE r.state = 'running' AND r.layer = j.layer)
    ORDER BY created_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING ` + importColumns
	rows, err := d.pool.Query(ctx, statement, d.instance)
	if err != nil {
		return nil, fail(err)
	}
	job, err := pgx.CollectExactlyOneRow(rows, scanImport)
	refusal, refused := errors.AsType[*pgconn.PgError](err)
	switch {
	case errors.Is(err, pgx.ErrNoRows), refused && refusal.Code == uniqueViolation: // another server was faster
		return nil, nil //nolint:nilnil // that there is none is no error
	case err != nil:
		return nil, fail(err)
	}
	return job, nil
}

// Tell keeps how far a job has come. It is false when the job is to end: it is cancelled, or is not the server's any more.
func (d *ImportDesk) Tell(ctx context.Context, id string, phase Phase, features, bytesRead int64) (bool, error) {
	const statement = `UPDATE xiangtu.import_jobs SET phase = $3, features = $4, bytes_read = $5, seen_at = now()
WHERE id = $1 AND instance = $2 AND state = 'running' RETURNING NOT cancelled`
	var goOn bool
	err := d.pool.QueryRow(ctx, statement, id, d.instance, phase, features, bytesRead).Scan(&goOn)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return true, fail(err)
	}
	return goOn, nil
}

// End ends a job that the server runs, unless it has ended already.
func (d *ImportDesk) End(ctx context.Context, id string, state ImportState, report *ImportReport, reason *ImportError) error {
	const statement = `UPDATE xiangtu.import_jobs
SET state = $3, report = $4, error = $5, features = coalesce(($4::jsonb ->> 'read')::bigint, features), ended_at = now()
WHERE id = $1 AND instance = $2 AND state = 'running'`
	if _, err := d.pool.Exec(ctx, statement, id, d.instance, state, report.storable(), reason.storable()); err != nil {
		return fail(err)
	}
	return nil
}

// EndCancelled ends the jobs that were cancelled before they began.
func (d *ImportDesk) EndCancelled(ctx context.Context) error {
	const statement = `UPDATE xiangtu.import_jobs SET state = 'cancelled', ended_at = now(), error = $1
WHERE ended_at IS NULL AND cancelled AND state = 'queued'`
	if _, err := d.pool.Exec(ctx, statement, ImportError{Code: geo.Conflict, Message: "the import was cancelled before it began"}); err != nil {
		return fail(err)
	}
	return nil
}

// Adopt takes over the queued jobs of servers that are gone, of the given, whose files are here.
func (d *ImportDesk) Adopt(ctx context.Context, here []string) error {
	const statement = `UPDATE xiangtu.import_jobs AS j SET instance = $1
WHERE id = ANY ($2) AND ended_at IS NULL AND state = 'queued' AND instance <> $1 AND ` + withoutServer
	if _, err := d.pool.Exec(ctx, statement, d.instance, here); err != nil {
		return fail(err)
	}
	return nil
}

// Orphans ends the jobs of servers that are gone: those that ran at once, for nothing of them is written, and those that
// were queued when nobody has come back for their files in ten minutes. It also forgets what ended 30 days ago.
func (d *ImportDesk) Orphans(ctx context.Context) error {
	const seen = `UPDATE xiangtu.import_jobs SET seen_at = now() WHERE ended_at IS NULL AND instance = $1`
	const orphans = `UPDATE xiangtu.import_jobs AS j SET state = 'interrupted', ended_at = now(), error = $1
WHERE ended_at IS NULL AND (state = 'running' OR seen_at < now() - interval '10 minutes') AND ` + withoutServer
	const old = `DELETE FROM xiangtu.import_jobs WHERE created_at < now() - interval '30 days' AND ended_at < now() - interval '30 days'`
	batch := &pgx.Batch{}
	batch.Queue(seen, d.instance)
	batch.Queue(orphans, Interrupted())
	batch.Queue(old)
	if err := d.pool.SendBatch(ctx, batch).Close(); err != nil {
		return fail(err)
	}
	return nil
}

// Interrupted is the error of a job whose server has stopped.
func Interrupted() *ImportError {
	return &ImportError{Code: geo.Unavailable, Message: "the server stopped meanwhile; nothing of the file is written: upload it again"}
}

// Pending tells which of the jobs have not ended.
func (d *ImportDesk) Pending(ctx context.Context, ids []string) ([]string, error) {
	rows, err := d.pool.Query(ctx, `SELECT id FROM xiangtu.import_jobs WHERE id = ANY ($1) AND ended_at IS NULL`, ids)
	if err != nil {
		return nil, fail(err)
	}
	pending, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, fail(err)
	}
	return pending, nil
}

// HasRoom is the error of an actor who is to wait, because so many jobs wait already: its own, or on the server.
func (d *ImportDesk) HasRoom(ctx context.Context, actor geo.Actor) error {
	const mostOfActor, mostOfServer = 10, 50
	const statement = `SELECT count(*) FILTER (WHERE actor = $2), count(*) FROM xiangtu.import_jobs WHERE ended_at IS NULL AND instance = $1`
	var own, all int
	if err := d.pool.QueryRow(ctx, statement, d.instance, actor.Name).Scan(&own, &all); err != nil {
		return fail(err)
	}
	switch {
	case own >= mostOfActor:
		return &geo.Error{Code: geo.Unavailable, Message: fmt.Sprintf("%d of your imports have not ended yet: wait for one of them, or cancel it", own)}
	case all >= mostOfServer:
		return &geo.Error{Code: geo.Unavailable, Message: fmt.Sprintf("%d imports have not ended yet: try again later", all)}
	}
	return nil
}
