package main

import (
	"context"
	"fmt"

	"github.com/urfave/cli/v3"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
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
				return runCheck(ctx, p, url, request)
			})
		},
	}
}

func runCheck(ctx context.Context, p program, url string, request checkRequest) error {
	layers := geo.Layers()
	if len(request.Layers) > 0 {
		layers = nil
		for _, name := range request.Layers {
			layer, err := layerNamed(name)
			if err != nil {
				return err
			}
			layers = append(layers, layer)
		}
	}
	violations := make(map[geo.LayerName]int)
	var features map[geo.LayerName]int
	err := withStore(ctx, url, func(store *postgis.Store) (err error) {
		features, err = store.Check(ctx, layers, func(v postgis.Violation) error {
			violations[v.Layer]++
			_, err := fmt.Fprintln(p.stdout, v.String())
			return err
		})
		return err
	})
	if err != nil {
		return err
	}
	total := 0
	for _, layer := range layers {
		total += violations[layer.Name]
		if _, err := fmt.Fprintf(p.stdout, "%s: %d features, %d violations\n", layer.Name, features[layer.Name], violations[layer.Name]); err != nil {
			return err
		}
	}
	if total > 0 {
		return fmt.Errorf("the map breaks its rules %d times", total)
	}
	return nil
}
