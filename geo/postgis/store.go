// Package postgis is the store of the map: the only package that knows SQL.
package postgis

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Store answers queries from a database that the migrations have prepared. It is safe for concurrent use.
type Store struct {
	pool     *pgxpool.Pool
	together together
	written  written
}

// New makes a store over a pool of connections, which stays the caller's to close.
func New(pool *pgxpool.Pool) *Store { return &Store{pool: pool, written: newWritten()} }

// Pool gives the pool of connections, for health checks and statistics.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Options sets up the connections of a store.
type Options struct {
	StatementTimeout time.Duration   // after which the database gives a statement up; 0 for never
	MaxConnections   int32           // 0 leaves it to the URL or to the driver
	Tracer           pgx.QueryTracer // nil for none
	// Owner keeps the rights of the URL's role, as the command line does. Otherwise the connections take the role of the
	// server's surfaces, which row-level security holds for. Both work in the name of the context's actor (geo.WithActor).
	Owner bool
}

// Connect opens a pool of connections to the database at url, as a libpq URL or keyword string, and checks that it answers.
func Connect(ctx context.Context, url string, o Options) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("the database URL cannot be read: %w", err)
	}
	if o.MaxConnections > 0 {
		config.MaxConns = o.MaxConnections
	}
	if o.StatementTimeout > 0 {
		config.ConnConfig.RuntimeParams["statement_timeout"] = strconv.FormatInt(o.StatementTimeout.Milliseconds(), 10)
	}
	config.ConnConfig.RuntimeParams["application_name"] = "xiangtu"
	config.ConnConfig.RuntimeParams["timezone"] = "UTC"
	// A database in another encoding refuses Chinese; without this it would take the bytes for its own.
	config.ConnConfig.RuntimeParams["client_encoding"] = "UTF8"
	// A statement of the map takes milliseconds; compiling it to machine code would take longer.
	config.ConnConfig.RuntimeParams["jit"] = "off"
	config.ConnConfig.Tracer = o.Tracer
	if !o.Owner {
		config.ConnConfig.RuntimeParams["role"] = webRole
	}
	config.AfterConnect = begin
	config.PrepareConn = introduce
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fmt.Errorf("the database does not answer: %w", err)
	}
	return pool, nil
}
