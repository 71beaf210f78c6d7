package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/urfave/cli/v3"
)

// newCommand returns the command line of the program.
func newCommand(p program) *cli.Command {
	c := defaultConfig(p.getenv)
	root := &cli.Command{
		Name:  "xiangtu",
		Usage: "the map of a district, kept in PostGIS and served as GraphQL, tiles, GeoJSON and a page",
		Description: examples(
			"xiangtu", "serve the map on http://127.0.0.1:8080, with a private database",
			"xiangtu --listen :80 --data /srv/map", "the same for everyone, with the data elsewhere",
			"xiangtu --database-url postgres://map@db/map", "serve from a PostgreSQL server",
			"xiangtu import villages villages.geojson", "load features",
			"xiangtu export grids grids.geojson", "write features",
		) + "\n\nEvery flag can be given before or after the command, or as the environment variable beside it.",
		Flags: c.flags(),
		Commands: []*cli.Command{
			newServeCommand(p, &c),
			newMigrateCommand(p, &c),
			newImportCommand(p, &c),
			newExportCommand(p, &c),
			newCheckCommand(p, &c),
			newKeyCommand(p, &c),
			newLayerCommand(p, &c),
			newVersionCommand(p),
		},
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if name := cmd.Args().First(); name != "" {
				return usageError(cmd, fmt.Errorf("there is no command %q", name))
			}
			return serve(ctx, p, c)
		},
		Before: func(ctx context.Context, cmd *cli.Command) (context.Context, error) {
			if err := c.validate(); err != nil {
				return ctx, usageError(cmd, err)
			}
			return ctx, nil
		},
		Writer:    p.stdout,
		ErrWriter: p.stderr,
		Suggest:   true,
		// main prints errors and chooses the exit code.
		ExitErrHandler: func(context.Context, *cli.Command, error) {},
	}
	refuseMisuse(root)
	return root
}

// refuseMisuse makes a wrong command line a short error with a pointer to the
// help, in place of the whole help.
func refuseMisuse(cmd *cli.Command) {
	cmd.OnUsageError = func(_ context.Context, cmd *cli.Command, err error, _ bool) error {
		return usageError(cmd, err)
	}
	for _, child := range cmd.Commands {
		refuseMisuse(child)
	}
}

// usageError is err with the exit code of a wrong command line.
func usageError(cmd *cli.Command, err error) error {
	return cli.Exit(fmt.Sprintf("%v\nSee `%s --help`.", err, cmd.FullName()), exitUsage)
}

// arguments returns the positional arguments of cmd when there are at least
// least and at most most.
func arguments(cmd *cli.Command, least, most int) ([]string, error) {
	given := cmd.Args().Slice()
	switch {
	case len(given) < least:
		return nil, usageError(cmd, fmt.Errorf("%s: an argument is missing: %s %s", cmd.Name, cmd.Name, cmd.ArgsUsage))
	case len(given) > most:
		return nil, usageError(cmd, fmt.Errorf("%s: unexpected argument %q", cmd.Name, given[most]))
	}
	return given, nil
}

// examples formats pairs of a command line and what it does.
func examples(pairs ...string) string {
	lines := []string{"Examples:"}
	for i := 0; i+1 < len(pairs); i += 2 {
		lines = append(lines, fmt.Sprintf("  %-52s %s", pairs[i], pairs[i+1]))
	}
	return strings.Join(lines, "\n")
}
