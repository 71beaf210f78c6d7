package exchange

import (
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"runtime"
	"slices"
	"sync"

	"xiangtu/geo"
	"xiangtu/geo/crs"
)

// Reader reads the features of one layer from a file: a GeoJSON FeatureCollection (RFC 7946), or Features in a row, a
// line each or as a text sequence (RFC 8142); packed by gzip or plain. Memory does not depend on the size of the file.
type Reader struct {
	layer   *geo.Layer
	source  io.Reader
	crs     crs.CRS
	ignored map[string]bool
}

// NewReader makes a reader of features of that layer. system is the reference system of the file's coordinates.
func NewReader(layer *geo.Layer, source io.Reader, system crs.CRS) *Reader {
	return &Reader{layer: layer, source: source, crs: system, ignored: make(map[string]bool)}
}

// Layer is the layer that the features belong to.
func (r *Reader) Layer() *geo.Layer { return r.layer }

// Ignored lists the properties that the layer does not have and that were passed over, once the reading has ended.
func (r *Reader) Ignored() []string {
	names := make([]string, 0, len(r.ignored))
	for name := range r.ignored {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// A batch is large enough for its hand-over to cost nothing, and small enough for many to be under way.
const (
	batchBytes    = 256 << 10
	batchFeatures = 256
)

// batch is some features in a row, on their way from the file to their records.
type batch struct {
	first   int // index of the first
	text    []byte
	ends    []int // where each ends in text
	records []Record
	decoded chan struct{} // closed when records are there
	err     error         // what ended the reading after these features; io.EOF at the end of the file
}

// Records reads the file and yields its features in order. An error is the last that it yields: the file cannot be read
// on, or ctx has ended. It can be ranged over once.
//
// The text is cut into features by one goroutine and decoded by one a processor. They have ended when the range has.
func (r *Reader) Records(ctx context.Context) iter.Seq2[*Record, error] {
	return func(yield func(*Record, error) bool) {
		ctx, cancel := context.WithCancel(ctx)
		workers := runtime.GOMAXPROCS(0)
		todo := make(chan *batch, workers)
		inOrder := make(chan *batch, 2*workers)
		decoders := make([]*decoder, workers)
		var running sync.WaitGroup
		running.Go(func() { r.cut(ctx, todo, inOrder) })
		for i := range decoders {
			decoders[i] = newDecoder(r.layer, r.crs)
			running.Go(func() {
				for b := range todo {
					b.decode(decoders[i])
				}
			})
		}
		defer func() {
			cancel()
			running.Wait()
			for _, d := range decoders {
				for name := range d.ignored {
					r.ignored[name] = true
				}
			}
		}()
		deliver(ctx, inOrder, yield)
	}
}

// deliver yields the records of the batches.
func deliver(ctx context.Context, inOrder <-chan *batch, yield func(*Record, error) bool) {
	for b := range inOrder {
		select {
		case <-b.decoded:
		case <-ctx.Done():
			yield(nil, ctx.Err())
			return
		}
		for i := range b.records {
			if !yield(&b.records[i], nil) {
				return
			}
		}
		if b.err != nil && !errors.Is(b.err, io.EOF) {
			// Who stops a reading may do so by closing what is read.
			yield(nil, cmp.Or(ctx.Err(), b.err))
			return
		}
	}
	if err := ctx.Err(); err != nil {
		yield(nil, err)
	}
}

// cut reads the file into batches until it ends, cannot be read on, or ctx ends.
func (r *Reader) cut(ctx context.Context, todo, inOrder chan<- *batch) {
	defer close(todo)
	defer close(inOrder)
	scanner, err := newScanner(r.source, r.crs)
	for first := 0; ; {
		b := &batch{first: first, decoded: make(chan struct{}), err: err}
		if err == nil {
			b.fill(scanner)
		}
		first += len(b.ends)
		select {
		case inOrder <- b:
		case <-ctx.Done():
			return
		}
		select {
		case todo <- b:
		case <-ctx.Done():
			return
		}
		if b.err != nil {
			return
		}
	}
}

// fill reads features until the batch is full.
func (b *batch) fill(s *scanner) {
	for len(b.ends) < batchFeatures && len(b.text) < batchBytes {
		text, err := s.next()
		if err != nil {
			b.err = err
			return
		}
		b.text = append(b.text, text...)
		b.ends = append(b.ends, len(b.text))
	}
}

func (b *batch) decode(d *decoder) {
	defer close(b.decoded)
	start := 0
	b.records = make([]Record, len(b.ends))
	for i, end := range b.ends {
		b.records[i] = d.decode(b.first+i, b.text[start:end:end])
		start = end
	}
	b.text = nil
}
