package main

import (
	"context"

	"github.com/urfave/cli/v3"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
)

// importRequest is what the user asks of import.
type importRequest struct {
	Layer string
	// File is a path, or - for the standard input. What is gzip is unpacked,
	// whatever its name is.
	File        string
	Format      string
	CRS         string
	Columns     []string
	Encoding    string
	SourceLayer string
	SwapAxes    bool
	// SkipInvalid writes the valid features although others are refused.
	SkipInvalid bool
	Repair      bool
	// DryRun says what would happen and writes nothing.
	DryRun bool
	// Report is a file that the report is written to as JSON.
	Report string
}

func newImportCommand(p program, c *config) *cli.Command {
	var request importRequest
	return &cli.Command{
		Name:      "import",
		Usage:     "load features of a layer from GeoJSON, CSV, GPKG, Shapefile, FlatGeobuf or KML",
		ArgsUsage: "LAYER FILE",
		Description: examples(
			"xiangtu import villages villages.geojson", "a FeatureCollection",
			"xiangtu import grids grids.ndjson.gz", "a feature a line, compressed",
			"xiangtu import grids - < grids.geojson", "from the standard input",
			"xiangtu import stations stations.csv", "columns 经度 and 纬度, or WKT",
			"xiangtu import villages map.gpkg --source-layer cun", "a layer of a GeoPackage",
			"xiangtu import villages v.zip --map name=村名", "a Shapefile in a zip archive",
			"xiangtu import villages v.shp --encoding gb18030", "Chinese that the file does not name",
			"xiangtu import villages v.geojson --crs EPSG:4527", "CGCS2000, Gauss-Kruger zone 39",
			"xiangtu import stations s.geojson --crs gcj02", "coordinates of Chinese web maps",
			"xiangtu import villages v.geojson --dry-run", "only say what would happen",
			"xiangtu import villages v.geojson --skip-invalid", "leave out what is refused",
			"xiangtu import villages v.geojson --repair", "mend what crosses itself a little",
			"xiangtu import villages v.geojson --report r.json", "keep the report, too",
		) + "\n\nA feature replaces the stored one of its code as a whole; one that is stored already as it is keeps its revision. Nothing is written when any feature is refused, unless --skip-invalid is given.\nThe format is found by the content. GPKG, Shapefile, FlatGeobuf and KML need GDAL (apt-get install gdal-bin).",
		Flags: request.flags(),
		Action: func(ctx context.Context, cmd *cli.Command) error {
			given, err := arguments(cmd, 2, 2)
			if err != nil {
				return err
			}
			request.Layer, request.File = given[0], given[1]
			layer, err := layerNamed(request.Layer)
			if err != nil {
				return err
			}
			options, err := request.options(layer)
			if err != nil {
				return flagError(err)
			}
			log := newLogger(p.stderr, c.LogLevel, c.LogFormat)
			database := watchDatabaseLog(*c)
			err = withDatabase(ctx, *c, log, func(ctx context.Context, url string) error {
				return runImport(ctx, p, url, layer, request, options)
			})
			return database.explain(err)
		},
	}
}

func (r *importRequest) flags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "format", Usage: "read the file as `FORMAT`: geojson, geojsonseq, csv, gpkg, shapefile, flatgeobuf, kml", Destination: &r.Format},
		&cli.StringFlag{Name: "crs", Usage: "read coordinates as `CRS`: wgs84, cgcs2000, web_mercator, gcj02, bd09, or any EPSG code", Destination: &r.CRS},
		&cli.StringSliceFlag{Name: "map", Usage: "take a field from a column: `FIELD=COLUMN`; repeat it; geometry, longitude and latitude too", Destination: &r.Columns},
		&cli.StringFlag{Name: "encoding", Usage: "read text as `ENCODING`: utf-8, or gb18030 with GBK and GB2312", Destination: &r.Encoding},
		&cli.StringFlag{Name: "source-layer", Usage: "read the layer `NAME` of a file with several", Destination: &r.SourceLayer},
		&cli.BoolFlag{Name: "swap-axes", Usage: "the file has latitude (or northing) first", Destination: &r.SwapAxes},
		&cli.BoolFlag{Name: "skip-invalid", Usage: "write the valid features although others are refused", Destination: &r.SkipInvalid},
		&cli.BoolFlag{Name: "repair", Usage: "mend invalid polygons where their area stays within 0.1 %", Destination: &r.Repair},
		&cli.BoolFlag{Name: "dry-run", Usage: "say what would happen and write nothing", Destination: &r.DryRun},
		&cli.StringFlag{Name: "report", Usage: "write the report to `FILE` as JSON", Destination: &r.Report},
	}
}

// options reads how the file is to be read.
func (r *importRequest) options(layer *geo.Layer) (o exchange.Options, err error) {
	o.SourceLayer, o.SwapAxes = r.SourceLayer, r.SwapAxes
	if o.Format, err = exchange.ParseFormat(r.Format); err != nil {
		return o, err
	}
	if o.Encoding, err = exchange.ParseEncoding(r.Encoding); err != nil {
		return o, err
	}
	if o.Columns, err = exchange.ParseColumns(layer, r.Columns); err != nil {
		return o, err
	}
	if r.CRS == "" {
		return o, nil
	}
	system, err := exchange.ParseSystem(r.CRS)
	if err != nil {
		return o, geo.Invalid("crs", "%v", err)
	}
	o.System = &system
	return o, nil
}
