package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/urfave/cli/v3"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
)

func newKeyCommand(p program, c *config) *cli.Command {
	return &cli.Command{
		Name:  "key",
		Usage: "make, list and revoke the keys by which people and programs are let in",
		Description: examples(
			`xiangtu key create "Yuhu, office" --role editor --scope 445203104`, "let a town edit itself",
			"xiangtu key create tablet --role viewer --expires 90d", "let somebody see what is not published",
			"xiangtu key list", "who has a key",
			"xiangtu key revoke 7k2m4x9q", "end a key within a second, by the id in its middle",
		) + "\n\nA key is sent with each request, as Authorization: Bearer xt_….",
		Commands: []*cli.Command{newKeyCreateCommand(p, c), newKeyListCommand(p, c), newKeyRevokeCommand(p, c)},
		Action: func(_ context.Context, cmd *cli.Command) error {
			return usageError(cmd, errors.New("key: say create, list or revoke"))
		},
	}
}

func newKeyCreateCommand(p program, c *config) *cli.Command {
	var role, scope, expires string
	return &cli.Command{
		Name: "create", Usage: "make a key, and print it this once", ArgsUsage: "NAME",
		Description: examples(
			`xiangtu key create "Yuhu, office" --role editor --scope 445203104`, "edits in one town",
			"xiangtu key create tablet --role viewer --expires 90d", "sees all, for ninety days",
			"xiangtu key create operations --role admin", "reads the audit log, too",
		) + "\n\nNAME stands in the audit log beside each change. Name an office or a program, not a person.",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "role", Usage: "`ROLE` of whoever has the key: viewer, editor or admin", Value: string(geo.Viewer), Destination: &role},
			&cli.StringFlag{Name: "scope", Usage: "the role holds for what has a code that begins with `CODE`; empty for the whole map", Destination: &scope},
			&cli.StringFlag{Name: "expires", Usage: "let the key end after `TIME`, such as 90d or 12h; without it, when it is revoked", Destination: &expires},
		},
		Action: func(ctx context.Context, cmd *cli.Command) error {
			given, err := arguments(cmd, 1, 1)
			if err != nil {
				return err
			}
			actor, lifetime, err := readHolder(given[0], role, scope, expires)
			if err != nil {
				return usageError(cmd, err)
			}
			return asOwner(ctx, p, c, func(ctx context.Context, store *postgis.Store) error {
				return createKey(ctx, p, store, actor, lifetime)
			})
		},
	}
}

// readHolder reads whom a key is for, and for how long; 0 is for ever.
func readHolder(name, role, scope, expires string) (actor geo.Actor, lifetime time.Duration, err error) {
	const longest = 200
	if actor.Name = strings.TrimSpace(name); actor.Name == "" || len([]rune(actor.Name)) > longest {
		return actor, 0, fmt.Errorf("NAME: has between 1 and %d characters", longest)
	}
	known, refusal := geo.ParseRole(role)
	if refusal != nil {
		return actor, 0, fmt.Errorf("--role: %s", refusal.Message)
	}
	within, refusal := geo.ParseScope(scope)
	if refusal != nil {
		return actor, 0, fmt.Errorf("--scope: %s", refusal.Message)
	}
	actor.Role, actor.Scope = known, within
	if expires != "" {
		if lifetime, err = readLifetime(expires); err != nil {
			return actor, 0, err
		}
	}
	return actor, lifetime, nil
}

// readLifetime reads a time as Go does, and days, which it does not know.
func readLifetime(text string) (time.Duration, error) {
	const longest = 100 * 366 * 24 * time.Hour
	lifetime, err := time.ParseDuration(text)
	if days, ok := strings.CutSuffix(text, "d"); ok {
		var n uint64
		n, err = strconv.ParseUint(days, 10, 16)
		lifetime = time.Duration(n) * 24 * time.Hour
	}
	if err != nil || lifetime <= 0 || lifetime > longest {
		return 0, fmt.Errorf("--expires: %q is no time such as 90d or 12h, or not between now and a hundred years", text)
	}
	return lifetime, nil
}

// createKey prints the key alone to the standard output, for KEY=$(xiangtu key create …), and what to know of it beside.
func createKey(ctx context.Context, p program, store *postgis.Store, actor geo.Actor, lifetime time.Duration) error {
	var expires *time.Time
	until := "until it is revoked"
	if lifetime > 0 {
		end := time.Now().Add(lifetime).UTC().Truncate(time.Second)
		expires, until = &end, "until "+end.Format(time.RFC3339)
	}
	known, err := store.HasWithin(ctx, actor.Scope)
	if err != nil {
		return err
	}
	key := geo.NewKey()
	if err := store.AddKey(ctx, key, actor, expires); err != nil {
		return err
	}
	_, _ = fmt.Fprintf(p.stderr, `This is the key of %s: %s of %s, %s. It is not shown again.
Send it with each request as Authorization: Bearer, a space and the key; end it by: xiangtu key revoke %s
`, actor.Name, actor.Role, scopeInWords(actor.Scope), until, key.ID)
	if !known {
		_, _ = fmt.Fprintf(p.stderr, "No town or village of the map has a code that begins with %s yet.\n", actor.Scope)
	}
	_, err = fmt.Fprintln(p.stdout, key.Text())
	return err
}

func scopeInWords(scope string) string {
	if scope == "" {
		return "the whole map"
	}
	return scope
}

func newKeyListCommand(p program, c *config) *cli.Command {
	return &cli.Command{
		Name: "list", Usage: "list the keys, without their secrets",
		Description: examples("xiangtu key list", "every key, the newest first"),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if _, err := arguments(cmd, 0, 0); err != nil {
				return err
			}
			return asOwner(ctx, p, c, func(ctx context.Context, store *postgis.Store) error {
				keys, err := store.Keys(ctx)
				if err != nil {
					return err
				}
				return printKeys(p.stdout, keys, time.Now())
			})
		},
	}
}

func printKeys(w io.Writer, keys []postgis.APIKey, now time.Time) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "ID\tNAME\tROLE\tSCOPE\tCREATED\tSTATE")
	for _, k := range keys {
		state := "good"
		switch {
		case k.Revoked != nil:
			state = "revoked " + k.Revoked.UTC().Format(time.DateOnly)
		case k.Expires != nil && !k.Expires.After(now):
			state = "expired " + k.Expires.UTC().Format(time.DateOnly)
		case k.Expires != nil:
			state = "good until " + k.Expires.UTC().Format(time.DateOnly)
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n",
			k.ID, k.Actor.Name, k.Actor.Role, scopeInWords(k.Actor.Scope), k.Created.UTC().Format(time.DateOnly), state)
	}
	return table.Flush() // tells of every failure before
}

func newKeyRevokeCommand(p program, c *config) *cli.Command {
	return &cli.Command{
		Name: "revoke", Usage: "end a key for good: within a second, and subscriptions that run within 20", ArgsUsage: "ID",
		Description: examples("xiangtu key revoke 7k2m4x9q", "the key xt_7k2m4x9q_… ends"),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			given, err := arguments(cmd, 1, 1)
			if err != nil {
				return err
			}
			return asOwner(ctx, p, c, func(ctx context.Context, store *postgis.Store) error {
				if err := store.RevokeKey(ctx, given[0]); err != nil {
					return err
				}
				_, err := fmt.Fprintf(p.stdout, "The key %s is revoked.\n", given[0])
				return err
			})
		},
	}
}

// asOwner runs use with the store, as the map's owner.
func asOwner(ctx context.Context, p program, c *config, use func(context.Context, *postgis.Store) error) error {
	log := newLogger(p.stderr, c.LogLevel, c.LogFormat)
	return withDatabase(ctx, *c, log, func(ctx context.Context, url string) error {
		return withStore(ctx, url, func(store *postgis.Store) error { return use(ctx, store) })
	})
}
