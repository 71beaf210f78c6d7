package pmtiles

import (
	"encoding/binary"
	"math"
)

const (
	headerSize = 127
	// maxRoot is the greatest size of the root directory: with the header it must lie in the first 16 KiB (section 2).
	maxRoot = dataOffset - headerSize
	// dataOffset is where the tiles begin. Directories come after them, because they are known last.
	dataOffset = 16384

	compressionGzip = 2
	typeMVT         = 1
)

// section is a part of an archive.
type section struct{ offset, length uint64 }

// header is what an archive begins with (section 3).
type header struct {
	root, metadata, leaves, data section
	addressed, entries, contents uint64
	Description
}

func (h *header) bytes() []byte {
	b := make([]byte, 0, headerSize)
	b = append(b, "PMTiles\x03"...)
	for _, s := range []section{h.root, h.metadata, h.leaves, h.data} {
		b = binary.LittleEndian.AppendUint64(b, s.offset)
		b = binary.LittleEndian.AppendUint64(b, s.length)
	}
	for _, count := range []uint64{h.addressed, h.entries, h.contents} {
		b = binary.LittleEndian.AppendUint64(b, count)
	}
	const clustered = 1
	b = append(b, clustered, compressionGzip, compressionGzip, typeMVT, h.MinZoom, h.MaxZoom)
	b = appendDegrees(b, h.Bounds[:])
	b = append(b, h.CenterZoom)
	return appendDegrees(b, h.Center[:])
}

// appendDegrees writes positions (section 3.4).
func appendDegrees(b []byte, degrees []float64) []byte {
	for _, d := range degrees {
		b = binary.LittleEndian.AppendUint32(b, uint32(int32(math.Round(d*1e7))))
	}
	return b
}
