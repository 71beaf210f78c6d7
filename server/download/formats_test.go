package download_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
	"xiangtu/internal/golden"
	"xiangtu/server/download"
)

// What a file of each format looks like.
func TestFormatsHaveTheirForm(t *testing.T) {
	t.Parallel()
	url, pool := serve(t)
	const settled = `UPDATE xiangtu.stations SET provenance = CASE code WHEN 'JD-S1' THEN '=1+1, "<&>"' WHEN 'JD-S2' THEN '' END`
	if _, err := pool.Exec(t.Context(), settled); err != nil {
		t.Fatal(err)
	}
	for _, format := range download.Formats() {
		if format.Name == "gpkg" {
			continue // no text, and tested by who reads it
		}
		for _, layer := range []string{"stations", "belts"} {
			const properties = "?properties=code,name,status,corridorMetres,villageCodes,villageCode,townCodes,provenance"
			_, body := request(t, "GET", url+layer+format.Extension()+kept(layer, properties)+"&simplify=2000&precision=4")
			golden.Equal(t, layer+format.Extension(), body)
		}
	}
}

// kept leaves out the properties that a layer does not have.
func kept(layer, properties string) string {
	l, _ := geo.LayerNamed(geo.LayerName(layer))
	prefix, list, _ := strings.Cut(properties, "=")
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		for _, c := range exchange.Columns(l, nil) {
			if c.Name == name {
				names = append(names, name)
			}
		}
	}
	return prefix + "=" + strings.Join(names, ",")
}

func TestFormatsHaveTheirHeaders(t *testing.T) {
	t.Parallel()
	url, _ := serve(t)
	tags := map[string]bool{}
	for _, format := range download.Formats() {
		file := "towns" + format.Extension()
		response, body := request(t, "GET", url+file)
		if response.status != http.StatusOK || response.header.Get("Content-Type") != format.MediaType || !strings.HasSuffix(response.header.Get("Content-Disposition"), `; filename="`+file+`"`) {
			t.Errorf("%s: %d %v: %.200s", file, response.status, response.header, body)
		}
		tag := response.header.Get("ETag")
		if tags[tag] {
			t.Errorf("%s has the ETag of another format", file)
		}
		tags[tag] = true
		if again, body := request(t, "GET", url+file, "If-None-Match", tag); again.status != http.StatusNotModified || len(body) > 0 {
			t.Errorf("%s: not asked for again: %d", file, again.status)
		}
		// The extension alone decides.
		if other, _ := request(t, "HEAD", url+file, "Accept", "application/geo+json"); other.header.Get("Content-Type") != format.MediaType {
			t.Errorf("%s is answered as %s", file, other.header.Get("Content-Type"))
		}
	}
}

func TestFiltersSelect(t *testing.T) {
	t.Parallel()
	url, _ := serve(t)
	for query, want := range map[string]int{
		"filter=kind='community'":                 count(t, url, func(p map[string]any) bool { return p["kind"] == "community" }),
		"filter=code='445203001001'":              1,
		"filter=code='445203001001'&bbox=0,0,1,1": 0,
		`filter={"op":"=","args":[{"property":"code"},"445203001001"]}&filter-lang=cql2-json`: 1,
		"filter=S_INTERSECTS(geometry,POINT(116.4053448 23.5742542))":                         1,
	} {
		c := read(t, url+"villages.geojson?"+strings.NewReplacer(" ", "%20", `"`, "%22", "{", "%7B", "}", "%7D").Replace(query))
		if len(c.Features) != want {
			t.Errorf("%s: %d villages, want %d", query, len(c.Features), want)
		}
	}
	_, body := request(t, "GET", url+"villages.csv?properties=name,code&filter=code='445203001001'")
	rows, err := csv.NewReader(bytes.NewReader(body)).ReadAll()
	if err != nil || len(rows) != 2 || fmt.Sprint(rows[0]) != "[code name geometry]" {
		t.Errorf("%v %v", rows, err)
	}
}

func count(t *testing.T, url string, which func(map[string]any) bool) (n int) {
	t.Helper()
	for _, f := range read(t, url+"villages.geojson").Features {
		if which(f.Properties) {
			n++
		}
	}
	return n
}

// GDAL, which we did not write, reads every format of every layer: the features, their properties, and their geometries.
func TestOgr2ogrReadsEveryFormatOfEveryLayer(t *testing.T) {
	t.Parallel()
	url, _ := serve(t)
	folder := t.TempDir()
	options := map[string][]string{"csv": {"-oo", "GEOM_POSSIBLE_NAMES=geometry", "-oo", "X_POSSIBLE_NAMES=lon", "-oo", "Y_POSSIBLE_NAMES=lat", "-oo", "KEEP_GEOM_COLUMNS=NO"}}
	for _, layer := range geo.Layers() {
		part := "?bbox=116.35,23.50,116.45,23.60" // to be done in a while
		want := read(t, url+string(layer.Name)+".geojson"+part)
		for _, format := range download.Formats() {
			t.Run(string(layer.Name)+format.Extension(), func(t *testing.T) {
				file := filepath.Join(folder, string(layer.Name)+format.Extension())
				save(t, url, file, part)
				// Numbers are rounded by who compares: GDAL rounds 112.9999992 to 113.
				arguments := append([]string{"-f", "GeoJSON", "/vsistdout/", file, "-lco", "RFC7946=NO", "-lco", "SIGNIFICANT_FIGURES=17"}, options[format.Name]...)
				var got collection
				if err := json.Unmarshal(run(t, "ogr2ogr", arguments...), &got); err != nil {
					t.Fatal(err)
				}
				compare(t, layer, format, want, got)
			})
		}
	}
}

// save fetches the file of a layer.
func save(t *testing.T, url, file, parameters string) {
	t.Helper()
	response, body := request(t, "GET", url+filepath.Base(file)+parameters)
	if response.status != http.StatusOK {
		t.Fatalf("%s: %d: %s", file, response.status, body)
	}
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
}

func compare(t *testing.T, layer *geo.Layer, format *download.Format, want, got collection) {
	t.Helper()
	if len(got.Features) != len(want.Features) {
		t.Fatalf("%d features, want %d", len(got.Features), len(want.Features))
	}
	for i, feature := range want.Features {
		other := got.Features[i]
		for _, c := range exchange.Columns(layer, nil) {
			name := c.Name
			if name == "name" && format.Name == "kml" {
				name = "Name" // what GDAL calls the element
			}
			a, b := plain(feature.Properties[c.Name]), plain(other.Properties[name])
			if c.Type == geo.Time { // which each has in a form of its own
				a, b = digits(a), digits(b)
			}
			if a != b {
				t.Errorf("%s: %s is %q, want %q", feature.ID, c.Name, b, a)
			}
		}
		a, b := numbers(nil, feature.Geometry.Coordinates), numbers(nil, other.Geometry.Coordinates)
		if len(a) != len(b) || feature.Geometry.Type != other.Geometry.Type && format.Name != "kml" {
			t.Errorf("%s: a %s of %d numbers, want a %s of %d", feature.ID, other.Geometry.Type, len(b), feature.Geometry.Type, len(a))
			continue
		}
		for j := range a {
			if math.Abs(a[j]-b[j]) > 1e-9 {
				t.Errorf("%s: coordinate %d is %v, want %v", feature.ID, j, b[j], a[j])
				break
			}
		}
	}
}

// plain is a value as text, for formats without types or lists.
func plain(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case []any:
		var texts []string
		for _, item := range v {
			texts = append(texts, plain(item))
		}
		return strings.Join(texts, ",")
	case float64:
		return fmt.Sprintf("%.9g", v)
	case string:
		var number float64
		if n, err := fmt.Sscanf(v, "%g", &number); n == 1 && err == nil && strings.Contains(v, ".") && !strings.Contains(v, "-") {
			return fmt.Sprintf("%.9g", number)
		}
		return v
	default:
		return fmt.Sprint(v)
	}
}

// digits are those of a time, to the second.
func digits(text string) string {
	const seconds = 14
	only := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
	return only[:min(seconds, len(only))]
}

func numbers(dst []float64, value any) []float64 {
	switch v := value.(type) {
	case []any:
		for _, item := range v {
			dst = numbers(dst, item)
		}
	case float64:
		dst = append(dst, v)
	}
	return dst
}

// What GDAL finds in a GeoPackage is what the layer has: the name, the type of geometry, the reference system and the
// types of the fields.
func TestAGeoPackageHasTheLayersTypes(t *testing.T) {
	t.Parallel()
	url, _ := serve(t)
	types := map[geo.FieldType]string{geo.Text: "String (0.0)", geo.Integer: "Integer64 (0.0)", geo.Number: "Real (0.0)", geo.Boolean: "Integer(Boolean) (0.0)", geo.Time: "DateTime (0.0)"}
	for _, layer := range geo.Layers() {
		for system, id := range map[string]string{"wgs84": "4326", "cgcs2000": "4490", "web_mercator": "3857"} {
			name := string(layer.Name)
			if system != "wgs84" && layer.Name != geo.Stations {
				continue
			}
			_, body := request(t, "GET", url+name+".gpkg?crs="+system)
			file := filepath.Join(t.TempDir(), "x.gpkg")
			if err := os.WriteFile(file, body, 0o600); err != nil {
				t.Fatal(err)
			}
			summary := string(run(t, "ogrinfo", "-ro", "-so", file, name))
			wanted := []string{"Geometry: " + geometries[layer.Geometry] + "\n", `ID["EPSG",` + id + `]`, "Geometry Column = geom\n"}
			for _, c := range exchange.Columns(layer, nil) {
				wanted = append(wanted, "\n"+c.Name+": "+types[c.Type])
			}
			for _, want := range wanted {
				if !strings.Contains(summary, want) {
					t.Errorf("%s in %s: no %q:\n%s", name, system, want, summary)
				}
			}
		}
	}
}

// A row of CSV may be longer than GDAL reads by itself: it is how a GeoPackage is written.
func TestAGeoPackageHasPolygonsOfAnySize(t *testing.T) {
	t.Parallel()
	url, pool := serve(t)
	const vertices = 600_001
	const large = `UPDATE xiangtu.villages SET geom = ST_Multi(ST_ForcePolygonCCW(ST_Buffer(ST_SetSRID(ST_Point(116.4, 23.5), 4326), 0.02, 150000))) WHERE code = '445203001001'`
	if _, err := pool.Exec(t.Context(), large); err != nil {
		t.Fatal(err)
	}
	response, body := request(t, "GET", url+"villages.gpkg?properties=code")
	if response.status != http.StatusOK {
		t.Fatalf("%d: %.300s", response.status, body)
	}
	file := filepath.Join(t.TempDir(), "x.gpkg")
	if err := os.WriteFile(file, body, 0o600); err != nil {
		t.Fatal(err)
	}
	const count = `SELECT ST_NPoints(geom) AS vertices FROM villages WHERE code = '445203001001'`
	if found := string(run(t, "ogrinfo", "-ro", "-dialect", "SQLite", "-sql", count, file)); !strings.Contains(found, fmt.Sprintf("= %d\n", vertices)) {
		t.Errorf("not %d vertices: %s", vertices, found)
	}
}

func TestFormatsRefuseWhatTheyCannotHold(t *testing.T) {
	t.Parallel()
	url, _ := serve(t)
	for query, detail := range map[string]string{
		"towns.kml?crs=gcj02":        "KML is always of WGS 84",
		"towns.kml?crs=web_mercator": "KML is always of WGS 84",
		"towns.gpkg?crs=bd09":        "GeoJSON and CSV can have any",
	} {
		response, body := request(t, "GET", url+query)
		if response.status != http.StatusBadRequest || !bytes.Contains(body, []byte(detail)) || !bytes.Contains(body, []byte(`"path":"crs"`)) {
			t.Errorf("%s: %d: %s", query, response.status, body)
		}
	}
}

func TestCSVIsForSpreadsheetsToo(t *testing.T) {
	t.Parallel()
	url, _ := serve(t)
	_, body := request(t, "GET", url+"stations.csv?bom=true&crs=web_mercator&properties=code")
	if !bytes.HasPrefix(body, []byte("\xef\xbb\xbfcode,x,y\r\n")) {
		t.Errorf("%.80q", body)
	}
	_, body = request(t, "GET", url+"towns.csv?filter=code='none'")
	if !bytes.HasSuffix(body, []byte(",geometry\r\n")) || bytes.Count(body, []byte("\n")) != 1 {
		t.Errorf("a table without rows: %q", body)
	}
}
