package main

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/klauspost/compress/gzip"
)

// exportFile is the file that an export writes. A regular file is made beside its name and gets it when it is whole, so
// that a name never stands for half an export.
type exportFile struct {
	io.Writer
	buffer *bufio.Writer
	packed *gzip.Writer // nil for a file as it is
	file   *os.File     // nil for the standard output
	name   string       // that the file gets when it is whole; empty if it has it already
}

// standardOutput is the name of the standard output.
const standardOutput = "-"

// createExport opens a path, or stdout for -. Names that end in .gz are written through gzip.
func createExport(name string, stdout io.Writer) (*exportFile, error) {
	const bufferSize = 256 << 10
	f := &exportFile{}
	out := stdout
	if name != standardOutput {
		if err := f.open(name); err != nil {
			return nil, err
		}
		out = f.file
	}
	f.buffer = bufio.NewWriterSize(out, bufferSize)
	f.Writer = f.buffer
	if strings.HasSuffix(name, ".gz") {
		f.packed = gzip.NewWriter(f.buffer)
		f.Writer = f.packed
	}
	return f, nil
}

func (f *exportFile) open(name string) (err error) {
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		f.file, err = os.OpenFile(name, os.O_WRONLY, 0) // a device or a pipe stays what it is
		return err
	}
	f.name = name
	f.file, err = os.Create(name + ".part")
	return err
}

// commit writes what is left, and gives the file its name.
func (f *exportFile) commit() error {
	if f.packed != nil {
		if err := f.packed.Close(); err != nil {
			return err
		}
	}
	if err := f.buffer.Flush(); err != nil || f.file == nil {
		return err
	}
	if f.name == "" {
		return f.file.Close()
	}
	if err := errors.Join(f.file.Sync(), f.file.Close()); err != nil {
		return err
	}
	err := os.Rename(f.file.Name(), f.name)
	if err == nil {
		f.name = ""
	}
	return err
}

// folder is where there is room for what is made before the file: beside it, or the system's choice (empty).
func (f *exportFile) folder() string {
	if f.name == "" {
		return ""
	}
	return filepath.Dir(f.name)
}

// close ends whoever is writing.
func (f *exportFile) close() {
	if f.file != nil {
		f.file.Close()
	}
}

// discard removes what was not committed. It does nothing after commit.
func (f *exportFile) discard() {
	if f.file == nil {
		return
	}
	f.file.Close()
	if f.name != "" {
		_ = os.Remove(f.file.Name()) // what cannot be removed has a name that says what it is
	}
}
