package pmtiles

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"fmt"
)

// entry says where the content of one or more consecutive tiles is, or a leaf directory, whose run is 0.
type entry struct {
	id     uint64
	offset uint64 // from the start of the section
	length uint32
	run    uint32 // of tiles with this content
}

// encode writes a directory (section 4.2), uncompressed.
func encode(entries []entry) []byte {
	b := binary.AppendUvarint(nil, uint64(len(entries)))
	var last uint64
	for _, e := range entries {
		b = binary.AppendUvarint(b, e.id-last)
		last = e.id
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(e.run))
	}
	for _, e := range entries {
		b = binary.AppendUvarint(b, uint64(e.length))
	}
	var next uint64
	for i, e := range entries {
		if i > 0 && e.offset == next {
			b = append(b, 0) // it follows the entry before
		} else {
			b = binary.AppendUvarint(b, e.offset+1)
		}
		next = e.offset + uint64(e.length)
	}
	return b
}

// directories writes the root directory, and leaf directories if it would be too large without.
func directories(entries []entry) (root, leaves []byte, err error) {
	root, err = compress(encode(entries))
	for size := smallestLeaf; err == nil && len(root) > maxRoot; size *= 2 {
		root, leaves, err = split(entries, size)
	}
	return root, leaves, err
}

// smallestLeaf is the number of entries in a leaf directory of all but the largest archives: some 10 KB.
const smallestLeaf = 4096

// split writes leaf directories of so many entries, and the root directory of them.
func split(entries []entry, size int) (root, leaves []byte, err error) {
	var roots []entry
	for len(entries) > 0 {
		part := entries[:min(size, len(entries))]
		entries = entries[len(part):]
		leaf, err := compress(encode(part))
		if err != nil {
			return nil, nil, err
		}
		roots = append(roots, entry{id: part[0].id, offset: uint64(len(leaves)), length: uint32(len(leaf))})
		leaves = append(leaves, leaf...)
	}
	root, err = compress(encode(roots))
	return root, leaves, err
}

func compress(b []byte) ([]byte, error) {
	var packed bytes.Buffer
	w, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(b)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, fmt.Errorf("compress a part of the archive: %w", err)
	}
	return packed.Bytes(), nil
}
