package main

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"xiangtu/geo"
)

// QGIS, a client that we did not write, opens, reads and draws every layer, by OGC API Features and as vector tiles. Its
// pictures are kept in var/test/qgis.
func TestQGISReadsAndDrawsEveryLayer(t *testing.T) {
	t.Parallel()
	const python = "/usr/bin/python3" // Debian's, which knows Debian's QGIS
	if err := exec.Command(python, "-c", "import qgis.core").Run(); err != nil {
		if os.Getenv("CI") == "" {
			t.Skip("there is no QGIS: make install-test brings it")
		}
		t.Fatal("there is no QGIS: make install-test brings it")
	}
	const pictures = "../var/test/qgis"
	if err := os.MkdirAll(pictures, 0o755); err != nil {
		t.Fatal(err)
	}
	r := runServe(t)
	defer r.interrupt()
	command := exec.CommandContext(t.Context(), python, "testdata/qgis.py", r.base, pictures)
	command.Stderr = t.Output()
	output, err := command.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	seen := 0
	for line := range strings.Lines(string(output)) {
		verdict, rest, _ := strings.Cut(strings.TrimSpace(line), "\t")
		check, detail, _ := strings.Cut(rest, "\t")
		t.Run(check, func(t *testing.T) {
			if verdict != "ok" {
				t.Error(detail)
			}
		})
		seen++
	}
	const checksOfLayer = 9
	if want := checksOfLayer * len(geo.Layers()); seen < want {
		t.Errorf("%d checks, want %d at least:\n%s", seen, want, output)
	}
}
