package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"syscall"

	"github.com/jackc/pgx/v5"

	"xiangtu/server/cluster"
)

// templatesVariable names the directory in which the test processes of one run
// share the clusters that they prepare. Whoever starts the run makes it empty,
// so that nothing in it is older than the code under test, and removes it.
const templatesVariable = "XIANGTU_TEST_TEMPLATES"

// launch starts the cluster in s.dir with its template prepared: by copying what
// the run's processes share, or anew.
func (s *server) launch(ctx context.Context) error {
	parent := os.Getenv(templatesVariable)
	if parent == "" {
		return s.make(ctx)
	}
	shared, err := s.shared(ctx, parent)
	if err != nil {
		return fmt.Errorf("prepare a cluster in %s: %w", parent, err)
	}
	// PostgreSQL wants its files to keep their owner and permissions.
	copying := exec.CommandContext(ctx, "cp", "-a", "--reflink=auto", shared+"/.", s.dir) //nolint:gosec // both are directories of this run of the tests
	if output, err := copying.CombinedOutput(); err != nil {
		return fmt.Errorf("copy the prepared cluster: %w: %s", err, output)
	}
	return s.run(ctx)
}

// run starts the cluster of s.dir.
func (s *server) run(ctx context.Context) (err error) {
	s.cluster, err = cluster.Start(ctx, cluster.Config{Dir: s.dir, Database: template, Volatile: true})
	return err
}

// make starts a new cluster in s.dir and prepares its template.
func (s *server) make(ctx context.Context) error {
	if err := s.run(ctx); err != nil || s.prepare == nil {
		return err
	}
	if err := s.prepare(ctx, s.cluster.URL()); err != nil {
		return fmt.Errorf("prepare the template database: %w", err)
	}
	return nil
}

// shared gives the directory of a prepared cluster that does not run. The first
// process that asks makes it, and the others wait.
func (s *server) shared(ctx context.Context, parent string) (string, error) {
	name := "empty"
	if s.prepare != nil {
		// One preparation, one cluster: the function's name is unique in the program.
		name = url.PathEscape(runtime.FuncForPC(reflect.ValueOf(s.prepare).Pointer()).Name())
	}
	root, err := os.OpenRoot(parent)
	if err != nil {
		return "", err
	}
	defer func() { _ = root.Close() }()
	lock, err := root.OpenFile(name+".lock", os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return "", err
	}
	defer lock.Close()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	dir := filepath.Join(parent, name)
	if _, err := root.Stat(name); err == nil {
		return dir, nil
	}
	maker := server{prepare: s.prepare, dir: dir + ".new"}
	if err := root.RemoveAll(name + ".new"); err != nil { // what a killed process left
		return "", err
	}
	if err := maker.makeAndStop(ctx); err != nil {
		return "", err
	}
	return dir, root.Rename(name+".new", name)
}

// makeAndStop makes the cluster of s.dir and leaves all of it in its files.
func (s *server) makeAndStop(ctx context.Context) error {
	err := s.make(ctx)
	if err == nil {
		err = checkpoint(ctx, s.urlOf("postgres"))
	}
	if s.cluster != nil {
		err = errors.Join(err, s.cluster.Stop(context.WithoutCancel(ctx)))
	}
	return err
}

// checkpoint writes to the files what is in memory: a volatile cluster forgets that when it stops.
func checkpoint(ctx context.Context, databaseURL string) error {
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "CHECKPOINT")
	return err
}
