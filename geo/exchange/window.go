package exchange

import "io"

// window is a piece of a text in memory, which moves on as the text is read. As a reader it gives what is in it first.
type window struct {
	r          io.Reader
	buffer     []byte
	start, end int   // of what is not read yet, in buffer
	offset     int64 // of start in the text
	err        error // that ended the text
}

func newWindow(r io.Reader) *window { return &window{r: r, buffer: make([]byte, bufferSize)} }

// rest is what is in the window and not read yet. It is valid until more or Read is called.
func (w *window) rest() []byte { return w.buffer[w.start:w.end] }

// advance marks the next n bytes as read, or the last -n as not read: those that Read gave last may be given back.
func (w *window) advance(n int) {
	w.start += n
	w.offset += int64(n)
}

// more reads on, and tells whether there is more in the window than before.
func (w *window) more() bool {
	if w.err != nil || w.start == 0 && w.end == len(w.buffer) {
		return false
	}
	w.end = copy(w.buffer, w.rest())
	w.start = 0
	const patience = 100 // of reads without bytes, as bufio has it
	for range patience {
		var n int
		n, w.err = w.r.Read(w.buffer[w.end:])
		w.end += n
		if n > 0 || w.err != nil {
			return n > 0
		}
	}
	w.err = io.ErrNoProgress
	return false
}

// Read gives what is in the window, and reads on where that is nothing.
func (w *window) Read(b []byte) (int, error) {
	if w.start == w.end && !w.more() {
		return 0, w.err
	}
	n := copy(b, w.rest())
	w.advance(n)
	return n, nil
}
