// Package cluster keeps a private PostgreSQL cluster in a data directory, for a
// program that was given no database of its own.
//
// The cluster listens on a Unix socket in a directory that only its account may
// enter, and on no TCP port, so every connection is trusted. It belongs to one
// process at a time, which a lock on the data directory ensures, and it ends
// with that process, however that process ends. The package needs Linux: it
// reads /proc and asks the kernel for the parent's death signal.
//
// A data directory holds:
//
//	xiangtu.lock       locked by the running program; marks the directory as ours
//	cluster/           PostgreSQL's own data, owned by the account it runs as
//	run/               the socket, where the path is short enough for one
//	postgresql.conf    settings, written anew at each start
//	pg_hba.conf        likewise
//	postgres.log       PostgreSQL's log; postgres.log.1 is the one before
package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"

	"github.com/jackc/pgx/v5"
)

// superuser is the role that owns the cluster and everything in it.
const superuser = "xiangtu"

// Config says where the cluster lives and how it is to run.
type Config struct {
	// Dir is the data directory. It is made when missing; one that holds
	// anything but a cluster of this package is refused.
	Dir string
	// Database is the name of the database that URL names, made when missing.
	// The default is xiangtu.
	Database string
	// Logger is told of starts, recoveries and stops. The default discards.
	Logger *slog.Logger
	// Memory is the number of bytes that the settings are derived from. The
	// default is the memory of the machine or of its control group.
	Memory int64
	// Volatile trades the data's safety for speed: nothing is flushed to disk,
	// so that a crash of the machine loses the cluster. It is meant for tests.
	Volatile bool
}

// Cluster is a running PostgreSQL cluster.
type Cluster struct {
	config  Config
	layout  layout
	install installation
	account account
	lock    *os.File
	log     *logFile

	stop, kill               context.Context
	requestStop, requestKill context.CancelFunc

	done chan struct{}
	err  error
}

// Start starts the cluster in config.Dir, making it on first use, and returns
// when it takes connections. A cluster that crashed is recovered first, and
// processes that an earlier program left behind are ended. The context bounds
// the start only; the cluster runs until Stop.
//
// Errors wrap ErrNotInstalled, ErrVersion, ErrInUse, ErrForeign, ErrPermission
// or ErrDiskFull where one of these is the reason.
func Start(ctx context.Context, config Config) (*Cluster, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	layout := layoutIn(config.Dir)
	lock, err := layout.claim()
	if err != nil {
		return nil, err
	}
	c := &Cluster{config: config, layout: layout, lock: lock, done: make(chan struct{})}
	c.stop, c.requestStop = context.WithCancel(context.Background())
	c.kill, c.requestKill = context.WithCancel(context.Background())
	p, err := c.open(ctx)
	if err != nil {
		c.release()
		return nil, err
	}
	go c.supervise(p)
	return c, nil
}

func (config Config) withDefaults() (Config, error) {
	if config.Dir == "" {
		return config, errors.New("the cluster needs a data directory")
	}
	dir, err := filepath.Abs(config.Dir)
	if err != nil {
		return config, fmt.Errorf("data directory: %w", err)
	}
	config.Dir = dir
	if config.Database == "" {
		config.Database = superuser
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	if config.Memory == 0 {
		config.Memory = machineMemory()
	}
	return config, nil
}

// open makes the directory ready, which the lock is held for, and launches
// PostgreSQL in it.
func (c *Cluster) open(ctx context.Context) (*postmaster, error) {
	major, err := c.layout.majorVersion()
	if err != nil {
		return nil, err
	}
	if c.install, err = findInstallation(ctx, binDirs(ctx), major); err != nil {
		return nil, fmt.Errorf("data directory %s: %w", c.layout.dir, err)
	}
	if c.account, err = chooseAccount(c.layout.cluster); err != nil {
		return nil, err
	}
	if err = c.layout.openTo(c.account); err != nil {
		return nil, err
	}
	if c.log, err = openLog(c.layout.log); err != nil {
		return nil, clarify(fmt.Errorf("open PostgreSQL's log: %w", err))
	}
	if major == 0 {
		if err = c.initialise(ctx); err != nil {
			return nil, err
		}
	}
	return c.launch(ctx)
}

// launch starts PostgreSQL over the initialised directory, and returns when it
// takes connections and has the database.
func (c *Cluster) launch(ctx context.Context) (*postmaster, error) {
	if err := endOrphans(ctx, c.layout.cluster, c.config.Logger); err != nil {
		return nil, err
	}
	if err := c.layout.makeSocketDir(c.account); err != nil {
		return nil, err
	}
	if err := c.layout.removeStaleLocks(); err != nil {
		return nil, err
	}
	if err := c.writeSettings(ctx); err != nil {
		return nil, err
	}
	c.log.forget()
	p, err := startPostmaster(c.postgres())
	if err != nil {
		return nil, fmt.Errorf("start PostgreSQL as user %s: %w", c.account.name, err)
	}
	if err := c.becomeReady(ctx, p); err != nil {
		p.shutdown(immediate, closed())
		return nil, err
	}
	return p, nil
}

// becomeReady waits for connections and makes the database when it is missing.
func (c *Cluster) becomeReady(ctx context.Context, p *postmaster) error {
	conn, err := c.awaitConnection(ctx, p)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	var exists bool
	const query = `SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)`
	if err := conn.QueryRow(ctx, query, c.config.Database).Scan(&exists); err != nil {
		return fmt.Errorf("look for database %s: %w", c.config.Database, err)
	}
	if exists {
		return nil
	}
	name := pgx.Identifier{c.config.Database}.Sanitize()
	if _, err := conn.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return clarify(fmt.Errorf("create database %s: %w", c.config.Database, err))
	}
	return nil
}

// URL returns the address of the database, which pgx, psql and GDAL understand.
func (c *Cluster) URL() string { return c.urlOf(c.config.Database) }

func (c *Cluster) urlOf(database string) string {
	address := url.URL{
		Scheme:   "postgres",
		User:     url.User(superuser),
		Path:     "/" + database,
		RawQuery: url.Values{"host": {c.layout.socketDir}, "port": {"5432"}}.Encode(),
	}
	return address.String()
}

// Stop ends PostgreSQL: sessions are cut off, data is written out, and the next
// start needs no recovery. When ctx ends before that is done PostgreSQL is
// ended at once, which loses nothing that was committed, and Stop says so by
// its error. Further calls wait for the first.
func (c *Cluster) Stop(ctx context.Context) error {
	c.requestStop()
	select {
	case <-c.done:
		return nil
	case <-ctx.Done():
	}
	c.requestKill()
	<-c.done
	return fmt.Errorf("PostgreSQL was ended before it had written out its data, which it will recover at the next start: %w", ctx.Err())
}

// Done is closed when PostgreSQL has ended for good: after Stop, or because it
// died and could not be started again.
func (c *Cluster) Done() <-chan struct{} { return c.done }

// Err returns why PostgreSQL ended without being asked to. It is nil before
// Done is closed, and after Stop.
func (c *Cluster) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

// release gives the directory back, after PostgreSQL has ended.
func (c *Cluster) release() {
	c.requestStop()
	c.requestKill()
	// It may lie outside the data directory. PostgreSQL leaves it empty.
	_ = os.Remove(c.layout.socketDir)
	if c.log != nil {
		_ = c.log.Close() // nothing is left to write
	}
	c.lock.Close()
}
