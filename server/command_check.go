package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/urfave/cli/v3"
)

// checkRequest is what the user asks of check.
type checkRequest struct {
	// Layers to check; none means all.
	Layers []string
}

func newCheckCommand(p program, c *config) *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "say whether the stored features keep the map's rules",
		ArgsUsage: "[LAYER...]",
		Description: examples(
			"xiangtu check", "every layer",
			"xiangtu check villages grids", "some layers",
		) + "\n\nThe exit code is 1 when a rule is broken.",
		Action: func(ctx context.Context, cmd *cli.Command) error {
			request := checkRequest{Layers: cmd.Args().Slice()}
			log := newLogger(p.stderr, c.LogLevel, c.LogFormat)
			return withDatabase(ctx, *c, log, func(ctx context.Context, url string) error {
				return runCheck(ctx, p, log, url, request)
			})
		},
	}
}

func runCheck(_ context.Context, _ program, _ *slog.Logger, _ string, _ checkRequest) error {
	return errors.New("check is not part of this build")
}
