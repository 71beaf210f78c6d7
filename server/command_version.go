package main

import (
	"context"
	"fmt"
	"runtime"

	"github.com/urfave/cli/v3"
)

func newVersionCommand(p program) *cli.Command {
	return &cli.Command{
		Name:        "version",
		Usage:       "print the version",
		Description: examples("xiangtu version", "version, Go version and platform"),
		Action: func(_ context.Context, cmd *cli.Command) error {
			if _, err := arguments(cmd, 0, 0); err != nil {
				return err
			}
			_, err := fmt.Fprintf(p.stdout, "xiangtu %s (%s, %s/%s)\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}
