package exchange

import (
	"errors"
	"io"
	"os"
)

// Rewindable tells whether the file can be read a second time: it is a plain one, packed by gzip or not, that Open has
// opened and that is read by the program itself.
func (r *Reader) Rewindable() bool { return r.file != nil }

// Rewind goes back to the beginning of the file and forgets what was seen of it, so that Records can be ranged over once
// more. An earlier range must have ended.
func (r *Reader) Rewind() error {
	if r.file == nil {
		return errors.New("what has no beginning to go back to cannot be read again")
	}
	if _, err := r.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	r.read.Store(0)
	r.ignored, r.stray, r.heights, r.system = make(map[string]bool), Stray{}, false, System{}
	if r.options.System != nil {
		r.system = *r.options.System
	}
	return nil
}

// rewindable keeps the file for Rewind, if it is what is read.
func (r *Reader) rewindable(file *os.File) {
	if r.source == io.Reader(file) {
		r.file = file
	}
}
