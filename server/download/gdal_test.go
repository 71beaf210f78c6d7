package download_test

import (
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
)

// geometries are the types of geometry as ogrinfo spells them.
var geometries = map[geo.GeometryType]string{geo.MultiPolygon: "Multi Polygon", geo.LineString: "Line String", geo.Point: "Point"}

// ogr2ogr, a client that we did not write, reads every layer over HTTP: all of its features, with the layer's one type
// of geometry, its reference system and its fields.
func TestOgr2ogrReadsEveryLayer(t *testing.T) {
	t.Parallel()
	url, pool := serve(t)
	states, err := postgis.New(pool).LayerStates(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "map.gpkg")
	for i, layer := range geo.Layers() {
		name := string(layer.Name)
		arguments := []string{"-f", "GPKG", file, url + name + ".geojson", "-nln", name}
		if i > 0 {
			arguments = append(arguments, "-update")
		}
		run(t, "ogr2ogr", arguments...)

		summary := string(run(t, "ogrinfo", "-so", file, name))
		wanted := []string{
			"Feature Count: " + strconv.Itoa(states[layer.Name].Count) + "\n",
			"Geometry: " + geometries[layer.Geometry] + "\n",
			`ID["EPSG",4326]`,
		}
		for _, f := range layer.Fields {
			wanted = append(wanted, "\n"+f.Name+": ")
		}
		for _, want := range wanted {
			if !strings.Contains(summary, want) {
				t.Errorf("%s: ogr2ogr did not read %q:\n%s", name, want, summary)
			}
		}
	}
}

func run(t *testing.T, program string, arguments ...string) []byte {
	t.Helper()
	output, err := exec.CommandContext(t.Context(), program, arguments...).Output()
	if err != nil {
		t.Fatalf("%s %q: %v (gdal-bin brings it)", program, arguments, err)
	}
	return output
}
