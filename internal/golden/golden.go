// Package golden compares what a test observed with a file that says what it should be.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write what is observed into testdata")

// Equal fails the test if got is not what the file at path under testdata holds; with -update it writes the file.
func Equal(t testing.TB, path string, got []byte) {
	t.Helper()
	path = filepath.Join("testdata", path)
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (write it with go test -update)", err)
	}
	if string(want) != string(got) {
		t.Errorf("%s differs (accept it with go test -update):\n--- want\n%s\n--- got\n%s", path, want, got)
	}
}
