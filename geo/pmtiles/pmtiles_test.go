package pmtiles_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"xiangtu/geo/pmtiles"
	"xiangtu/internal/archive"
)

// The numbers are those of the specification's section 4.1.
func TestIDs(t *testing.T) {
	for id, tile := range map[uint64][3]uint32{
		0: {}, 1: {1, 0, 0}, 2: {1, 0, 1}, 3: {1, 1, 1}, 4: {1, 1, 0}, 5: {2, 0, 0}, 19078479: {12, 3423, 1763},
	} {
		if got := pmtiles.ID(tile[0], tile[1], tile[2]); got != id {
			t.Errorf("%v is %d, want %d", tile, got, id)
		}
	}
	first := uint64(0)
	for z := uint32(0); z <= 7; z++ {
		for id := first; id < first+1<<(2*z); id++ {
			tile := archive.TileOf(id)
			if got := pmtiles.ID(tile.Z, tile.X, tile.Y); got != id {
				t.Fatalf("%v is %d, want %d", tile, got, id)
			}
			// The four below follow each other, in the order of those above.
			below := first + 1<<(2*z) + 4*(id-first)
			for i := range uint64(4) {
				if child := archive.TileOf(below + i); child.X/2 != tile.X || child.Y/2 != tile.Y {
					t.Fatalf("%v is not below %v", child, tile)
				}
			}
		}
		first += 1 << (2 * z)
	}
}

// packer returns a function that gives a text in gzip, which does not make it smaller: that would take most of the time,
// and the archive does not look inside.
func packer(t testing.TB) func(text string) []byte {
	t.Helper()
	w, err := gzip.NewWriterLevel(nil, gzip.NoCompression)
	if err != nil {
		t.Fatal(err)
	}
	return func(text string) []byte {
		var packed bytes.Buffer
		w.Reset(&packed)
		if _, err := w.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return packed.Bytes()
	}
}

// write makes an archive of the tiles of level z whose text is not empty, and reads it again.
func write(t testing.TB, z uint32, text func(number uint64) string) (*archive.Archive, map[archive.Tile]string) {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "map.pmtiles"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w, err := pmtiles.NewWriter(file)
	if err != nil {
		t.Fatal(err)
	}
	want := map[archive.Tile]string{}
	pack, packed := packer(t), map[string][]byte{}
	first := pmtiles.ID(z, 0, 0)
	for number := range uint64(1) << (2 * z) {
		content := text(number)
		if content == "" {
			continue
		}
		if packed[content] == nil {
			packed[content] = pack(content)
		}
		tile := archive.TileOf(first + number)
		want[tile] = content
		if err := w.Add(tile.Z, tile.X, tile.Y, packed[content]); err != nil {
			t.Fatal(err)
		}
	}
	d := pmtiles.Description{MinZoom: uint8(z), MaxZoom: uint8(z), Bounds: [4]float64{-180, -85, 180, 85.5}, Center: [2]float64{116.3239451, -23.6}, CenterZoom: 3}
	if err := w.Finish(d, map[string]any{"name": "测试", "vector_layers": []any{}}); err != nil {
		t.Fatal(err)
	}
	a, err := archive.Read(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Tiles) != len(want) || len(a.Tiles) != w.Tiles() {
		t.Fatalf("%d tiles, %d by the writer, want %d", len(a.Tiles), w.Tiles(), len(want))
	}
	for tile, content := range want {
		if string(a.Tiles[tile]) != content {
			t.Fatalf("%v is %q, want %q", tile, a.Tiles[tile], content)
		}
	}
	return a, want
}

func TestAnArchiveReadsBack(t *testing.T) {
	a, _ := write(t, 3, func(n uint64) string {
		if n%3 == 0 {
			return ""
		}
		return fmt.Sprint("tile ", n)
	})
	if a.Leaves != 0 || a.Header.MinZoom != 3 || a.Header.North != 855000000 || a.Header.CenterLongitude != 1163239451 || a.Header.CenterLatitude != -236000000 || a.Metadata["name"] != "测试" {
		t.Errorf("%+v %v", a.Header, a.Metadata)
	}
}

// The same content is there once, and tiles in a row that have it are one entry.
func TestTheSameTilesAreOne(t *testing.T) {
	a, _ := write(t, 6, func(n uint64) string { return []string{"sea", "land"}[n/1024%2] })
	if a.Header.Addressed != 4096 || a.Header.Entries != 4 || a.Header.Contents != 2 {
		t.Errorf("%+v", a.Header)
	}
}

// What does not fit into the first 16 KiB goes into leaf directories.
func TestLargeArchivesHaveLeaves(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	a, _ := write(t, 7, func(n uint64) string {
		if random.IntN(7) == 0 {
			return ""
		}
		content := binary.LittleEndian.AppendUint64(nil, n)
		for range random.IntN(200) { // of any length, also packed
			content = binary.LittleEndian.AppendUint64(content, random.Uint64())
		}
		return string(content)
	})
	if a.Leaves < 3 {
		t.Errorf("%d leaf directories of %d entries", a.Leaves, a.Header.Entries)
	}
}

func TestWhatAnArchiveRefuses(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "map.pmtiles"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	w, err := pmtiles.NewWriter(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Finish(pmtiles.Description{}, nil); err == nil {
		t.Error("an archive without tiles")
	}
	pack := packer(t)
	if err := w.Add(1, 1, 1, pack("tile")); err != nil {
		t.Fatal(err)
	}
	if w.Add(1, 1, 1, pack("again")) == nil || w.Add(1, 0, 0, pack("before")) == nil || w.Add(1, 1, 0, nil) == nil {
		t.Error("a tile twice, out of order, or empty")
	}
}
