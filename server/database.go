package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"xiangtu/migrations"
	"xiangtu/server/cluster"
)

// stopTimeout bounds how long the private cluster may take to stop.
const stopTimeout = 30 * time.Second

// database is where the map is kept: a private cluster, or a server that is
// not ours.
type database struct {
	url     string
	cluster *cluster.Cluster // nil when the server is not ours
}

// openDatabase returns the server that c names, or starts the private cluster
// in the data directory.
func openDatabase(ctx context.Context, c config, log *slog.Logger) (*database, error) {
	if c.DatabaseURL != "" {
		return &database{url: c.DatabaseURL}, nil
	}
	private, err := cluster.Start(ctx, cluster.Config{Dir: c.Data, Logger: log})
	if err != nil {
		return nil, fmt.Errorf("start the private database in %s: %w", c.Data, err)
	}
	return &database{url: private.URL(), cluster: private}, nil
}

// lost is closed when the private cluster has ended for good. It is nil, and
// so blocks, for a server that is not ours.
func (d *database) lost() <-chan struct{} {
	if d.cluster == nil {
		return nil
	}
	return d.cluster.Done()
}

// whyLost returns why the private cluster has ended, once lost is closed.
func (d *database) whyLost() error {
	if d.cluster == nil {
		return nil
	}
	return d.cluster.Err()
}

// close stops the private cluster, also when ctx has ended.
func (d *database) close(ctx context.Context) error {
	if d.cluster == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
	defer cancel()
	if err := d.cluster.Stop(ctx); err != nil {
		return fmt.Errorf("stop the private database: %w", err)
	}
	return nil
}

// withDatabase runs use with the URL of the database, and stops afterwards
// what it had to start. A private cluster that a server runs is used beside it.
func withDatabase(ctx context.Context, c config, log *slog.Logger, use func(context.Context, string) error) (err error) {
	db, err := openDatabase(ctx, c, log)
	if errors.Is(err, cluster.ErrInUse) {
		url, attachErr := cluster.Attach(ctx, cluster.Config{Dir: c.Data})
		if attachErr != nil {
			return errors.Join(err, attachErr)
		}
		return use(ctx, url)
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.close(ctx)) }()
	return use(ctx, db.url)
}

// withConnection runs use with one connection of its own, which has no
// statement timeout: migrations take what they take.
func withConnection(ctx context.Context, url string, use func(context.Context, *pgx.Conn) error) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return fmt.Errorf("connect to the database: %w", err)
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	return use(ctx, conn)
}

// migrated is the condition that the schema is as new as the program wants it.
func migrated(pool *pgxpool.Pool) func(context.Context) error {
	return func(ctx context.Context) error {
		conn, err := pool.Acquire(ctx)
		if err != nil {
			return err
		}
		defer conn.Release()
		status, err := migrations.Read(ctx, conn.Conn())
		if err != nil {
			return err
		}
		if status.Current < status.Latest {
			return fmt.Errorf("the schema is at %d of %d", status.Current, status.Latest)
		}
		return nil
	}
}
