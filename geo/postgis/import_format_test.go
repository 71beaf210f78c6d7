package postgis_test

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"
	"golang.org/x/text/encoding/simplifiedchinese"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/exchange"
	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
)

// gdal runs ogr2ogr, as the people do whose files we get.
func gdal(t *testing.T, arguments ...string) {
	t.Helper()
	if out, err := exec.Command("ogr2ogr", arguments...).CombinedOutput(); err != nil {
		t.Fatalf("ogr2ogr %v: %v\n%s", arguments, err, out)
	}
}

func importFile(t *testing.T, store *postgis.Store, name geo.LayerName, file string, o exchange.Options, how postgis.ImportOptions) (postgis.ImportReport, error) {
	t.Helper()
	reader, err := exchange.Open(t.Context(), layerNamed(t, name), file, o)
	if err != nil {
		return postgis.ImportReport{}, err
	}
	defer func() { _ = reader.Close() }()
	reports, err := store.Import(t.Context(), []*exchange.Reader{reader}, how)
	if err != nil {
		return postgis.ImportReport{}, err
	}
	return reports[0], nil
}

func exported(t *testing.T, store *postgis.Store, name geo.LayerName) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), string(name)+".geojson")
	if err := os.WriteFile(file, []byte(export(t, store, name)), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func pack(t *testing.T, archive string, files ...string) {
	t.Helper()
	packAs(t, archive, func(name string) *zip.FileHeader { return &zip.FileHeader{Name: name} }, files...)
}

// packAs packs files with the names that header gives them.
func packAs(t *testing.T, archive string, header func(name string) *zip.FileHeader, files ...string) {
	t.Helper()
	out, err := os.Create(archive)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w := zip.NewWriter(out)
	for _, name := range files {
		in, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		h := header("数据/" + filepath.Base(name))
		h.Method = zip.Deflate
		entry, err := w.CreateHeader(h)
		if err == nil {
			_, err = io.Copy(entry, in)
		}
		if err = errors.Join(err, in.Close()); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestWhatOgr2ogrWritesIsReadUnchanged(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	source := exported(t, store, geo.Villages)
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	gdal(t, at("v.gpkg"), source)
	gdal(t, at("named.gpkg"), source, "-nln", "村")
	gdal(t, at("several.gpkg"), source, "-nln", "村")
	gdal(t, "-update", at("several.gpkg"), source, "-nln", "旧村")
	gdal(t, at("v.fgb"), source)
	gdal(t, at("v.kml"), source)
	pack(t, at("v.kmz"), at("v.kml"))
	gdal(t, at("several.kmz"), source)
	gdal(t, at("v.csv"), source, "-lco", "GEOMETRY=AS_WKT", "-lco", "SEPARATOR=SEMICOLON")
	gdal(t, at("gb.shp"), source, "-lco", "ENCODING=GB18030")
	gdal(t, at("utf.shp"), source, "-lco", "ENCODING=UTF-8")
	pack(t, at("utf.zip"), at("utf.shp"), at("utf.shx"), at("utf.dbf"), at("utf.prj"), at("utf.cpg"))
	pack(t, at("json.zip"), source)
	if err := os.Remove(at("gb.cpg")); err != nil {
		t.Fatal(err)
	}
	pack(t, at("gb.zip"), at("gb.shp"), at("gb.shx"), at("gb.dbf"), at("gb.prj"))
	packAs(t, at("windows.zip"), func(name string) *zip.FileHeader {
		encoded, err := simplifiedchinese.GBK.NewEncoder().String(name)
		if err != nil {
			t.Fatal(err)
		}
		return &zip.FileHeader{Name: encoded, NonUTF8: true}
	}, at("gb.shp"), at("gb.shx"), at("gb.dbf"), at("gb.prj"))
	packAs(t, at("macos.zip"), func(name string) *zip.FileHeader { return &zip.FileHeader{Name: name, NonUTF8: true} },
		at("utf.shp"), at("utf.shx"), at("utf.dbf"), at("utf.prj"), at("utf.cpg"))
	for _, test := range []struct {
		file string
		o    exchange.Options
	}{
		{"v.gpkg", exchange.Options{}},
		{"named.gpkg", exchange.Options{}},
		{"several.gpkg", exchange.Options{SourceLayer: "村"}},
		{"v.fgb", exchange.Options{}},
		{"v.fgb", exchange.Options{System: &exchange.System{CRS: crs.CGCS2000}}},
		{"v.kml", exchange.Options{}},
		{"v.kmz", exchange.Options{}},
		{"several.kmz", exchange.Options{}},
		{"v.csv", exchange.Options{}},
		{"gb.shp", exchange.Options{}},
		{"gb.shp", exchange.Options{Encoding: exchange.GB18030}},
		{"utf.shp", exchange.Options{}},
		{"gb.zip", exchange.Options{}},
		{"gb.zip", exchange.Options{Encoding: exchange.GB18030}},
		{"utf.zip", exchange.Options{}},
		{"windows.zip", exchange.Options{}},
		{"macos.zip", exchange.Options{}},
		{"json.zip", exchange.Options{}},
	} {
		report, err := importFile(t, store, geo.Villages, at(test.file), test.o, postgis.ImportOptions{})
		if err != nil || report.Unchanged != 217 || report.Read != 217 {
			t.Errorf("%s: %+v, %v; want all unchanged", test.file, report, err)
		}
	}
	_, err := importFile(t, store, geo.Villages, at("several.gpkg"), exchange.Options{}, postgis.ImportOptions{})
	if err == nil || err.Error() != "source-layer: the file has several layers, name one with --source-layer: 村 (Multi Polygon, 217 features), 旧村 (Multi Polygon, 217 features)" {
		t.Errorf("several layers: %v", err)
	}
	_, err = importFile(t, store, geo.Villages, at("v.gpkg"), exchange.Options{System: &exchange.System{EPSG: 4527}}, postgis.ImportOptions{})
	if err == nil || !strings.Contains(err.Error(), "the file says that its coordinates are WGS84, and it is read as EPSG:4527") {
		t.Errorf("a contradiction: %v", err)
	}
}

// positions of a map, in their order.
func positions(t *testing.T, text string) []orb.Point {
	t.Helper()
	var collection geojson.FeatureCollection
	if err := json.Unmarshal([]byte(text), &collection); err != nil {
		t.Fatal(err)
	}
	var all []orb.Point
	for _, f := range collection.Features {
		for _, polygon := range f.Geometry.(orb.MultiPolygon) {
			for _, ring := range polygon {
				all = append(all, ring...)
			}
		}
	}
	return all
}

// What a district has in its own projection comes to the place where it is, to a tenth of a millimetre; ogr2ogr makes
// the files.
func TestProjectedFilesComeToTheirPlace(t *testing.T) {
	t.Parallel()
	for _, code := range []int{4527, 4548, 4498, 32650, 3857, 4490} {
		t.Run(fmt.Sprint(code), func(t *testing.T) {
			t.Parallel()
			store := postgis.New(pgtest.New(t))
			was := positions(t, export(t, store, geo.Towns))
			source := exported(t, store, geo.Towns)
			dir := t.TempDir()
			target := fmt.Sprintf("EPSG:%d", code)
			silent, stated, packaged := filepath.Join(dir, "silent.geojson"), filepath.Join(dir, "stated.geojson"), filepath.Join(dir, "p.gpkg")
			gdal(t, "-t_srs", target, "-lco", "RFC7946=NO", "-lco", "COORDINATE_PRECISION=9", stated, source)
			gdal(t, "-t_srs", target, packaged, source)
			text, err := os.ReadFile(stated)
			if err != nil {
				t.Fatal(err)
			}
			name := fmt.Sprintf(`"crs": { "type": "name", "properties": { "name": "urn:ogc:def:crs:EPSG::%d" } },`, code)
			without := strings.Replace(string(text), name, "", 1)
			if without == string(text) {
				t.Fatal("ogr2ogr has not said the reference system")
			}
			if err := os.WriteFile(silent, []byte(without), 0o600); err != nil {
				t.Fatal(err)
			}
			system, err := exchange.ParseSystem(target)
			if err != nil {
				t.Fatal(err)
			}
			for _, test := range []struct {
				file string
				o    exchange.Options
			}{{silent, exchange.Options{System: &system}}, {stated, exchange.Options{}}, {stated, exchange.Options{System: &system}}, {packaged, exchange.Options{}}, {packaged, exchange.Options{System: &system}}} {
				report, err := importFile(t, store, geo.Towns, test.file, test.o, postgis.ImportOptions{})
				if err != nil || report.Refused > 0 || report.Read != 19 {
					t.Fatalf("%s: %+v, %v", test.file, report, err)
				}
				worst := 0.0
				is := positions(t, export(t, store, geo.Towns))
				for i := range was {
					worst = max(worst, math.Abs(was[i][0]-is[i][0]), math.Abs(was[i][1]-is[i][1]))
				}
				if worst > 1e-9 {
					t.Errorf("%s: off by %g degrees", filepath.Base(test.file), worst)
				}
			}
		})
	}
}

func TestFilesOfAnotherKindAreExplained(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	dir := t.TempDir()
	for name, test := range map[string]struct{ text, want string }{
		"a.gpkg":    {"SQLite format 3\x00 and then nothing", "GDAL cannot read the file as gpkg"},
		"b.gpkg":    {"not a database at all, but text", "the file is named .gpkg but does not begin like one"},
		"c.dbf":     {"\x03anything", "a Shapefile is read by the name of its .shp"},
		"d.shp":     {"\x00\x00\x27\x0a cut", "GDAL cannot read the file as shapefile"},
		"e.xml":     {"<?xml version='1.0'?><gml/>", "the file is XML, but no KML"},
		"f.zip":     {"PK\x03\x04 cut", "the zip archive is damaged or cut short"},
		"g.bin":     {"\x7fELF", "the format of the file is not known: name it with --format; known are geojson"},
		"h.geojson": {"", "the file is empty"},
		"i.csv":     {"", "the file is empty"},
		"j.kml":     {"<kml><Document><Placemark>", "GDAL cannot read the file as kml"},
	} {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := importFile(t, store, geo.Villages, file, exchange.Options{}, postgis.ImportOptions{})
		var known *geo.Error
		if !errors.As(err, &known) || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "\n") || strings.Contains(err.Error(), dir) {
			t.Errorf("%s: %v, want %q", name, err, test.want)
		}
	}
}

func TestAFlatGeobufThatIsCutIsNoEmptyOne(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	file := filepath.Join(t.TempDir(), "v.fgb")
	gdal(t, file, exported(t, store, geo.Villages))
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for size, want := range map[int]string{
		100:            "",
		3000:           "the file is damaged or cut short: it says that it has 217 features, and 0 can be read",
		len(whole) / 2: "",
		len(whole) - 1: "",
	} {
		cut := filepath.Join(t.TempDir(), "cut.fgb")
		if err := os.WriteFile(cut, whole[:size], 0o600); err != nil {
			t.Fatal(err)
		}
		report, err := importFile(t, store, geo.Villages, cut, exchange.Options{}, postgis.ImportOptions{SkipInvalid: true})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("its first %d bytes: %+v, %v", size, report, err)
		}
		t.Logf("its first %d bytes: %v", size, err)
	}
}

func TestWithoutGDALTheErrorSaysWhatToInstall(t *testing.T) {
	file := filepath.Join(t.TempDir(), "v.fgb")
	if err := os.WriteFile(file, []byte("fgb\x03fgb\x00"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", t.TempDir())
	_, err := exchange.Open(t.Context(), layerNamed(t, geo.Villages), file, exchange.Options{})
	if err == nil || !strings.Contains(err.Error(), "ogr2ogr, which is not installed: install GDAL (apt-get install gdal-bin)") {
		t.Errorf("%v", err)
	}
}

func TestWhatAFileSeemsToBeIsSaid(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	at := func(x, y float64) string {
		return collection(belt(`,"villageCode":"445203001001"`, fmt.Sprintf(`{"type":"Point","coordinates":[%f,%f]}`, x, y)))
	}
	for _, test := range []struct {
		name, text string
		want       []string
	}{
		{"latitude first", at(23.57, 116.4), []string{"--swap-axes"}},
		{"zone 39", at(39438754.2, 2607784.5), []string{"--crs EPSG:4527 (CGCS2000 / 3-degree Gauss-Kruger zone 39)"}},
		{"central meridian 117", at(438754.2, 2607784.5), []string{"EPSG:4548 (CGCS2000 / 3-degree Gauss-Kruger CM 117E)", "EPSG:32650 (WGS 84 / UTM zone 50N)"}},
		{"zone 20", at(20438754.2, 2607784.5), []string{"EPSG:4498 (CGCS2000 / Gauss-Kruger zone 20)"}},
		{"Web Mercator", at(12958183, 2701614), []string{"--crs EPSG:3857"}},
		{"nothing", at(1e9, 1e9), []string{"are no degrees: the file is projected, and --crs says how"}},
	} {
		report := runImport(t, store, geo.Stations, test.text, postgis.ImportOptions{})
		if len(report.Notes) != 1 {
			t.Errorf("%s: %q", test.name, report.Notes)
			continue
		}
		for _, want := range test.want {
			if !strings.Contains(report.Notes[0], want) {
				t.Errorf("%s: %q has no %q", test.name, report.Notes[0], want)
			}
		}
	}
	town := `{"type":"Feature","properties":{"code":"440104001","name":"北京街道","kind":"subdistrict"},"geometry":` + square + `}`
	if report := runImport(t, store, geo.Towns, collection(town), postgis.ImportOptions{DryRun: true}); len(report.Notes) != 1 || report.Notes[0] != "the file has towns of 440104, and the map so far of 445203" {
		t.Errorf("towns of another county: %q", report.Notes)
	}
	report := runImport(t, store, geo.Villages, collection(village("440104001001", "", square)), postgis.ImportOptions{})
	if !strings.Contains(report.Refusals[0].Reason, "the map is of 445203, and this code of another county") {
		t.Errorf("a village of another county: %+v", report.Refusals)
	}
}

func TestAnUnknownCodeOrColumnListsTheKnown(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	source := exported(t, store, geo.Villages)
	for _, test := range []struct {
		o    exchange.Options
		want string
	}{
		{exchange.Options{System: &exchange.System{EPSG: 99999}}, "crs: PostGIS knows no reference system EPSG:99999"},
		{exchange.Options{System: &exchange.System{EPSG: 4479}}, "crs: EPSG:4479 is geocentric, with coordinates X, Y and Z from the centre of the earth: a geographic system is needed"},
		{exchange.Options{System: &exchange.System{EPSG: 4978}}, "crs: EPSG:4978 is geocentric"},
		{exchange.Options{Columns: map[string]string{"name": "村名"}}, `map: no feature has a property "村名"; there are areaSquareMetres, code, kind, name`},
	} {
		_, err := importFile(t, store, geo.Villages, source, test.o, postgis.ImportOptions{SkipInvalid: true})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%v, want %q", err, test.want)
		}
	}
	geocentric := filepath.Join(t.TempDir(), "geocentric.gpkg")
	gdal(t, geocentric, source, "-a_srs", "EPSG:4978")
	if _, err := importFile(t, store, geo.Villages, geocentric, exchange.Options{}, postgis.ImportOptions{}); err == nil || !strings.Contains(err.Error(), "is geocentric, with coordinates") {
		t.Errorf("a file that states a geocentric system: %v", err)
	}
	far := collection(village("445203001901", "", `{"type":"Polygon","coordinates":[[[1e12,1e12],[2e12,1e12],[2e12,2e12],[1e12,1e12]]]}`), village("445203001902", "", `{"type":"Polygon","coordinates":[[[39438754,2607784],[39438854,2607784],[39438854,2607884],[39438754,2607784]]]}`))
	file := filepath.Join(t.TempDir(), "far.geojson")
	if err := os.WriteFile(file, []byte(far), 0o600); err != nil {
		t.Fatal(err)
	}
	report, err := importFile(t, store, geo.Villages, file, exchange.Options{System: &exchange.System{EPSG: 4527}}, postgis.ImportOptions{SkipInvalid: true})
	if err != nil || report.Inserted != 1 || len(report.Refusals) != 1 || !strings.Contains(report.Refusals[0].String(), "feature 0 (445203001901): out_of_range: geometry: its coordinates are none of EPSG:4527") {
		t.Errorf("%+v, %v", report, err)
	}
}

func TestRepairMendsWhatKeepsItsArea(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	// A square whose side runs back on itself for a bit, one that is a bow tie, and one with a hole outside.
	loop := `{"type":"Polygon","coordinates":[[[116.1,23.1],[116.2,23.1],[116.2,23.2],[116.1,23.2],[116.1,23.1499],[116.10001,23.15],[116.1,23.15],[116.1,23.1]]]}`
	bow := `{"type":"Polygon","coordinates":[[[116.1,23.1],[116.2,23.2],[116.2,23.1],[116.1,23.2],[116.1,23.1]]]}`
	hole := `{"type":"Polygon","coordinates":[[[116.1,23.1],[116.2,23.1],[116.2,23.2],[116.1,23.1]],[[117,23],[117.1,23],[117,23.1],[117,23]]]}`
	text := collection(village("445203001901", "", loop), village("445203001902", "", bow), village("445203001903", "", hole), village("445203001904", "", square))
	if report := runImport(t, store, geo.Villages, text, postgis.ImportOptions{}); report.Refused != 3 || report.Repaired != 0 {
		t.Errorf("without: %+v", report)
	}
	report := runImport(t, store, geo.Villages, text, postgis.ImportOptions{Repair: true, SkipInvalid: true})
	if report.Refused != 2 || report.Repaired != 1 || report.Inserted != 2 {
		t.Fatalf("with: %+v", report)
	}
	if r := report.Repairs[0]; r.Index != 0 || r.Rule != "self_intersection" || math.Abs(r.Change) > 1e-6 || r.Place == (orb.Point{}) {
		t.Errorf("%+v", r)
	}
	for i := range report.Refusals {
		if !strings.Contains(report.Refusals[i].Reason, "to mend it would change its area by") {
			t.Errorf("%s", report.Refusals[i].String())
		}
	}
}

// The map is flat: that a file is not is told, whichever way it is read.
func TestHeightsAreLeftOutAndTold(t *testing.T) {
	t.Parallel()
	store := emptied(t)
	dir := t.TempDir()
	write := func(name, text string) string {
		t.Helper()
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	const flat, high = `{"type":"Point","coordinates":[116.4,23.5]}`, `{"type":"Point","coordinates":[116.4,23.5,88.8]}`
	station := func(code, geometry string) string {
		return collection(fmt.Sprintf(`{"type":"Feature","properties":{"code":"%s","name":"站","villageCode":"%s","townCodes":[]},"geometry":%s}`, code, otherVillage, geometry))
	}
	gdal(t, filepath.Join(dir, "high.gpkg"), write("for.gpkg.geojson", station("T-1", high)))
	for file, told := range map[string]bool{
		write("flat.geojson", station("T-1", flat)): false,
		write("high.geojson", station("T-1", high)): true,
		// Its member comes before the type, so that it is read in the other way.
		write("other.geojson", station("T-1", `{"coordinates":[116.4,23.5,88.8],"type":"Point"}`)):              true,
		write("flat.csv", "code,name,villageCode,geometry\nT-1,站,"+otherVillage+",POINT(116.4 23.5)\n"):         false,
		write("high.csv", "code,name,villageCode,geometry\nT-1,站,"+otherVillage+",POINT Z (116.4 23.5 88.8)\n"): true,
		filepath.Join(dir, "high.gpkg"): true,
	} {
		report, err := importFile(t, store, geo.Stations, file, exchange.Options{}, postgis.ImportOptions{})
		if err != nil || report.Inserted+report.Updated+report.Unchanged != 1 || tellsHeights(report) != told {
			t.Errorf("%s: %v, %+v", file, err, report)
		}
	}
	large := write("large.geojson", collection(cells()...))
	if report, err := importFile(t, store, geo.Grids, large, exchange.Options{}, postgis.ImportOptions{DryRun: true}); err != nil || tellsHeights(report) {
		t.Errorf("a flat file that is copied: %v, %+v", err, report.Notes)
	}
	high3 := write("large3.geojson", strings.ReplaceAll(collection(cells()...), "],[", ",3],["))
	if report, err := importFile(t, store, geo.Grids, high3, exchange.Options{}, postgis.ImportOptions{DryRun: true}); err != nil || !tellsHeights(report) || report.Inserted != len(cells()) {
		t.Errorf("one with heights: %v, %d, %+v", err, report.Inserted, report.Notes)
	}
}

func tellsHeights(report postgis.ImportReport) bool {
	return slices.Contains(report.Notes, "positions have heights, which are left out: the map is flat")
}
