package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"xiangtu/geo"
	"xiangtu/server/download"
)

// What export writes import reads back as what is stored already, whatever the format.
func TestEveryFormatComesBackUnchanged(t *testing.T) {
	t.Parallel()
	url := demonstration(t)
	change(t, url, `UPDATE xiangtu.stations SET provenance = CASE code WHEN 'JD-S1' THEN '=1+1, "<&>"' WHEN 'JD-S2' THEN '''-2' WHEN 'JD-S3' THEN 'a'||chr(10)||'b' END`)
	folder := t.TempDir()
	for _, format := range download.Formats() {
		for _, layer := range geo.Layers() {
			t.Run(string(layer.Name)+format.Extension(), func(t *testing.T) {
				file := filepath.Join(folder, string(layer.Name)+format.Extension())
				flags := []string{"--precision", "15"}
				if layer.Name == geo.Grids {
					flags = append(flags, "--bbox", "116.40,23.56,116.42,23.58") // to be done in a while
				}
				if code, _, stderr := execute(t, append([]string{"--database-url", url, "export", string(layer.Name), file}, flags...)...); code != 0 {
					t.Fatal(stderr)
				}
				code, stdout, stderr := execute(t, "--database-url", url, "import", string(layer.Name), file)
				if code != 0 || !strings.Contains(stdout, " 0 inserted, 0 updated, ") || strings.Contains(stdout, " 0 unchanged") {
					t.Errorf("%d %.600q %.600q", code, stdout, stderr)
				}
			})
		}
	}
}

func TestTheNameOrTheFormatSaysWhatIsWritten(t *testing.T) {
	url := demonstration(t)
	folder := t.TempDir()
	for _, test := range []struct{ arguments, begins string }{
		{"stations -", `{"type":"FeatureCollection"`},
		{"stations F", `{"type":"FeatureCollection"`},
		{"stations F.json", `{"type":"FeatureCollection"`},
		{"stations F.ndjson", `{"type":"Feature",`},
		{"stations F.geojsons", "\x1e{"},
		{"stations F.csv --bom", "\xef\xbb\xbfcode,name,"},
		{"stations F.csv.gz", "\x1f\x8b"},
		{"stations F.txt --format CSV", "code,name,"},
		{"stations --format kml", "<?xml"},
		{"stations F.gpkg", "SQLite format 3\x00"},
		{"stations --format gpkg", "SQLite format 3\x00"},
		{"stations --format csv --properties code --filter code='JD-S2'", "code,lon,lat\r\nJD-S2,"},
		{`stations --format csv --properties code --filter {"op":"=","args":[{"property":"code"},"JD-S2"]}`, "code,lon,lat\r\nJD-S2,"},
	} {
		arguments := strings.Fields(strings.ReplaceAll(test.arguments, "F", filepath.Join(folder, "F")))
		code, stdout, stderr := execute(t, append([]string{"--database-url", url, "export"}, arguments...)...)
		text := []byte(stdout)
		if len(arguments) > 1 && strings.HasPrefix(arguments[1], folder) {
			text, _ = os.ReadFile(arguments[1])
		}
		if code != 0 || !bytes.HasPrefix(text, []byte(test.begins)) {
			t.Errorf("%s: %d, %.60q, %q", test.arguments, code, text, stderr)
		}
	}
}

func TestExportsThatCannotBeAreRefused(t *testing.T) {
	url := demonstration(t)
	folder := t.TempDir()
	for _, test := range []struct{ arguments, want string }{
		{"towns F.shp", `there is no format "shp"; there are geojson, geojsonl, geojsons, csv, kml, gpkg, and pmtiles`},
		{"towns --format shp", `there is no format "shp"`},
		{"towns F.kml --crs gcj02", "KML is always of WGS 84"},
		{"towns F.gpkg --crs gcj02", "GeoJSON and CSV can have any"},
		{"towns F.kml --bom", "it is for CSV"},
		{"towns F.csv --filter kind=", "--filter"},
		{"towns F.csv --properties height", "--properties: towns have no property"},
		{"towns F.csv --simplify -1", "--simplify: must be from 0"},
		{"towns F.csv --max-zoom 3", "--max-zoom: is for PMTiles archives alone"},
		{"towns F.pmtiles --bom", "--bom: is not for PMTiles archives"},
		{"towns --format pmtiles", "name a FILE"},
	} {
		arguments := strings.Fields(strings.ReplaceAll(test.arguments, "F.", filepath.Join(folder, "F.")))
		code, stdout, stderr := execute(t, append([]string{"--database-url", url, "export"}, arguments...)...)
		if code == 0 || stdout != "" || !strings.Contains(stderr, test.want) {
			t.Errorf("%s: %d %.80q %q", test.arguments, code, stdout, stderr)
		}
	}
	nothingIn(t, folder)
}

func nothingIn(t *testing.T, folder string) {
	t.Helper()
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}

func TestAFullDiskSaysSo(t *testing.T) {
	url := demonstration(t)
	for _, format := range download.Formats() {
		code, _, stderr := execute(t, "--database-url", url, "export", "villages", "/dev/full", "--format", format.Name)
		if code != exitFailure || !strings.Contains(stderr, "the disk is full: ") || !strings.Contains(stderr, "no space left on device") {
			t.Errorf("%s: %d %q", format.Name, code, stderr)
		}
	}
}

func TestAGeoPackageNeedsGDAL(t *testing.T) {
	url := demonstration(t)
	folder := t.TempDir()
	t.Setenv("PATH", folder)
	code, _, stderr := execute(t, "--database-url", url, "export", "towns", filepath.Join(folder, "t.gpkg"))
	if code != exitFailure || !strings.Contains(stderr, "ogr2ogr, which is not installed: install GDAL (apt-get install gdal-bin)") {
		t.Errorf("%d %q", code, stderr)
	}
	nothingIn(t, folder)
}

// Whoever stops an export finds no file of its name, and nothing half beside it; also one whose reader has stopped reading.
func TestAStoppedExportLeavesNothing(t *testing.T) {
	url := demonstration(t)
	for _, format := range download.Formats() {
		folder := t.TempDir()
		// A pipe lets the test stop the export while it is under way. It stands where the temporary file would.
		file := filepath.Join(folder, "grids"+format.Extension())
		pipe := file + ".part"
		if err := syscall.Mkfifo(pipe, 0o600); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan int, 1)
		var stderr bytes.Buffer
		go func() {
			ended <- run([]string{"xiangtu", "--database-url", url, "export", "grids", file}, program{
				stdout: io.Discard, stderr: &stderr, getenv: func(string) string { return "" },
				interrupt: interruption{drain: ctx, force: t.Context()},
			})
		}()
		reader, err := os.Open(pipe)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(reader, make([]byte, 1)); err != nil {
			t.Error(err)
		}
		cancel()
		select {
		case code := <-ended:
			if code != exitFailure || !strings.Contains(stderr.String(), "context canceled") {
				t.Errorf("%s: %d %q", format.Name, code, stderr.String())
			}
		case <-time.After(30 * time.Second):
			t.Fatalf("%s: still exporting", format.Name)
		}
		reader.Close()
		nothingIn(t, folder)
	}
}

// A program that is killed leaves what it had begun beside the name, and an older file of that name as it was.
func TestAKilledExportLeavesTheFormerFile(t *testing.T) {
	t.Parallel()
	url := demonstration(t)
	folder := t.TempDir()
	file := filepath.Join(folder, "grids.geojson")
	if err := os.WriteFile(file, []byte("the former file"), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.CommandContext(t.Context(), thisProgram(t), "--database-url", url, "export", "grids", file)
	command.Env = programEnvironment()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	for begun := time.Now(); time.Since(begun) < 30*time.Second; {
		if info, err := os.Stat(file + ".part"); err == nil && info.Size() > 0 {
			break
		}
	}
	if err := command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = command.Wait() // it was killed
	if text, err := os.ReadFile(file); err != nil || string(text) != "the former file" && !strings.HasSuffix(string(text), "\n]}\n") {
		t.Errorf("half a file has the name: %.80q (%v)", text, err)
	}
	if code, _, stderr := execute(t, "--database-url", url, "export", "grids", file); code != 0 {
		t.Errorf("the next export: %s", stderr)
	}
}

// A layer is exported as it stood, and so are the tiles of an archive.
func TestExportAsItStood(t *testing.T) {
	url := demonstration(t)
	folder := t.TempDir()
	export := func(arguments ...string) (code int, stdout, stderr string) {
		t.Helper()
		return execute(t, append([]string{"--database-url", url, "export"}, arguments...)...)
	}
	archive := func(name string, flags ...string) []byte {
		t.Helper()
		file := filepath.Join(folder, name)
		if code, _, stderr := export(append([]string{"stations", file, "--max-zoom", "9"}, flags...)...); code != 0 {
			t.Fatal(stderr)
		}
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		return content
	}
	_, then, _ := export("stations")
	tiles := archive("then.pmtiles")
	change(t, url, `UPDATE xiangtu.stations SET name = '新站', geom = ST_Translate(geom, 1, 0)`)
	if _, was, stderr := export("stations", "--as-of", "1"); was != then || strings.Contains(was, "新站") {
		t.Errorf("%s%s", was, stderr)
	}
	if !bytes.Equal(archive("was.pmtiles", "--as-of", "1"), tiles) {
		t.Error("the archive differs from what it was")
	}
	if code, _, stderr := export("stations", "--as-of", "yesterday"); code != 1 || !strings.Contains(stderr, "--as-of: ") {
		t.Errorf("%d %s", code, stderr)
	}
}
