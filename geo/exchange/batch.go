package exchange

import (
	"context"
	"slices"

	"golang.org/x/sync/semaphore"
)

// A batch is large enough for its hand-over to cost nothing, and small enough for many to be under way.
const (
	batchBytes    = 256 << 10
	batchFeatures = 256
)

// underWay bounds the bytes of the batches that are read and not yet delivered; one that is larger goes alone. What is
// made of a byte of text takes about two more.
const underWay = 24 << 20

// batch is some features in a row, on their way from the file to their records. It is used again with its memory, for
// to ask the system for other takes a tenth of the time that a file takes.
type batch struct {
	memory
	source  source
	system  System
	text    []byte // where the texts of the pieces are
	pieces  []piece
	records []Record
	decoded chan struct{} // told when records are there
	weight  int64
	err     error // what ended the reading after these features; io.EOF at the end of the file
}

// fill reads features until the batch is full. They all have one reference system.
func (b *batch) fill(from source) {
	for len(b.pieces) < batchFeatures && len(b.text) < batchBytes {
		p, err := from.next()
		if err != nil {
			b.err = err
			break
		}
		start := len(b.text)
		if len(p.text) > batchBytes {
			b.text = slices.Grow(b.text, len(p.text)) // no more than it takes
		}
		b.text = append(b.text, p.text...)
		p.text = b.text[start:len(b.text):len(b.text)]
		b.pieces = append(b.pieces, p)
	}
	b.system = from.stated()
}

// decode makes the records, up to the first piece that the reading ends at.
func (b *batch) decode(d *decoder) {
	d.system = b.system
	b.memory = d.reserve(b.memory, len(b.pieces), len(b.text))
	for _, p := range b.pieces {
		record, err := b.source.decode(d, p)
		if err != nil {
			b.err = err
			break
		}
		b.records = append(b.records, record)
	}
	b.geometries = d.geometries // which has grown if positions are short
	b.decoded <- struct{}{}
}

// line is what batches go along: to the decoders, and in their order to whoever takes the records, and back.
type line struct {
	room          *semaphore.Weighted
	todo, inOrder chan *batch
	idle          chan *batch
}

func newLine(workers int) *line {
	return &line{
		room: semaphore.NewWeighted(underWay), todo: make(chan *batch, workers),
		inOrder: make(chan *batch, 2*workers), idle: make(chan *batch, 2*workers),
	}
}

// batch gives an empty one.
func (l *line) batch() *batch {
	select {
	case b := <-l.idle:
		b.text, b.pieces, b.records = b.text[:0], b.pieces[:0], b.records[:0]
		return b
	default:
		return &batch{text: make([]byte, 0, batchBytes+batchBytes/8), decoded: make(chan struct{}, 1)}
	}
}

// hand sends a batch on its way. It tells whether it did before ctx has ended.
func (l *line) hand(ctx context.Context, b *batch) bool {
	b.weight = min(int64(len(b.text)), underWay)
	if l.room.Acquire(ctx, b.weight) != nil {
		return false
	}
	select {
	case l.inOrder <- b:
	case <-ctx.Done():
		return false
	}
	select {
	case l.todo <- b:
	case <-ctx.Done():
		return false
	}
	return true
}

// release takes a batch back whose records are delivered. One that was unusually large is given up.
func (l *line) release(b *batch) {
	l.room.Release(b.weight)
	if cap(b.text) > 2*batchBytes {
		return
	}
	select {
	case l.idle <- b:
	default:
	}
}
