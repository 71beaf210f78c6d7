package cluster

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"
)

// builtinLocale is the first major version that brings the locale C.UTF-8
// itself, in place of the system's C library.
const builtinLocale = 17

// initialise makes the data with initdb, beside its place, and moves it there
// when it is whole: whatever an interrupted attempt left is thrown away.
func (c *Cluster) initialise(ctx context.Context) error {
	began := time.Now()
	if err := endOrphans(ctx, c.layout.unborn, c.config.Logger); err != nil {
		return err
	}
	if err := os.RemoveAll(c.layout.unborn); err != nil {
		return clarify(fmt.Errorf("remove what an interrupted initdb left: %w", err))
	}
	if err := makeDirFor(c.layout.unborn, c.account); err != nil {
		return err
	}
	cmd := c.install.command(c.account, "initdb", c.initdbArgs()...)
	var output strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &output
	p, err := startPostmaster(cmd)
	if err != nil {
		return fmt.Errorf("run initdb as user %s: %w", c.account.name, err)
	}
	select {
	case <-p.exited:
	case <-ctx.Done():
		p.shutdown(immediate, closed())
		return fmt.Errorf("initdb: %w", ctx.Err())
	}
	if p.err != nil {
		_ = os.RemoveAll(c.layout.unborn) // gives a full disk its space back
		return fmt.Errorf("initdb in %s: %w", c.layout.dir, explain(strings.Split(output.String(), "\n")))
	}
	if err := os.Rename(c.layout.unborn, c.layout.cluster); err != nil {
		return clarify(fmt.Errorf("put the new cluster in its place: %w", err))
	}
	if err := syncDir(c.layout.dir); err != nil {
		return clarify(fmt.Errorf("put the new cluster in its place: %w", err))
	}
	c.config.Logger.Info("made a PostgreSQL cluster", "directory", c.layout.dir,
		"version", c.install.major, "account", c.account.name, "took", time.Since(began).Round(time.Millisecond))
	return nil
}

// initdbArgs asks for UTF-8 text that sorts by code point: an order that no
// later version of the C library changes under an index.
func (c *Cluster) initdbArgs() []string {
	args := []string{
		"--pgdata=" + c.layout.unborn, "--username=" + superuser,
		"--encoding=UTF8", "--auth=trust", "--no-instructions",
	}
	if c.install.major >= builtinLocale {
		args = append(args, "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C")
	} else {
		args = append(args, "--locale=C.UTF-8")
	}
	if c.config.Volatile {
		args = append(args, "--no-sync", "--wal-segsize=1")
	}
	return args
}

// syncDir makes the entries of a directory durable.
func syncDir(dir string) error {
	file, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer file.Close()
	return file.Sync()
}
