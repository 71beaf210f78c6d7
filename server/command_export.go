package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v3"

	"xiangtu/geo/crs"
	"xiangtu/geo/postgis"
	"xiangtu/geo/shape"
	"xiangtu/internal/progress"
	"xiangtu/server/download"
)

// exportRequest is what the user asks of export.
type exportRequest struct {
	Layer string
	// File is a path, or - for the standard output. Names that end in .gz are
	// written through gzip.
	File string
	// CRS is the reference system of the written coordinates; empty is WGS 84.
	CRS string
	// Precision is the number of decimals of the written coordinates; -1 is 7
	// for degrees and 2 for metres.
	Precision int
	// BBox is west,south,east,north in degrees of WGS 84, whatever CRS is;
	// empty is all.
	BBox string
}

func newExportCommand(p program, c *config) *cli.Command {
	var request exportRequest
	var archive archiveRequest
	return &cli.Command{
		Name:      "export",
		Usage:     "write the features of a layer as GeoJSON, or layers as tiles in a PMTiles archive",
		ArgsUsage: "LAYER [FILE]",
		Description: examples(
			"xiangtu export grids grids.geojson", "a whole layer",
			"xiangtu export grids grids.geojson.gz", "compressed",
			"xiangtu export towns | jq .features[].id", "to the standard output",
			"xiangtu export belts b.geojson --crs gcj02", "for Chinese web maps",
			"xiangtu export grids g.geojson --bbox 116.3,23.5,116.4,23.6", "what meets a box",
			"xiangtu export towns,villages,grids map.pmtiles", "tiles for a CDN or a phone",
			"xiangtu export grids g.pmtiles --max-zoom 12", "of fewer zooms",
		),
		Flags: append([]cli.Flag{
			&cli.StringFlag{Name: "crs", Usage: "write coordinates as `CRS`: wgs84, cgcs2000, web_mercator, gcj02, bd09", Destination: &request.CRS},
			&cli.IntFlag{
				Name: "precision", Usage: "write coordinates with `N` decimals; by default 7, or 2 of metres", Value: -1, HideDefault: true, Destination: &request.Precision,
				Validator: func(n int) error {
					if n < 0 || n > shape.MaxPrecision {
						return errors.New("--precision: must be from 0 to 15")
					}
					return nil
				},
			},
			&cli.StringFlag{Name: "bbox", Usage: "only features that meet `WEST,SOUTH,EAST,NORTH`, in degrees of WGS 84", Destination: &request.BBox},
		}, archiveFlags(&archive)...),
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
				if strings.HasSuffix(request.File, archiveExtension) {
					return exportPMTiles(ctx, p, url, request, archive)
				}
				return runExport(ctx, p, url, request)
			})
		},
	}
}

func runExport(ctx context.Context, p program, url string, request exportRequest) error {
	selection, err := request.selection()
	if err != nil {
		return err
	}
	file, err := createExport(request.File, p.stdout)
	if err != nil {
		return err
	}
	defer file.discard()
	shown := progress.Start(p.stderr, request.Layer, -1, progress.Items)
	err = withStore(ctx, url, func(store *postgis.Store) error {
		return selection.Write(ctx, store, file, func() { shown.Add(1) })
	})
	if err == nil {
		err = file.commit()
	}
	if err != nil {
		shown.Stop()
		return fmt.Errorf("export %s: %w", request.Layer, err)
	}
	shown.Done()
	return nil
}

// selection reads what is to be written.
func (r *exportRequest) selection() (download.Selection, error) {
	layer, err := layerNamed(r.Layer)
	if err != nil {
		return download.Selection{}, err
	}
	system, err := crsNamed(r.CRS)
	if err != nil {
		return download.Selection{}, err
	}
	s := download.Selection{Layer: layer, CRS: system, Precision: r.Precision}
	if r.Precision < 0 {
		s.Precision = download.DefaultPrecision(system)
	}
	if r.BBox != "" {
		box, err := download.ParseBox(r.BBox, crs.WGS84)
		if err != nil {
			return s, fmt.Errorf("--bbox: %w", err)
		}
		s.Box = &box
	}
	return s, nil
}
