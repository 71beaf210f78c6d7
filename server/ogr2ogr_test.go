package main

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"xiangtu/geo"
)

// ogr2ogr, a client that we did not write, reads every layer by OGC API Features, whole and filtered, into a GeoPackage,
// and the map takes that GeoPackage for what it has already: nothing of a feature is lost or changed on the way round.
func TestOgr2ogrReadsFiltersAndBringsBackEveryLayer(t *testing.T) {
	t.Parallel()
	r := runServe(t)
	defer r.interrupt()
	file := filepath.Join(t.TempDir(), "map.gpkg")
	source := "OAPIF:" + r.base + "/ogc"
	for i, layer := range geo.Layers() {
		name := string(layer.Name)
		whole := itemsOf(t, r, layer, "limit=1")
		arguments := []string{"-f", "GPKG", file, source, name, "-nln", name}
		if i > 0 {
			arguments = append(arguments, "-update")
		}
		gdal(t, "ogr2ogr", arguments...)
		t.Run(name+" whole", func(t *testing.T) {
			if got := countOf(t, file, name); got != whole.Matched {
				t.Errorf("%d features, want %d", got, whole.Matched)
			}
		})
		first := whole.Features[0].Properties["name"].(string)
		filtered := filepath.Join(t.TempDir(), "filtered.gpkg")
		gdal(t, "ogr2ogr", "-f", "GPKG", filtered, source, name, "-nln", name, "-where", "name = '"+first+"'")
		t.Run(name+" by name", func(t *testing.T) {
			want := itemsOf(t, r, layer, "limit=1&name="+first).Matched
			if got := countOf(t, filtered, name); got != want || want == 0 {
				t.Errorf("%d features of the name %s, want %d", got, first, want)
			}
		})
		const box = "116.30 23.55 116.42 23.66"
		boxed := filepath.Join(t.TempDir(), "boxed.gpkg")
		gdal(t, "ogr2ogr", append([]string{"-f", "GPKG", boxed, source, name, "-nln", name, "-spat"}, strings.Fields(box)...)...)
		t.Run(name+" in a box", func(t *testing.T) {
			want := itemsOf(t, r, layer, "limit=1&bbox="+strings.ReplaceAll(box, " ", ",")).Matched
			if got := countOf(t, boxed, name); got != want || want == 0 {
				t.Errorf("%d features, want %d", got, want)
			}
		})
		t.Run(name+" back", func(t *testing.T) {
			code, stdout, stderr := execute(t, "import", name, file, "--source-layer", name, "--database-url", r.database)
			want := strconv.Itoa(whole.Matched) + " unchanged, 0 refused"
			if code != 0 || !strings.Contains(stdout, want) {
				t.Errorf("exit code %d, want %q in\n%s%s", code, want, stdout, stderr)
			}
		})
	}
}

// items is the part of a page of features that the test looks at.
type items struct {
	Matched  int `json:"numberMatched"`
	Features []struct {
		Properties map[string]any `json:"properties"`
	} `json:"features"`
}

func itemsOf(t *testing.T, r *running, layer *geo.Layer, query string) items {
	t.Helper()
	status, body := r.get(t, "/ogc/collections/"+string(layer.Name)+"/items?"+query)
	var page items
	if err := json.Unmarshal([]byte(body), &page); err != nil || status != 200 {
		t.Fatalf("%s?%s: status %d, %v", layer.Name, query, status, err)
	}
	return page
}

func countOf(t *testing.T, file, layer string) int {
	t.Helper()
	summary := gdal(t, "ogrinfo", "-ro", "-so", file, layer)
	_, after, _ := strings.Cut(summary, "Feature Count: ")
	digits, _, _ := strings.Cut(after, "\n")
	count, err := strconv.Atoi(digits)
	if err != nil {
		t.Fatalf("ogrinfo says no count: %s", summary)
	}
	return count
}

func gdal(t *testing.T, program string, arguments ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), program, arguments...)
	var complaint strings.Builder
	command.Stderr = &complaint
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%s %q: %v: %s (gdal-bin brings it)", program, arguments, err, complaint.String())
	}
	return string(output)
}
