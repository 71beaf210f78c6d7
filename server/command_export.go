package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/urfave/cli/v3"
)

// exportRequest is what the user asks of export.
type exportRequest struct {
	Layer string
	// File is a path, or - for the standard output. Names that end in .gz are
	// written through gzip.
	File string
	// CRS is the reference system of the written coordinates; empty is WGS 84.
	CRS string
	// Precision is the number of decimals of the written coordinates.
	Precision int
	// BBox is west,south,east,north in the CRS of the file; empty is all.
	BBox string
}

func newExportCommand(p program, c *config) *cli.Command {
	var request exportRequest
	return &cli.Command{
		Name:      "export",
		Usage:     "write the features of a layer as GeoJSON",
		ArgsUsage: "LAYER [FILE]",
		Description: examples(
			"xiangtu export grids grids.geojson", "a whole layer",
			"xiangtu export grids grids.geojson.gz", "compressed",
			"xiangtu export towns | jq .features[].id", "to the standard output",
			"xiangtu export belts b.geojson --crs gcj02", "for Chinese web maps",
			"xiangtu export grids g.geojson --bbox 116.3,23.5,116.4,23.6", "what meets a box",
		),
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "crs", Usage: "write coordinates as `CRS`: wgs84, cgcs2000, web_mercator, gcj02, bd09", Destination: &request.CRS},
			&cli.IntFlag{
				Name: "precision", Usage: "write coordinates with `N` decimals", Value: 7, Destination: &request.Precision,
				Validator: func(n int) error {
					if n < 0 || n > 15 {
						return errors.New("--precision: must be from 0 to 15")
					}
					return nil
				},
			},
			&cli.StringFlag{Name: "bbox", Usage: "only features that meet `WEST,SOUTH,EAST,NORTH`", Destination: &request.BBox},
		},
		Action: func(ctx context.Context, cmd *cli.Command) error {
			given, err := arguments(cmd, 1, 2)
			if err != nil {
				return err
			}
			request.Layer, request.File = given[0], "-"
			if len(given) == 2 {
				request.File = given[1]
			}
			log := newLogger(p.stderr, c.LogLevel, c.LogFormat)
			return withDatabase(ctx, *c, log, func(ctx context.Context, url string) error {
				return runExport(ctx, p, log, url, request)
			})
		},
	}
}

func runExport(_ context.Context, _ program, _ *slog.Logger, _ string, _ exportRequest) error {
	return errors.New("export is not part of this build")
}
