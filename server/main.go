// Command xiangtu keeps the map of a county-level district in PostGIS and
// serves it as GraphQL, vector tiles, GeoJSON and a page.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"

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
	command := newCommand(p)
	err := command.Run(p.interrupt.drain, plainly(command, args))
	if err == nil {
		return 0
	}
	_, _ = fmt.Fprintf(p.stderr, "xiangtu: %v\n", withCause(err))
	if coder := cli.ExitCoder(nil); errors.As(err, &coder) {
		return coder.ExitCode()
	}
	return exitFailure
}

// plainly is a command line as the library takes it: help is asked for alone, without the arguments that the library
// would take for topics of it, and the version by its command.
func plainly(command *cli.Command, args []string) []string {
	if len(args) == 2 && args[1] == "--version" {
		return []string{args[0], "version"}
	}
	given := args
	if end := slices.Index(args, "--"); end >= 0 {
		given = args[:end]
	}
	if !slices.Contains(given, "--help") && !slices.Contains(given, "-h") {
		return args
	}
	line := given[:1:1]
	for _, arg := range given[1:] {
		if next := command.Command(arg); next != nil {
			command, line = next, append(line, arg)
		}
	}
	return append(line, "--help")
}

// withCause is err with the cause that it keeps from clients: whoever runs the
// program is no client.
func withCause(err error) error {
	if known, ok := errors.AsType[*geo.Error](err); ok && known.Cause != nil {
		return fmt.Errorf("%w: %w", err, known.Cause)
	}
	return err
}
