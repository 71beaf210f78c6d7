package tiles

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// packer compresses tiles. It keeps its writers, whose tables are larger than
// most tiles.
type packer struct{ writers sync.Pool }

// pack gives the tile in gzip, at the fastest level: coordinates in a tile are
// packed already, and the best level gains a twentieth for five times the work.
func (p *packer) pack(tile []byte) ([]byte, error) {
	w, ok := p.writers.Get().(*gzip.Writer)
	if !ok {
		var err error
		if w, err = gzip.NewWriterLevel(nil, gzip.BestSpeed); err != nil {
			return nil, fmt.Errorf("make a gzip writer: %w", err)
		}
	}
	defer p.writers.Put(w)
	var packed bytes.Buffer
	packed.Grow(len(tile)/2 + len(tile)/8)
	w.Reset(&packed)
	if _, err := w.Write(tile); err != nil {
		return nil, fmt.Errorf("compress a tile: %w", err)
	}
	if err := w.Close(); err != nil {
		return nil, fmt.Errorf("compress a tile: %w", err)
	}
	return bytes.Clone(packed.Bytes()), nil
}
