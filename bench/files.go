package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Bars of issue 4: how Xiangtu's time is to be to that of others, its memory, and how its time grows.
const (
	importBar    = 3.0  // times as fast as ogr2ogr
	exportBar    = 10.0 // times as fast as ogr2ogr
	copyBar      = 1.0  // times as fast as COPY of ST_AsGeoJSON rows
	fileMemory   = 200  // MB
	growthBar    = 1.25 // of the time for ten times as much, to ten times the time
	sizeStep     = 10   // from one size to the next
	defaultFiles = 100_000
)

// fileSizes gives the numbers of grids that the variable BENCH_FILES asks for, the smaller first, so that growth shows.
func fileSizes(name string) ([]int, error) {
	switch name {
	case "", "100k":
		return []int{defaultFiles / sizeStep, defaultFiles}, nil
	case "1m":
		return []int{defaultFiles, defaultFiles * sizeStep}, nil
	}
	return nil, fmt.Errorf("BENCH_FILES=%s is neither 100k nor 1m", name)
}

// fileGround is where files are read and written: a database of one's own, with villages and as many grids as are asked
// for in a file beside it.
type fileGround struct {
	grids    int
	folder   string // for files
	url      string
	database *pgx.Conn
}

// measureFiles measures import and export of so many grids, each contestant in turn, in a database made for it.
func (g *ground) measureFiles(ctx context.Context, grids, rounds int) (_ fileOutcome, err error) {
	f, err := g.prepareFiles(ctx, grids)
	if err != nil {
		return fileOutcome{}, err
	}
	defer func() { err = errors.Join(err, f.close(ctx, g)) }()
	o := fileOutcome{Grids: grids}
	for round := range rounds {
		for _, part := range []struct {
			contestants []fileContestant
			series      *[]fileSeries
			agree       func(context.Context) (fileAgreement, error)
			agreed      *fileAgreement
		}{
			{f.imports(), &o.Imports, f.agreeOnImports, &o.Imported},
			{f.exports(), &o.Exports, f.agreeOnExports, &o.Exported},
		} {
			if err := f.round(ctx, part.contestants, part.series); err != nil {
				return o, err
			}
			if round > 0 {
				continue
			}
			if *part.agreed, err = part.agree(ctx); err != nil {
				return o, fmt.Errorf("the files differ: %w", err)
			}
		}
	}
	return o, nil
}

// round lets each contestant have its turn.
func (f *fileGround) round(ctx context.Context, contestants []fileContestant, all *[]fileSeries) error {
	if *all == nil {
		*all = make([]fileSeries, len(contestants))
	}
	for i, c := range contestants {
		s, err := f.measure(ctx, c)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		(*all)[i].Name = c.name
		(*all)[i].samples = append((*all)[i].samples, s)
		fmt.Fprintf(os.Stderr, "%s grids, %s: %.2f s, %.0f MB\n", grouped(int64(f.grids)), c.name, s.seconds, s.memory)
	}
	return nil
}

// prepareFiles makes a database, writes the files, and loads the villages that the grids are in.
func (g *ground) prepareFiles(ctx context.Context, grids int) (_ *fileGround, err error) {
	name := fmt.Sprintf("files_%d", grids)
	if _, err := g.database.Exec(ctx, "CREATE DATABASE "+name); err != nil {
		return nil, err
	}
	f := &fileGround{grids: grids, folder: filepath.Join(g.folder, name), url: databaseNamed(g.cluster.URL(), name)}
	if err := os.Mkdir(f.folder, 0o755); err != nil {
		return nil, err
	}
	if f.database, err = pgx.Connect(ctx, f.url); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.close(ctx, g))
		}
	}()
	if err := f.writeGrids(ctx); err != nil {
		return nil, err
	}
	for _, layer := range []string{"towns", "villages"} {
		if _, err := f.run(ctx, f.xiangtu("import", layer, f.file(layer+".geojson"))...); err != nil {
			return nil, err
		}
	}
	_, err = f.database.Exec(ctx, "CREATE SCHEMA bench")
	return f, err
}

// writeGrids writes the files of the lattice, that of the grids as ogr2ogr writes what it exports: it is what QGIS and other
// programs on GDAL give, and what the bars of issue 4 were measured on.
func (f *fileGround) writeGrids(ctx context.Context) error {
	if err := writeLattice(f.folder, f.grids); err != nil {
		return err
	}
	packed := f.file("packed.geojson")
	if err := os.Rename(f.file("grids.geojson"), packed); err != nil {
		return err
	}
	_, err := f.run(ctx, "ogr2ogr", "-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=7", "-lco", "RFC7946=NO", f.file("grids.geojson"), packed)
	return err
}

// close drops the database and removes the files.
func (f *fileGround) close(ctx context.Context, g *ground) error {
	ctx = context.WithoutCancel(ctx)
	err := f.database.Close(ctx)
	_, dropped := g.database.Exec(ctx, "DROP DATABASE "+f.database.Config().Database)
	return errors.Join(err, dropped, os.RemoveAll(f.folder))
}

// file is the path of a file of that name.
func (f *fileGround) file(name string) string { return filepath.Join(f.folder, name) }

// databaseNamed is the URL of another database of the same cluster.
func databaseNamed(url, name string) string {
	address, parameters, _ := strings.Cut(url, "?")
	return address[:strings.LastIndexByte(address, '/')+1] + name + "?" + parameters
}
