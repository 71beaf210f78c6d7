// Command xiangtu keeps the map of a county-level district in PostGIS and
// serves it as GraphQL, vector tiles, GeoJSON and a page.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/urfave/cli/v3"

	"xiangtu/geo"
)

// Exit codes: what a script can tell apart.
const (
	exitFailure = 1 // the command ran and failed
	exitUsage   = 2 // the command line or the environment is wrong
)

func main() {
	interrupt, release := watchInterrupts(context.Background())
	code := run(os.Args, program{
		stdout:        os.Stdout,
		stderr:        os.Stderr,
		getenv:        os.Getenv,
		interrupt:     interrupt,
		setProcessors: runtime.GOMAXPROCS,
	})
	release()
	os.Exit(code)
}

// run executes one command line and returns its exit code.
func run(args []string, p program) int {
	err := newCommand(p).Run(p.interrupt.drain, args)
	if err == nil {
		return 0
	}
	_, _ = fmt.Fprintf(p.stderr, "xiangtu: %v\n", withCause(err))
	if coder := cli.ExitCoder(nil); errors.As(err, &coder) {
		return coder.ExitCode()
	}
	return exitFailure
}

// withCause is err with the cause that it keeps from clients: whoever runs the
// program is no client.
func withCause(err error) error {
	if known, ok := errors.AsType[*geo.Error](err); ok && known.Cause != nil {
		return fmt.Errorf("%w: %w", err, known.Cause)
	}
	return err
}
