package postgis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo"
)

// ImportState says how far an import job has come.
type ImportState string

// The states of an import job. All but the first two are ends.
const (
	ImportQueued      ImportState = "queued"
	ImportRunning     ImportState = "running"
	ImportDone        ImportState = "done"        // what the report says is written, or would be
	ImportRefused     ImportState = "refused"     // nothing is written, because features are refused
	ImportFailed      ImportState = "failed"      // nothing is written, because of the error
	ImportCancelled   ImportState = "cancelled"   // nothing is written, because somebody wanted so
	ImportInterrupted ImportState = "interrupted" // nothing is written, because the server stopped
)

// Ended tells whether nothing more becomes of a job.
func (s ImportState) Ended() bool { return s != ImportQueued && s != ImportRunning }

// ImportSettings say how an uploaded file is to be read and what is to be done with it. All are optional.
type ImportSettings struct {
	Format      string   `json:"format,omitempty"`      // as exchange.ParseFormat reads it
	CRS         string   `json:"crs,omitempty"`         // as exchange.ParseSystem reads it
	Columns     []string `json:"map,omitempty"`         // as exchange.ParseColumns reads them
	Encoding    string   `json:"encoding,omitempty"`    // as exchange.ParseEncoding reads it
	SourceLayer string   `json:"sourceLayer,omitempty"` // of a file with several
	SwapAxes    bool     `json:"swapAxes,omitempty"`
	SkipInvalid bool     `json:"skipInvalid,omitempty"`
	Repair      bool     `json:"repair,omitempty"`
	DryRun      bool     `json:"dryRun,omitempty"`
}

// ImportError is why a job has not done what it was to do.
type ImportError struct {
	Code    geo.Code `json:"code"`
	Message string   `json:"message"`
	Path    string   `json:"path,omitempty"` // the setting, if it is one
}

// ImportJob is the import of an uploaded file.
type ImportJob struct {
	ID        string
	Layer     geo.LayerName
	File      string // the name that the client gave
	Size      int64  // bytes
	Settings  ImportSettings
	Actor     geo.Actor // who wants it
	State     ImportState
	Phase     Phase // empty before it runs
	Features  int64 // done in the phase
	BytesRead int64 // of the file; 0 where ogr2ogr reads it
	Report    *ImportReport
	Error     *ImportError
	Created   time.Time
	Started   *time.Time
	Ended     *time.Time
}

const importColumns = `id, layer, file, size, options, actor, role, scope, state, phase, features, bytes_read, report, error, created_at, started_at, ended_at`

func scanImport(row pgx.CollectableRow) (*ImportJob, error) {
	j := &ImportJob{Actor: geo.Actor{Surface: geo.SurfaceImport}}
	err := row.Scan(&j.ID, &j.Layer, &j.File, &j.Size, &j.Settings, &j.Actor.Name, &j.Actor.Role, &j.Actor.Scope,
		&j.State, &j.Phase, &j.Features, &j.BytesRead, &j.Report, &j.Error, &j.Created, &j.Started, &j.Ended)
	return j, err
}

// AddImport queues a job of the context's actor, an editor, on the server that has its file.
func (s *Store) AddImport(ctx context.Context, j ImportJob, instance int32) (*ImportJob, error) {
	const statement = `INSERT INTO xiangtu.import_jobs (id, layer, file, size, options, actor, role, scope, instance)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING ` + importColumns
	actor := geo.ActorOf(ctx)
	return s.oneImport(ctx, j.ID, statement, j.ID, j.Layer, j.File, j.Size, j.Settings, actor.Name, string(actor.Role), actor.Scope, instance)
}

// ImportJob finds a job that the context's actor may see: its own, or for an admin one of its scope.
func (s *Store) ImportJob(ctx context.Context, id string) (*ImportJob, error) {
	return s.oneImport(ctx, id, `SELECT `+importColumns+` FROM xiangtu.import_jobs WHERE id = $1`, id)
}

// ImportJobs lists the jobs that the context's actor may see, the newest first.
func (s *Store) ImportJobs(ctx context.Context, states []ImportState, limit int) ([]*ImportJob, error) {
	if err := geo.ActorOf(ctx).Require(geo.Editor, "an import"); err != nil {
		return nil, err
	}
	const statement = `SELECT ` + importColumns + ` FROM xiangtu.import_jobs
WHERE $1::text[] IS NULL OR state = ANY ($1) ORDER BY created_at DESC, id LIMIT $2`
	rows, err := s.pool.Query(ctx, statement, states, limit)
	if err != nil {
		return nil, fail(err)
	}
	jobs, err := pgx.CollectRows(rows, scanImport)
	if err != nil {
		return nil, fail(err)
	}
	return jobs, nil
}

// CancelImport asks for the end of a job that the context's actor may see. One that has ended stays as it is.
func (s *Store) CancelImport(ctx context.Context, id string) error {
	if _, err := s.ImportJob(ctx, id); err != nil {
		return err
	}
	const statement = `UPDATE xiangtu.import_jobs SET cancelled = true WHERE id = $1 AND ended_at IS NULL`
	if _, err := s.pool.Exec(ctx, statement, id); err != nil {
		return fail(err)
	}
	return nil
}

func (s *Store) oneImport(ctx context.Context, id, statement string, values ...any) (*ImportJob, error) {
	if err := geo.ActorOf(ctx).Require(geo.Editor, "an import"); err != nil {
		return nil, err
	}
	rows, err := s.pool.Query(ctx, statement, values...)
	if err != nil {
		return nil, fail(err)
	}
	job, err := pgx.CollectExactlyOneRow(rows, scanImport)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, &geo.Error{Code: geo.NotFound, Message: fmt.Sprintf("there is no import %.40q of yours", id)}
	case err != nil:
		return nil, fail(err)
	}
	return job, nil
}

// ErrImportEnded is the error of an import whose job was ended by others before it could write.
var ErrImportEnded error = &geo.Error{Code: geo.Conflict, Message: "the import was ended before it could write; nothing of it is written"}

// finishImport ends a job together with what it writes.
func finishImport(ctx context.Context, tx pgx.Tx, job string, report ImportReport) error {
	report.Written = true
	var finished bool
	if err := tx.QueryRow(ctx, `SELECT xiangtu.finish_import($1, $2)`, job, report.storable()).Scan(&finished); err != nil {
		return err
	}
	if !finished {
		return ErrImportEnded
	}
	return nil
}
