package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
)

func TestWhatIsExportedIsImportedUnchanged(t *testing.T) {
	t.Parallel()
	url := demonstration(t)
	dir := t.TempDir()
	for _, layer := range geo.Layers() {
		for _, extension := range []string{".geojson", ".geojsonl.gz", ".csv", ".csv.gz", ".kml", ".gpkg"} {
			file := filepath.Join(dir, string(layer.Name)+extension)
			report := filepath.Join(dir, "report.json")
			if code, _, stderr := execute(t, "--database-url", url, "export", string(layer.Name), file); code != 0 {
				t.Fatalf("export %s: %s", file, stderr)
			}
			if code, stdout, stderr := execute(t, "--database-url", url, "import", string(layer.Name), file, "--report", report); code != 0 {
				t.Errorf("import %s: %q %q", file, stdout, stderr)
				continue
			}
			text, err := os.ReadFile(report)
			if err != nil {
				t.Fatal(err)
			}
			var got postgis.ImportReport
			if err := json.Unmarshal(text, &got); err != nil || got.Read == 0 || got.Unchanged != got.Read || !got.Written {
				t.Errorf("%s: %s (%v)", file, text, err)
			}
		}
	}
}

func TestWrongFlagsOfImportSayWhatIsRight(t *testing.T) {
	url := demonstration(t)
	file := filepath.Join(t.TempDir(), "s.csv")
	text := "编号,站名,村代码,经度,纬度\nX-1,东站,445203001001,116.4,23.55\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	mapped := []string{"--map", "code=编号", "--map", "name=站名", "--map", "villageCode=村代码"}
	for _, test := range []struct {
		flags []string
		want  string
	}{
		{nil, "feature 0: missing_field: code: there is none, and no id"},
		{mapped, "stations: 1 read, 1 inserted"},
		{append([]string{"--swap-axes"}, mapped...), "note: longitude and latitude seem to be exchanged: give --swap-axes, or leave it out if it is given"},
		{[]string{"--map", "code"}, `--map: "code" is not of the form field=column, such as name=名称`},
		{[]string{"--map", "号=编号"}, `--map: stations have no field "号"; there are code, name, pinyin, villageCode, provenance, townCodes, geometry, longitude, latitude`},
		{[]string{"--map", "code=号"}, `--map: code=号: the file has no column "号"; it has 编号, 站名, 村代码, 经度, 纬度`},
		{[]string{"--format", "xlsx"}, `--format: unknown format "xlsx": known are geojson, geojsonseq, csv`},
		{[]string{"--format", "gpkg"}, "GDAL cannot read the file as gpkg"},
		{[]string{"--encoding", "big5"}, `--encoding: unknown encoding "big5": known are utf-8 and gb18030`},
		{[]string{"--crs", "mars"}, `--crs: unknown reference system "mars"`},
		{append([]string{"--crs", "EPSG:99999"}, mapped...), "--crs: PostGIS knows no reference system EPSG:99999"},
	} {
		_, stdout, stderr := execute(t, append([]string{"--database-url", url, "import", "stations", file, "--dry-run"}, test.flags...)...)
		if !strings.Contains(stdout+stderr, test.want) {
			t.Errorf("%v: %q %q, want %q", test.flags, stdout, stderr, test.want)
		}
	}
}

// Whoever stops an import of a file that ogr2ogr reads leaves no ogr2ogr behind.
func TestNoProcessOutlivesAnImport(t *testing.T) {
	url := demonstration(t)
	file := filepath.Join(t.TempDir(), "v.gpkg")
	if code, _, stderr := execute(t, "--database-url", url, "export", "grids", file); code != 0 {
		t.Fatal(stderr)
	}
	// Codes of grids are none of towns, so that the import ends early or late with refusals.
	if code, _, _ := execute(t, "--database-url", url, "import", "towns", file); code != exitFailure {
		t.Errorf("exit code %d", code)
	}
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range stats {
		text, err := os.ReadFile(name)
		if err != nil {
			continue // it has ended meanwhile
		}
		_, state, _ := strings.Cut(string(text), ") ")
		if fields := strings.Fields(state); strings.Contains(string(text), "(ogr2ogr)") && fields[1] == strconv.Itoa(os.Getpid()) {
			t.Errorf("still there: %s", text)
		}
	}
}
