package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/urfave/cli/v3"

	"xiangtu/geo"
	"xiangtu/geo/cql2"
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
	// Format is the name of a format; empty is that of File's extension.
	Format string
	// CRS is the reference system of the written coordinates; empty is WGS 84.
	CRS string
	// Precision is the number of decimals of the written coordinates; -1 is 7
	// for degrees and 2 for metres.
	Precision int
	// BBox is west,south,east,north in degrees of WGS 84, whatever CRS is;
	// empty is all.
	BBox string
	// Filter is CQL2, as text or as JSON, in degrees of WGS 84; empty is all.
	Filter string
	// Properties are the names of what is written, with commas between; empty
	// is all.
	Properties string
	// Simplify is a tolerance in metres; 0 is none.
	Simplify float64
	// BOM writes a byte order mark before CSV.
	BOM bool
	// AsOf is a time, or a revision of a layer; empty is now.
	AsOf string
}

func newExportCommand(p program, c *config) *cli.Command {
	var request exportRequest
	var archive archiveRequest
	return &cli.Command{
		Name:      "export",
		Usage:     "write the features of a layer to a file, or layers as tiles to a PMTiles archive",
		ArgsUsage: "LAYER [FILE]",
		Description: examples(
			"xiangtu export grids grids.geojson", "a whole layer",
			"xiangtu export grids grids.geojsonl.gz", "a feature a line, compressed",
			"xiangtu export towns | jq .features[].id", "GeoJSON to the standard output",
			"xiangtu export villages v.csv --bom", "CSV that Excel reads",
			"xiangtu export villages v.kml", "for Google Earth and Ovital",
			"xiangtu export grids grids.gpkg", "for QGIS, by GDAL",
			"xiangtu export belts b.geojson --crs gcj02", "for Chinese web maps",
			"xiangtu export grids g.geojson --bbox 116.3,23.5,116.4,23.6", "what meets a box",
			"xiangtu export grids g.csv --filter 'level = 1 AND workers > 4'", "what meets a filter (CQL2)",
			"xiangtu export towns,villages,grids map.pmtiles", "tiles for a CDN or a phone, and a page that shows them",
			"xiangtu export grids g.pmtiles --max-zoom 12", "of fewer zooms",
			"xiangtu export grids g.geojson --as-of 2026-01-31T08:00:00Z", "the layer as it stood",
		) + "\n\nThe extension of FILE says the format, or --format does: " + formatList() + ", pmtiles (PMTiles).",
		Flags: append(exportFlags(&request), archiveFlags(&archive)...),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			given, err := arguments(cmd, 1, 2)
			if err != nil {
				return err
			}
			request.Layer, request.File = given[0], standardOutput
			if len(given) == 2 {
				request.File = given[1]
			}
			tiled := request.isTiled()
			if err := refuseForeign(cmd, tiled); err != nil {
				return err
			}
			archive.Filter = request.Filter
			log := newLogger(p.stderr, c.LogLevel, c.LogFormat)
			return withDatabase(ctx, *c, log, func(ctx context.Context, url string) error {
				if tiled {
					return exportPMTiles(ctx, p, url, request, archive)
				}
				return runExport(ctx, p, url, request)
			})
		},
	}
}

// exportFlags are the flags of export that say which features are written, and how.
func exportFlags(request *exportRequest) []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "format", Usage: "write `FORMAT`, whatever the name of the file is", Destination: &request.Format},
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
		&cli.StringFlag{Name: "filter", Usage: "only features that meet `CQL2`, as text or as JSON", Destination: &request.Filter},
		&cli.StringFlag{Name: "properties", Usage: "write only these, `NAME,NAME`", Destination: &request.Properties},
		&cli.FloatFlag{
			Name: "simplify", Usage: "leave out vertices that move the outline by less than `METRES`", Destination: &request.Simplify,
			Validator: func(metres float64) error {
				if !(metres >= 0 && metres <= download.MaxSimplify) {
					return fmt.Errorf("--simplify: must be from 0 to %d metres", download.MaxSimplify)
				}
				return nil
			},
		},
		&cli.StringFlag{Name: "as-of", Usage: "the map as it stood at `TIME`, such as 2026-01-31T08:00:00Z, or at a revision of the layer", Destination: &request.AsOf},
		&cli.BoolFlag{Name: "bom", Usage: "begin CSV with a byte order mark, by which Excel knows that it is UTF-8", Destination: &request.BOM},
	}
}

// isTiled says whether the file is a PMTiles archive.
func (r *exportRequest) isTiled() bool {
	if r.Format != "" {
		return "."+strings.ToLower(r.Format) == archiveExtension
	}
	return strings.HasSuffix(r.File, archiveExtension)
}

// refuseForeign refuses what is for another kind of file, and would do nothing.
func refuseForeign(cmd *cli.Command, tiled bool) error {
	foreign, kind := []string{"min-zoom", "max-zoom", "name", "attribution", "no-page"}, "is for PMTiles archives alone"
	if tiled {
		foreign, kind = []string{"properties", "simplify", "bom"}, "is not for PMTiles archives"
	}
	if tiled && cmd.Args().Len() < 2 {
		return errors.New("a PMTiles archive cannot be written to the standard output: name a FILE")
	}
	for _, name := range foreign {
		if cmd.IsSet(name) {
			return fmt.Errorf("--%s: %s", name, kind)
		}
	}
	return nil
}

// formatList lists the formats for the help.
func formatList() string {
	var list []string
	for _, f := range download.Formats() {
		list = append(list, f.Name+" ("+f.Title+")")
	}
	return strings.Join(list, ", ")
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
	selection.Scratch = file.folder()
	// A pipe that nobody reads keeps its writer waiting, also when the user wants to stop.
	stopped := context.AfterFunc(ctx, file.close)
	shown := progress.Start(p.stderr, request.Layer, -1, progress.Items)
	err = withStore(ctx, url, func(store *postgis.Store) error {
		ctx, err := momentNamed(ctx, store, request.AsOf, []*geo.Layer{selection.Layer})
		if err != nil {
			return err
		}
		return selection.Write(ctx, store, file, func() { shown.Add(1) })
	})
	switch {
	case !stopped():
		err = ctx.Err()
	case err == nil:
		err = file.commit()
	}
	if err != nil {
		shown.Stop()
		return fmt.Errorf("export %s: %w", request.Layer, explainFull(err))
	}
	shown.Done()
	return nil
}

// explainFull says that a disk is full where that is the reason.
func explainFull(err error) error {
	if errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("the disk is full: %w", err)
	}
	return err
}

// selection reads what is to be written.
func (r *exportRequest) selection() (s download.Selection, err error) {
	s = download.Selection{Whole: true, Precision: r.Precision, Simplify: r.Simplify, BOM: r.BOM}
	if s.Layer, err = layerNamed(r.Layer); err != nil {
		return s, err
	}
	if s.Format, err = r.format(); err != nil {
		return s, err
	}
	if s.CRS, err = crsNamed(r.CRS); err != nil {
		return s, err
	}
	if r.BBox != "" {
		box, err := download.ParseBox(r.BBox, crs.WGS84)
		if err != nil {
			return s, fmt.Errorf("--bbox: %w", err)
		}
		s.Box = &box
	}
	if r.Properties != "" {
		names, err := download.ParseProperties(s.Layer, r.Properties)
		if err != nil {
			return s, fmt.Errorf("--properties: %w", err)
		}
		s.Properties = names
	}
	if r.Filter != "" {
		if s.Filter, err = cql2.Parse(s.Layer, r.Filter, cql2.Options{Language: languageOf(r.Filter)}); err != nil {
			return s, fmt.Errorf("--filter: %w", err)
		}
	}
	return s, s.Complete()
}

// format finds the format of the file. What has no extension, as the standard output, is GeoJSON.
func (r *exportRequest) format() (format *download.Format, err error) {
	switch {
	case r.Format != "":
		format, err = download.FormatNamed(r.Format)
	case filepath.Ext(strings.TrimSuffix(r.File, ".gz")) == "":
		return download.Formats()[0], nil
	default:
		format, err = download.FormatOf(r.File)
	}
	if err != nil {
		return nil, fmt.Errorf("%w, and pmtiles", err)
	}
	return format, nil
}

// languageOf tells JSON from text, none of which begins with a brace.
func languageOf(filter string) cql2.Language {
	if strings.HasPrefix(strings.TrimSpace(filter), "{") {
		return cql2.JSON
	}
	return cql2.Text
}
