package main

import (
	"context"
	"errors"
	"log/slog"

	"github.com/urfave/cli/v3"
)

// importRequest is what the user asks of import.
type importRequest struct {
	Layer string
	// File is a path, or - for the standard input. Names that end in .gz are
	// read through gzip.
	File string
	// SkipInvalid writes the valid features although others are refused.
	SkipInvalid bool
	// DryRun says what would happen and writes nothing.
	DryRun bool
	// CRS is the reference system of the file's coordinates; empty is WGS 84.
	CRS string
}

func newImportCommand(p program, c *config) *cli.Command {
	var request importRequest
	return &cli.Command{
		Name:      "import",
		Usage:     "load features of a layer from GeoJSON",
		ArgsUsage: "LAYER FILE",
		Description: examples(
			"xiangtu import villages villages.geojson", "a FeatureCollection",
			"xiangtu import grids grids.ndjson.gz", "a feature a line, compressed",
			"xiangtu import grids - < grids.geojson", "from the standard input",
			"xiangtu import villages v.geojson --dry-run", "only say what would happen",
			"xiangtu import villages v.geojson --skip-invalid", "leave out what is refused",
			"xiangtu import stations s.geojson --crs gcj02", "coordinates of Chinese web maps",
		) + "\n\nFeatures with a known key replace the stored ones. Nothing is written when any feature is refused, unless --skip-invalid is given.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "skip-invalid", Usage: "write the valid features although others are refused", Destination: &request.SkipInvalid},
			&cli.BoolFlag{Name: "dry-run", Usage: "say what would happen and write nothing", Destination: &request.DryRun},
			&cli.StringFlag{Name: "crs", Usage: "read coordinates as `CRS`: wgs84, cgcs2000, web_mercator, gcj02, bd09", Destination: &request.CRS},
		},
		Action: func(ctx context.Context, cmd *cli.Command) error {
			given, err := arguments(cmd, 2, 2)
			if err != nil {
				return err
			}
			request.Layer, request.File = given[0], given[1]
			log := newLogger(p.stderr, c.LogLevel, c.LogFormat)
			return withDatabase(ctx, *c, log, func(ctx context.Context, url string) error {
				return runImport(ctx, p, log, url, request)
			})
		},
	}
}

func runImport(_ context.Context, _ program, _ *slog.Logger, _ string, _ importRequest) error {
	return errors.New("import is not part of this build")
}
