// Package pgtest gives every test a real PostGIS database of its own.
//
// A package whose tests need one names in its TestMain what the database holds:
//
//	func TestMain(m *testing.M) { pgtest.Main(m, migrate) }
//
// The first test that calls New starts a throw-away PostgreSQL cluster for the
// test process and prepares a template database; every further call copies the
// template. Where XIANGTU_TEST_TEMPLATES names a directory, the processes of one
// run copy the cluster that the first of them prepared. Tests may run in parallel. A machine without PostgreSQL fails the
// tests, with the command that installs it; nothing is ever skipped.
package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.uber.org/goleak"

	"xiangtu/server/cluster"
)

const (
	template   = "template_of_tests"
	startLimit = time.Minute
	// sweepAge spares the directory that another process is about to lock.
	sweepAge  = time.Minute
	dirPrefix = "xiangtu-test-"
)

// Prepare fills the template database, mostly by migrating it. Its session must
// be closed when it returns, for PostgreSQL copies no database that is in use.
type Prepare func(ctx context.Context, databaseURL string) error

// process is what the tests of one process share. TestMain cannot hand a value
// to the tests, so it is the package's one variable.
var process server

// server is the throw-away cluster, started by the first test that asks.
type server struct {
	prepare Prepare
	start   sync.Once
	err     error
	dir     string
	cluster *cluster.Cluster
	// admin holds sessions of the maintenance database.
	admin *pgxpool.Pool
	count atomic.Int64
}

// Main runs the tests, ends their cluster, and exits with the tests' status; with 1 also if something that a test has
// started goes on after it. A nil prepare leaves the databases empty. Call it as all of TestMain.
func Main(m *testing.M, prepare Prepare) {
	process.prepare = prepare
	status := m.Run()
	err := process.close()
	http.DefaultClient.CloseIdleConnections()
	if err := errors.Join(err, goleak.Find()); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
		status = max(status, 1)
	}
	os.Exit(status)
}

// New returns a pool over a new database, a copy of the prepared template. Both
// are gone when the test ends.
func New(t testing.TB) *pgxpool.Pool {
	t.Helper()
	pool, err := pgxpool.New(t.Context(), URL(t))
	if err != nil {
		t.Fatalf("pgtest: open a pool: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}

// URL returns the address of a new database, a copy of the prepared template,
// for tests that make their own pool. The database is dropped when the test
// ends, with whatever sessions it still has.
func URL(t testing.TB) string {
	t.Helper()
	return process.database(t, template)
}

// Empty returns the address of a new database that holds nothing, not even
// PostGIS, for tests of what prepares one. It is dropped when the test ends.
func Empty(t testing.TB) string {
	t.Helper()
	return process.database(t, "template1")
}

func (s *server) database(t testing.TB, source string) string {
	t.Helper()
	s.start.Do(func() { s.err = s.open() })
	if s.err != nil {
		t.Fatalf("pgtest: %v", s.err)
	}
	name := "test_" + strconv.FormatInt(s.count.Add(1), 10)
	// Copying files is twice as fast as logging pages where nothing is flushed.
	create := fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s STRATEGY file_copy", name, source)
	if _, err := s.admin.Exec(t.Context(), create); err != nil {
		t.Fatalf("pgtest: create a database: %v", err)
	}
	t.Cleanup(func() {
		// The test's own context has ended by now.
		drop := fmt.Sprintf("DROP DATABASE %s WITH (FORCE)", name)
		if _, err := s.admin.Exec(context.Background(), drop); err != nil {
			t.Errorf("pgtest: drop a database: %v", err)
		}
	})
	return s.urlOf(name)
}

// open starts the cluster and prepares the template.
func (s *server) open() error {
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	sweep(os.TempDir())
	dir, err := os.MkdirTemp("", dirPrefix)
	if err != nil {
		return err
	}
	s.dir = dir
	if err := s.launch(ctx); err != nil {
		return err
	}
	s.admin, err = pgxpool.New(ctx, s.urlOf("postgres"))
	if err != nil {
		return err
	}
	return s.seal(ctx)
}

// seal keeps new sessions out of the template, which would block its copying.
func (s *server) seal(ctx context.Context) error {
	name := pgx.Identifier{template}.Sanitize()
	if _, err := s.admin.Exec(ctx, "ALTER DATABASE "+name+" ALLOW_CONNECTIONS false"); err != nil {
		return fmt.Errorf("seal the template database: %w", err)
	}
	return nil
}

func (s *server) urlOf(database string) string {
	address, err := url.Parse(s.cluster.URL())
	if err != nil {
		return "" // not reached: the cluster made the address with the same package
	}
	address.Path = "/" + database
	return address.String()
}

func (s *server) close() error {
	if s.admin != nil {
		s.admin.Close()
	}
	var err error
	if s.cluster != nil {
		err = s.cluster.Stop(context.Background())
	}
	if s.dir != "" {
		err = errors.Join(err, os.RemoveAll(s.dir))
	}
	return err
}

// sweep removes the clusters of test processes that were killed. Their servers
// died with them, but nobody was left to remove the files. A directory that is
// in use, or somebody else's, stays.
func sweep(parent string) {
	dirs, _ := filepath.Glob(filepath.Join(parent, dirPrefix+"*")) // fails on a bad pattern only
	for _, dir := range dirs {
		info, err := os.Stat(dir)
		if err == nil && time.Since(info.ModTime()) > sweepAge && cluster.Abandoned(dir) {
			_ = os.RemoveAll(dir) // tried again by the next process
		}
	}
}
