// Package migrations holds the schema of the map as numbered SQL files, each with its way up and its way down.
package migrations

import (
	"context"
	"embed"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/tern/v2/migrate"
)

//go:embed *.sql
var files embed.FS

// versionTable remembers how far a database has come.
const versionTable = "xiangtu.schema_version"

// Status says how far a database has come.
type Status struct {
	Current int32    // the number of the last migration that ran; 0 before the first
	Latest  int32    // the number of the last migration that this program has
	Names   []string // the file names, in order; Names[i] has the number i+1
}

// Up brings the database to the latest migration. Each migration is one transaction; two programs that start at once
// wait for each other. A database that is newer than the program is an error.
func Up(ctx context.Context, conn *pgx.Conn) error {
	m, err := migrator(ctx, conn)
	if err != nil {
		return err
	}
	status, err := statusOf(ctx, m)
	if err != nil {
		return err
	}
	if status.Current > status.Latest {
		return fmt.Errorf("the database is at migration %d and this program knows only %d: use a newer xiangtu", status.Current, status.Latest)
	}
	return explain(m.Migrate(ctx))
}

// Down takes the last migrations back, so many as steps says, and with them what they hold.
func Down(ctx context.Context, conn *pgx.Conn, steps int32) error {
	m, err := migrator(ctx, conn)
	if err != nil {
		return err
	}
	status, err := statusOf(ctx, m)
	if err != nil {
		return err
	}
	return explain(m.MigrateTo(ctx, max(0, status.Current-steps)))
}

// Read says how far the database has come.
func Read(ctx context.Context, conn *pgx.Conn) (Status, error) {
	m, err := migrator(ctx, conn)
	if err != nil {
		return Status{}, err
	}
	return statusOf(ctx, m)
}

func statusOf(ctx context.Context, m *migrate.Migrator) (Status, error) {
	current, err := m.GetCurrentVersion(ctx)
	if err != nil {
		return Status{}, explain(err)
	}
	status := Status{Current: current, Latest: int32(len(m.Migrations))}
	for _, migration := range m.Migrations {
		status.Names = append(status.Names, migration.Name)
	}
	return status, nil
}

func migrator(ctx context.Context, conn *pgx.Conn) (*migrate.Migrator, error) {
	if err := ensureSchema(ctx, conn); err != nil {
		return nil, err
	}
	m, err := migrate.NewMigrator(ctx, conn, versionTable)
	if err != nil {
		return nil, explain(err)
	}
	if err := m.LoadMigrations(files); err != nil {
		return nil, fmt.Errorf("read the embedded migrations: %w", err)
	}
	return m, nil
}

// ensureSchema creates the schema apart from the migrations, because their own version table lives in it.
func ensureSchema(ctx context.Context, conn *pgx.Conn) error {
	var exists bool
	err := conn.QueryRow(ctx, `select exists (select from pg_namespace where nspname = 'xiangtu')`).Scan(&exists)
	if err != nil {
		return explain(err)
	}
	if exists {
		return nil
	}
	_, err = conn.Exec(ctx, `create schema if not exists xiangtu`)
	return explain(err)
}

// explain says what a database that refuses wants, for the refusals that its owner can mend.
func explain(err error) error {
	var refusal *pgconn.PgError
	if !errors.As(err, &refusal) {
		return err
	}
	switch refusal.Code {
	case "42501": // insufficient_privilege
		return fmt.Errorf("the database user lacks a permission (%s): grant it CREATE on the database, "+
			"and let a superuser run CREATE EXTENSION postgis once: %w", refusal.Message, err)
	case "58P01", "0A000": // undefined_file, feature_not_supported: the extension is not installed
		return fmt.Errorf("the database server lacks PostGIS (%s): install it there, "+
			"on Debian: apt-get install postgresql-15-postgis-3: %w", refusal.Message, err)
	default:
		return fmt.Errorf("migrate the database: %w", err)
	}
}
