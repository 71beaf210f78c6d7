package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/urfave/cli/v3"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
)

func newLayerCommand(p program, c *config) *cli.Command {
	return &cli.Command{
		Name:  "layer",
		Usage: "list the layers, and say who may see them",
		Description: examples(
			"xiangtu layer list", "the layers, and whether everybody sees them",
			"xiangtu layer unpublish grids", "hide a layer from whoever has no key",
			"xiangtu layer publish grids", "show it to everybody again",
		) + "\n\nWhoever has a key sees of a layer that is not published what lies in the key's scope.",
		Commands: []*cli.Command{
			newLayerListCommand(p, c),
			newPublishCommand(p, c, "publish", "show a layer to everybody", true),
			newPublishCommand(p, c, "unpublish", "hide a layer from whoever has no key", false),
		},
		Action: func(_ context.Context, cmd *cli.Command) error {
			return usageError(cmd, errors.New("layer: say list, publish or unpublish"))
		},
	}
}

func newLayerListCommand(p program, c *config) *cli.Command {
	return &cli.Command{
		Name: "list", Usage: "list the layers, and whether everybody sees them",
		Description: examples("xiangtu layer list", "every layer"),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			if _, err := arguments(cmd, 0, 0); err != nil {
				return err
			}
			return asOwner(ctx, p, c, func(ctx context.Context, store *postgis.Store) error {
				states, err := store.LayerStates(ctx)
				if err != nil {
					return err
				}
				return printLayers(p.stdout, states)
			})
		},
	}
}

func printLayers(w io.Writer, states map[geo.LayerName]postgis.LayerState) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "LAYER\tFEATURES\tREVISION\tPUBLISHED")
	for _, layer := range geo.Layers() {
		state, published := states[layer.Name], "yes"
		if !state.Published {
			published = "no"
		}
		_, _ = fmt.Fprintf(table, "%s\t%d\t%d\t%s\n", layer.Name, state.Count, state.Revision, published)
	}
	return table.Flush() // tells of every failure before
}

func newPublishCommand(p program, c *config, name, usage string, everybody bool) *cli.Command {
	return &cli.Command{
		Name: name, Usage: usage, ArgsUsage: "LAYER",
		Description: examples("xiangtu layer "+name+" grids", usage+": that of the grids"),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			given, err := arguments(cmd, 1, 1)
			if err != nil {
				return err
			}
			layer, err := layerNamed(given[0])
			if err != nil {
				return err
			}
			return asOwner(ctx, p, c, func(ctx context.Context, store *postgis.Store) error {
				return publish(ctx, p.stdout, store, layer, everybody)
			})
		},
	}
}

// publish does it as an admin: whoever runs the program on the database is one.
func publish(ctx context.Context, w io.Writer, store *postgis.Store, layer *geo.Layer, everybody bool) error {
	ctx = geo.WithActor(ctx, geo.Actor{Role: geo.Admin, Surface: geo.SurfaceCommand})
	if err := store.Publish(ctx, layer, everybody); err != nil {
		return err
	}
	who := "everybody sees it"
	if !everybody {
		who = "who has a key sees of it what lies in the key's scope"
	}
	_, err := fmt.Fprintf(w, "%s: %s.\n", layer.Name, who)
	return err
}
