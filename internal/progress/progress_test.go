package progress

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"
)

func TestPlainLines(t *testing.T) {
	var out bytes.Buffer
	clock := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	p := Start(&out, "grids", 3013, Items)
	p.now = func() time.Time { return clock }
	p.spoken = clock

	p.Add(500) // too soon for a line
	clock = clock.Add(interval)
	p.Add(1000)
	p.Add(1513)
	p.Done()

	const want = "grids: 1,500 of 3,013 (49 %)\ngrids: 3,013, done\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", &out, want)
	}
}

func TestAmountsThatAreNotKnown(t *testing.T) {
	var out bytes.Buffer
	p := Start(&out, "grids.geojson", -1, Bytes)
	if _, err := io.Copy(p, strings.NewReader(strings.Repeat("x", 3<<20))); err != nil {
		t.Fatal(err)
	}
	p.Done()
	if want := "grids.geojson: 3.0 MiB, done\n"; out.String() != want {
		t.Errorf("got %q, want %q", &out, want)
	}
}

func TestFailureIsLeftToSpeakForItself(t *testing.T) {
	var out bytes.Buffer
	p := Start(&out, "grids", 10, Items)
	p.Add(3)
	p.Stop()
	if out.Len() != 0 {
		t.Errorf("got %q", &out)
	}
}
