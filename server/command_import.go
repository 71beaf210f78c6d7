package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/urfave/cli/v3"

	"xiangtu/geo/exchange"
	"xiangtu/geo/postgis"
	"xiangtu/internal/progress"
)

// importRequest is what the user asks of import.
type importRequest struct {
	Layer string
	// File is a path, or - for the standard input. What is gzip is unpacked,
	// whatever its name is.
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
		) + "\n\nA feature replaces the stored one of its code as a whole; one that is stored already as it is keeps its revision. Nothing is written when any feature is refused, unless --skip-invalid is given.",
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
				return runImport(ctx, p, url, request)
			})
		},
	}
}

func runImport(ctx context.Context, p program, url string, request importRequest) error {
	layer, err := layerNamed(request.Layer)
	if err != nil {
		return err
	}
	system, err := crsNamed(request.CRS)
	if err != nil {
		return err
	}
	file, size, err := openImport(request.File)
	if err != nil {
		return err
	}
	// A pipe that nobody writes to keeps its reader waiting, also when the user wants to stop.
	defer context.AfterFunc(ctx, func() { _ = file.Close() })()
	defer file.Close()

	shown := progress.Start(p.stderr, request.Layer, size, progress.Bytes)
	reader := exchange.NewReader(layer, io.TeeReader(file, shown), system)
	var report postgis.ImportReport
	err = withStore(ctx, url, func(store *postgis.Store) error {
		reports, err := store.Import(ctx, []*exchange.Reader{reader}, postgis.ImportOptions{
			SkipInvalid: request.SkipInvalid,
			DryRun:      request.DryRun,
		})
		if err == nil {
			report = reports[0]
		}
		return err
	})
	if err != nil {
		shown.Stop()
		return fmt.Errorf("import %s: %w", request.File, err)
	}
	shown.Done()
	return printImport(p.stdout, report, request)
}

// openImport opens the file that is to be read. The size is -1 where it is not known.
func openImport(name string) (file *os.File, size int64, err error) {
	if name == "-" {
		return os.Stdin, -1, nil
	}
	file, err = os.Open(name)
	if err != nil {
		return nil, 0, err
	}
	if info, err := file.Stat(); err == nil && info.Mode().IsRegular() {
		return file, info.Size(), nil
	}
	return file, -1, nil
}

// printImport says what came of an import. That features were refused is an error unless the user foresaw it.
func printImport(w io.Writer, report postgis.ImportReport, request importRequest) error {
	var text strings.Builder
	for i := range report.Refusals {
		fmt.Fprintln(&text, report.Refusals[i].String())
	}
	if more := report.Refused - len(report.Refusals); more > 0 {
		fmt.Fprintf(&text, "… and %d more\n", more)
	}
	if len(report.Ignored) > 0 {
		fmt.Fprintf(&text, "ignored: %s has no %s\n", report.Layer, strings.Join(report.Ignored, ", "))
	}
	if report.Refused > 0 && !request.SkipInvalid {
		fmt.Fprintf(&text, "%s: %d read, %d refused\n", report.Layer, report.Read, report.Refused)
	} else {
		fmt.Fprintf(&text, "%s: %d read, %d inserted, %d updated, %d unchanged, %d refused\n",
			report.Layer, report.Read, report.Inserted, report.Updated, report.Unchanged, report.Refused)
	}
	if request.DryRun {
		text.WriteString("dry run: nothing is written\n")
	}
	if _, err := io.WriteString(w, text.String()); err != nil {
		return err
	}
	if report.Refused > 0 && !request.SkipInvalid {
		return fmt.Errorf("nothing is written, because %d of %d features are refused; --skip-invalid writes the others", report.Refused, report.Read)
	}
	return nil
}
