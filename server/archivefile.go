package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"xiangtu/web"
)

// archiveFile is the file of an archive. It is made beside its name and gets it when it is whole.
type archiveFile struct {
	*os.File
	name string
}

func createArchive(name string) (*archiveFile, error) {
	if name == standardOutput {
		return nil, errors.New("a PMTiles archive cannot be written to the standard output: name a FILE")
	}
	if info, err := os.Stat(name); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file: an archive is written at several places, which only a file has", name)
	}
	file, err := os.Create(name + ".part")
	if err != nil {
		return nil, err
	}
	return &archiveFile{file, name}, nil
}

// commit gives the file its name.
func (f *archiveFile) commit() error {
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), f.name)
}

// discard removes what was not committed. It does nothing after commit.
func (f *archiveFile) discard() {
	f.Close()
	_ = os.Remove(f.Name()) // it has another name if it was committed
}

// pageOf is the name of the page beside an archive.
func pageOf(archive string) string { return strings.TrimSuffix(archive, archiveExtension) + ".html" }

// mayWritePage refuses to write over a file that is something else than such a page.
func mayWritePage(page string) error {
	if page == "" {
		return nil
	}
	file, err := os.Open(page)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	const enough = 4096
	beginning, err := io.ReadAll(io.LimitReader(file, enough))
	if err != nil {
		return err
	}
	if !web.IsArchivePage(beginning) {
		return fmt.Errorf("%s is there and is no page of an archive, so it is left alone: choose another name, or give --no-page", page)
	}
	return nil
}

// writePage writes the page that shows an archive beside it.
func writePage(p program, page, archive string) error {
	if page == "" {
		return nil
	}
	text, err := web.ArchivePage(filepath.Base(archive))
	if errors.Is(err, fs.ErrNotExist) {
		_, err = fmt.Fprintln(p.stderr, "No page is written beside the archive: this program was built without its pages; `make build` makes them.")
		return err
	}
	if err != nil {
		return err
	}
	if err := os.WriteFile(page, text, 0o644); err != nil {
		return fmt.Errorf("write the page of the archive: %w", err)
	}
	_, err = fmt.Fprintf(p.stdout, "%s: shows it, from any web server that answers range requests\n", page)
	return err
}
