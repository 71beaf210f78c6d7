// Package pmtiles writes PMTiles archives, version 3 (github.com/protomaps/PMTiles, spec/v3): all tiles of a map in one
// file, of which readers fetch the ranges of bytes that they need. The tiles are vector tiles in gzip.
package pmtiles

import (
	"bufio"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Description is what the header of an archive says of its map.
type Description struct {
	MinZoom, MaxZoom uint8
	Bounds           [4]float64 // west, south, east, north in degrees
	Center           [2]float64 // longitude, latitude
	CenterZoom       uint8
}

// File is what an archive is written to, from its beginning.
type File interface {
	io.Writer
	io.WriterAt
}

// Writer writes an archive. What it keeps in memory are some 80 bytes for each different tile.
type Writer struct {
	file      File
	data      *bufio.Writer
	size      uint64 // of the tiles
	entries   []entry
	addressed uint64
	contents  map[[16]byte]content // by their hash
}

// content is where the bytes of tiles are that look alike.
type content struct {
	offset uint64
	length uint32
}

// NewWriter starts an archive.
func NewWriter(file File) (*Writer, error) {
	const bufferSize = 256 << 10
	w := &Writer{file: file, data: bufio.NewWriterSize(file, bufferSize), contents: make(map[[16]byte]content)}
	if _, err := w.data.Write(make([]byte, dataOffset)); err != nil {
		return nil, err
	}
	return w, nil
}

// Add adds a tile, which is in gzip. Tiles come in the order of their IDs, and those that are empty do not come at all.
func (w *Writer) Add(z, x, y uint32, tile []byte) error {
	id := ID(z, x, y)
	var last *entry
	if len(w.entries) > 0 {
		last = &w.entries[len(w.entries)-1]
		if id < last.id+uint64(last.run) {
			return fmt.Errorf("tile %d/%d/%d comes too late for the archive's order", z, x, y)
		}
	}
	if len(tile) == 0 {
		return errors.New("an empty tile has no place in an archive")
	}
	at, err := w.place(tile)
	if err != nil {
		return err
	}
	w.addressed++
	if last != nil && last.offset == at.offset && id == last.id+uint64(last.run) {
		last.run++
		return nil
	}
	w.entries = append(w.entries, entry{id: id, offset: at.offset, length: at.length, run: 1})
	return nil
}

// place writes the bytes, unless they are there.
func (w *Writer) place(tile []byte) (content, error) {
	sum := sha256.Sum256(tile)
	hash := [16]byte(sum[:])
	if known, ok := w.contents[hash]; ok {
		return known, nil
	}
	at := content{w.size, uint32(len(tile))}
	if _, err := w.data.Write(tile); err != nil {
		return at, err
	}
	w.size += uint64(len(tile))
	w.contents[hash] = at
	return at, nil
}

// Tiles is the number of tiles that were added.
func (w *Writer) Tiles() int { return int(w.addressed) }

// Contents is the number of tiles that differ.
func (w *Writer) Contents() int { return len(w.contents) }

// Finish writes what tells where the tiles are. metadata becomes a JSON object (section 5). An archive without a tile is
// none.
func (w *Writer) Finish(d Description, metadata any) error {
	if len(w.entries) == 0 {
		return errors.New("an archive must have a tile")
	}
	text, err := json.Marshal(metadata)
	if err != nil {
		return fmt.Errorf("write the archive's metadata: %w", err)
	}
	if text, err = compress(text); err != nil {
		return err
	}
	root, leaves, err := directories(w.entries)
	if err != nil {
		return err
	}
	for _, part := range [][]byte{text, leaves} {
		if _, err := w.data.Write(part); err != nil {
			return err
		}
	}
	if err := w.data.Flush(); err != nil {
		return err
	}
	h := header{
		root:     section{headerSize, uint64(len(root))},
		data:     section{dataOffset, w.size},
		metadata: section{dataOffset + w.size, uint64(len(text))},
		leaves:   section{dataOffset + w.size + uint64(len(text)), uint64(len(leaves))},

		addressed: w.addressed, entries: uint64(len(w.entries)), contents: uint64(len(w.contents)),
		Description: d,
	}
	_, err = w.file.WriteAt(append(h.bytes(), root...), 0)
	return err
}
