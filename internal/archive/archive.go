// Package archive reads PMTiles archives for tests. It is written from the specification alone, and knows nothing of the
// program's writer.
package archive

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// Tile is a place in the pyramid.
type Tile struct{ Z, X, Y uint32 }

// Header is what an archive begins with, of version 3: sections as pairs of offset and length, then counts.
type Header struct {
	Magic                                  [7]byte
	Version                                uint8
	Root, Metadata, Leaves, Data           [2]uint64
	Addressed, Entries, Contents           uint64
	Clustered, Internal, Compression, Type uint8
	MinZoom, MaxZoom                       uint8
	West, South, East, North               int32 // in 1e-7 degrees
	CenterZoom                             uint8
	CenterLongitude, CenterLatitude        int32
}

// Archive is an archive with all of its tiles.
type Archive struct {
	Header   Header
	Metadata map[string]any
	Tiles    map[Tile][]byte // unpacked
	Leaves   int             // leaf directories
}

// Read reads an archive whole. It fails where the archive breaks a rule of the specification.
func Read(name string) (*Archive, error) {
	file, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	a := &Archive{Tiles: map[Tile][]byte{}}
	if err := binary.Read(bytes.NewReader(file), binary.LittleEndian, &a.Header); err != nil {
		return nil, err
	}
	h := &a.Header
	if string(h.Magic[:]) != "PMTiles" || h.Version != 3 || h.Internal != 2 || h.Compression != 2 || h.Type != 1 {
		return nil, fmt.Errorf("header %+v", h)
	}
	if h.Root[0]+h.Root[1] > 16384 {
		return nil, fmt.Errorf("the root directory reaches to byte %d", h.Root[0]+h.Root[1])
	}
	var unpack unpacker
	text, err := unpack.all(part(file, h.Metadata))
	if err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	if err := json.Unmarshal(text, &a.Metadata); err != nil {
		return nil, fmt.Errorf("metadata: %w", err)
	}
	w := walk{archive: a, file: file, contents: map[uint64]bool{}}
	if err := w.directory(part(file, h.Root), true); err != nil {
		return nil, err
	}
	return a, w.check()
}

func part(file []byte, s [2]uint64) []byte { return file[s[0] : s[0]+s[1]] }

// unpacker reads gzip, again and again with the same memory.
type unpacker struct{ reader gzip.Reader }

func (u *unpacker) all(b []byte) ([]byte, error) {
	if err := u.reader.Reset(bytes.NewReader(b)); err != nil {
		return nil, err
	}
	return io.ReadAll(&u.reader)
}

// walk goes through the directories.
type walk struct {
	archive  *Archive
	file     []byte
	entries  uint64
	end      uint64 // of the contents seen
	nextID   uint64
	contents map[uint64]bool // by their offsets
	unpack   unpacker
}

func (w *walk) directory(packed []byte, root bool) error {
	b, err := w.unpack.all(packed)
	if err != nil {
		return fmt.Errorf("directory: %w", err)
	}
	next := func() uint64 {
		v, n := binary.Uvarint(b)
		b = b[n:]
		return v
	}
	count := next()
	if count == 0 {
		return fmt.Errorf("a directory is empty")
	}
	columns := [4][]uint64{}
	for c := range columns {
		for range count {
			columns[c] = append(columns[c], next())
		}
	}
	var id, offset uint64
	for i := range count {
		id += columns[0][i]
		run, length := columns[1][i], columns[2][i]
		if o := columns[3][i]; o > 0 {
			offset = o - 1
		}
		if run == 0 {
			if !root {
				return fmt.Errorf("a leaf directory leads to another")
			}
			w.archive.Leaves++
			at := w.archive.Header.Leaves[0] + offset
			err = w.directory(w.file[at:at+length], false)
		} else {
			err = w.content(id, run, offset, length)
		}
		if err != nil {
			return err
		}
		offset += length
	}
	return nil
}

func (w *walk) content(id, run, offset, length uint64) error {
	if id < w.nextID {
		return fmt.Errorf("tile %d comes after %d", id, w.nextID-1)
	}
	w.nextID = id + run
	w.entries++
	if offset > w.end || !w.contents[offset] && offset != w.end {
		return fmt.Errorf("the tiles are not clustered: offset %d at %d", offset, w.end)
	}
	w.contents[offset] = true
	w.end = max(w.end, offset+length)
	at := w.archive.Header.Data[0] + offset
	body, err := w.unpack.all(w.file[at : at+length])
	if err != nil {
		return fmt.Errorf("tile %d: %w", id, err)
	}
	if len(body) == 0 {
		return fmt.Errorf("tile %d is empty", id)
	}
	for i := range run {
		w.archive.Tiles[TileOf(id+i)] = body
	}
	return nil
}

// check compares the counts and sizes in the header with what there is.
func (w *walk) check() error {
	h := w.archive.Header
	whole := 16384 + h.Data[1] + h.Metadata[1] + h.Leaves[1]
	if h.Addressed != uint64(len(w.archive.Tiles)) || h.Entries != w.entries || h.Contents != uint64(len(w.contents)) ||
		h.Data[1] != w.end || uint64(len(w.file)) != whole || h.Clustered != 1 {
		return fmt.Errorf("%+v, but %d tiles, %d entries, %d contents, %d bytes of data, %d in all",
			h, len(w.archive.Tiles), w.entries, len(w.contents), w.end, len(w.file))
	}
	return nil
}

// TileOf gives the place of a number on the Hilbert curves of the levels (section 4.1).
func TileOf(id uint64) Tile {
	var t Tile
	for first := uint64(0); ; {
		count := uint64(1) << (2 * t.Z)
		if id < first+count {
			id -= first
			break
		}
		first += count
		t.Z++
	}
	for side := uint32(1); side < 1<<t.Z; side *= 2 {
		east := uint32(1 & (id / 2))
		south := uint32(1 & (id ^ uint64(east)))
		if south == 0 {
			if east == 1 {
				t.X, t.Y = side-1-t.X, side-1-t.Y
			}
			t.X, t.Y = t.Y, t.X
		}
		t.X += side * east
		t.Y += side * south
		id /= 4
	}
	return t
}
