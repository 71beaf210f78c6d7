package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// fileContestant is a way to bring grids into the database or out of it.
type fileContestant struct {
	name    string
	prepare []string // statements before the clock starts
	dump    []string // a command before it
	// command is what is timed; what it prints matters only if it fails.
	command []string
	after   string // a statement that is timed too: an index that the others have made
	written string // the table that it writes, if any
}

// fileSample is what one run of a contestant took.
type fileSample struct {
	seconds float64
	memory  float64 // the most that the process had resident, in MB
}

// measure times a contestant. What an earlier one left to be written is on the disk before the clock starts.
func (f *fileGround) measure(ctx context.Context, c fileContestant) (s fileSample, err error) {
	if len(c.dump) > 0 {
		if _, err := f.run(ctx, c.dump...); err != nil {
			return s, err
		}
	}
	for _, statement := range append(c.prepare, "CHECKPOINT") {
		if _, err := f.database.Exec(ctx, statement); err != nil {
			return s, err
		}
	}
	syscall.Sync()
	begun := time.Now()
	if s.memory, err = f.run(ctx, c.command...); err != nil {
		return s, err
	}
	if c.after != "" {
		if _, err := f.database.Exec(ctx, c.after); err != nil {
			return s, err
		}
	}
	s.seconds = time.Since(begun).Seconds()
	if c.written == "" {
		return s, nil
	}
	// Autovacuum would do it within a minute, while somebody else is timed.
	_, err = f.database.Exec(ctx, "VACUUM ANALYZE "+c.written)
	return s, err
}

// glance is how often a command is looked at for the memory that it has.
const glance = 10 * time.Millisecond

// run runs a command to its end, and gives the most memory that it has had resident, in MB. What the kernel tells of a
// process that has ended would not do: it counts what this program had when it made it.
func (f *fileGround) run(ctx context.Context, command ...string) (float64, error) {
	process := exec.CommandContext(ctx, command[0], command[1:]...)
	var output bytes.Buffer
	process.Stdout, process.Stderr = &output, &output
	if err := process.Start(); err != nil {
		return 0, err
	}
	end := make(chan error, 1)
	go func() { end <- process.Wait() }()
	ticker := time.NewTicker(glance)
	defer ticker.Stop()
	var most int64
	for {
		select {
		case <-ticker.C:
			if peak, err := peakMemory(process.Process.Pid); err == nil { // there is none when it ends
				most = peak
			}
		case err := <-end:
			if err != nil {
				return 0, fmt.Errorf("%s: %w: %.2000s", strings.Join(command[:min(len(command), 4)], " "), err, output.Bytes())
			}
			return float64(most) / 1e6, nil
		}
	}
}

func (f *fileGround) xiangtu(arguments ...string) []string {
	return append([]string{"bin/xiangtu", "--database-url", f.url}, arguments...)
}

func (f *fileGround) psql(statement string) []string {
	return []string{"psql", "--quiet", "--no-psqlrc", "--set", "ON_ERROR_STOP=1", "--command", statement, f.url}
}

// gdal is the database as GDAL's driver is told of it.
func (f *fileGround) gdal() string {
	_, address, _ := strings.Cut(f.url, "://")
	return "PG:postgresql://" + address // it knows no other scheme
}

// The tables that others read into, and what they have of a grid.
const (
	ogrTable  = "bench.ogr"
	copyTable = "bench.copied"
	columns   = `code, name, pinyin, level, workers, village_code, parent_code, area_square_metres, provenance, revision, updated_at, geom`
)

// imports are the ways into the database. Xiangtu's fills the layer that the exports then read.
func (f *fileGround) imports() []fileContestant {
	bare := []string{
		"DROP TABLE IF EXISTS " + copyTable,
		"CREATE TABLE " + copyTable + " AS SELECT " + columns + " FROM xiangtu.grids LIMIT 0",
	}
	indexed := "CREATE INDEX ON " + copyTable + " USING gist (geom)"
	dump := f.file("grids.copy")
	return []fileContestant{
		{
			// What is truncated becomes history, which autovacuum would look at while somebody is timed.
			name: "Xiangtu", prepare: []string{"TRUNCATE xiangtu.grids", "VACUUM ANALYZE xiangtu.grids_history"},
			command: f.xiangtu("import", "grids", f.file("grids.geojson")), written: "xiangtu.grids",
		},
		{
			name: "ogr2ogr", prepare: []string{"DROP TABLE IF EXISTS " + ogrTable}, written: ogrTable,
			command: []string{
				"ogr2ogr", "-f", "PostgreSQL", f.gdal(), f.file("grids.geojson"), "-nln", ogrTable, "-nlt", "MULTIPOLYGON",
				"-lco", "GEOMETRY_NAME=geom", "-lco", "FID=ogc_fid", "--config", "PG_USE_COPY", "YES",
			},
		},
		{
			name: "COPY of EWKB, text, then GiST", prepare: bare, dump: f.psql(`\copy (SELECT ` + columns + ` FROM xiangtu.grids) TO '` + dump + `'`),
			command: f.psql(`\copy ` + copyTable + ` FROM '` + dump + `'`), after: indexed, written: copyTable,
		},
		{
			name: "COPY of EWKB, binary, then GiST", prepare: bare, dump: f.psql(`\copy (SELECT ` + columns + ` FROM xiangtu.grids) TO '` + dump + `' (FORMAT binary)`),
			command: f.psql(`\copy ` + copyTable + ` FROM '` + dump + `' (FORMAT binary)`), after: indexed, written: copyTable,
		},
	}
}

// The files that exports write.
const (
	ourExport  = "xiangtu.geojson"
	ogrExport  = "ogr.geojson"
	rowsExport = "rows.geojsonl"
)

// exports are the ways out of the database. All but the last write the same properties and coordinates.
func (f *fileGround) exports() []fileContestant {
	const (
		renamed = `code, name, pinyin, level, workers, village_code AS "villageCode", parent_code AS "parentCode", area_square_metres AS "areaSquareMetres", provenance, revision, updated_at AS "updatedAt"`
		row     = `'{"type":"Feature","id":' || to_json(code) || ',"properties":' || json_build_object('code', code, 'name', name, 'pinyin', pinyin, 'level', level, 'workers', workers, 'villageCode', village_code, ` +
			`'parentCode', parent_code, 'areaSquareMetres', area_square_metres, 'provenance', provenance, 'revision', revision, 'updatedAt', updated_at) || ',"geometry":' || ST_AsGeoJSON(geom, 7) || '}'`
	)
	fresh := func(name string) string {
		file := f.file(name)
		_ = os.Remove(file) // the first round has none
		return file
	}
	return []fileContestant{
		{name: "Xiangtu", command: f.xiangtu("export", "grids", f.file(ourExport))},
		{name: "ogr2ogr", command: []string{
			"ogr2ogr", "-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=7", "-lco", "RFC7946=NO", fresh(ogrExport), f.gdal(),
			"-sql", "SELECT " + renamed + ", geom FROM xiangtu.grids",
		}},
		{name: "COPY of ST_AsGeoJSON rows", command: f.psql(`\copy (SELECT ` + row + ` FROM xiangtu.grids) TO '` + f.file(rowsExport) + `'`)},
		{name: "COPY of EWKB, binary", command: f.psql(`\copy (SELECT ` + columns + ` FROM xiangtu.grids) TO '` + f.file("rows.copy") + `' (FORMAT binary)`)},
	}
}
