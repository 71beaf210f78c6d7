package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/jackc/pgx/v5"
	"github.com/urfave/cli/v3"

	"xiangtu/migrations"
)

func newMigrateCommand(p program, c *config) *cli.Command {
	var steps int
	return &cli.Command{
		Name:  "migrate",
		Usage: "bring the database's schema up or down, or say how far it has come",
		Description: examples(
			"xiangtu migrate up", "run every migration that is missing (serve does it too)",
			"xiangtu migrate down --steps 1", "take the last migration back, and the data in it",
			"xiangtu migrate status", "list the migrations",
		),
		Commands: []*cli.Command{
			{
				Name: "up", Usage: "run every migration that is missing",
				Description: examples("xiangtu migrate up --database-url postgres://map@db/map", "before the servers of a new version start"),
				Action: migration(p, c, func(ctx context.Context, conn *pgx.Conn) error {
					return migrations.Up(ctx, conn)
				}),
			},
			{
				Name: "down", Usage: "take migrations back; what they hold is lost",
				Description: examples("xiangtu migrate down --steps 2", "the last two, before going back to an older version"),
				Flags: []cli.Flag{&cli.IntFlag{
					Name: "steps", Usage: "take `N` migrations back", Value: 1, Destination: &steps,
					Validator: func(n int) error {
						if n < 1 || n > 10_000 {
							return errors.New("--steps: must be 1 or more")
						}
						return nil
					},
				}},
				Action: migration(p, c, func(ctx context.Context, conn *pgx.Conn) error {
					return migrations.Down(ctx, conn, int32(steps))
				}),
			},
			{
				Name: "status", Usage: "list the migrations and which have run",
				Description: examples("xiangtu migrate status", "how far the private database has come"),
				Action:      migration(p, c, func(context.Context, *pgx.Conn) error { return nil }),
			},
		},
		Action: func(_ context.Context, cmd *cli.Command) error {
			return usageError(cmd, errors.New("migrate: say up, down or status"))
		},
	}
}

// migration is an action that changes the schema by change and then says how
// far it has come.
func migration(p program, c *config, change func(context.Context, *pgx.Conn) error) cli.ActionFunc {
	return func(ctx context.Context, cmd *cli.Command) error {
		if _, err := arguments(cmd, 0, 0); err != nil {
			return err
		}
		log := newLogger(p.stderr, c.LogLevel, c.LogFormat)
		return withDatabase(ctx, *c, log, func(ctx context.Context, url string) error {
			return withConnection(ctx, url, func(ctx context.Context, conn *pgx.Conn) error {
				if err := change(ctx, conn); err != nil {
					return err
				}
				status, err := migrations.Read(ctx, conn)
				if err != nil {
					return err
				}
				return printMigrations(p.stdout, status)
			})
		})
	}
}

func printMigrations(w io.Writer, status migrations.Status) error {
	for i, name := range status.Names {
		state := "missing"
		if int32(i) < status.Current {
			state = "applied"
		}
		if _, err := fmt.Fprintf(w, "%s  %s\n", state, name); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "The database is at migration %d of %d.\n", status.Current, status.Latest)
	return err
}
