package cluster

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheLogIsSetAsideWhenItIsFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "postgres.log")
	log, err := openLog(path)
	if err != nil {
		t.Fatal(err)
	}
	line := strings.Repeat("x", 1<<20-1) + "\n"
	for range 3 * maxLogSize >> 20 {
		if _, err := log.Write([]byte(line)); err != nil {
			t.Fatal(err)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + ".1"} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if info.Size() > maxLogSize {
			t.Errorf("%s has %d bytes, want at most %d", name, info.Size(), maxLogSize)
		}
	}
}
