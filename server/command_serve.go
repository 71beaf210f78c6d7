package main

import (
	"context"

	"github.com/urfave/cli/v3"
)

func newServeCommand(p program, c *config) *cli.Command {
	return &cli.Command{
		Name:  "serve",
		Usage: "serve the map (the default command)",
		Description: examples(
			"xiangtu serve", "on http://127.0.0.1:8080",
			"xiangtu serve --listen 0.0.0.0:8080", "to other machines too",
			"xiangtu serve --log-level debug", "with a line for every request",
			"XIANGTU_LISTEN=:80 xiangtu serve", "with settings from the environment",
		),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if _, err := arguments(cmd, 0, 0); err != nil {
				return err
			}
			return serve(ctx, p, *c)
		},
	}
}
