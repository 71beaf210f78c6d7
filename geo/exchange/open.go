package exchange

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"xiangtu/geo"
)

// detectSize is how much of a file its format is detected from.
const detectSize = 4096

// Open opens a file of any format that can be read here. A zip archive may hold one file of them. The reader is to be
// closed. An error is a geo.Error, or that of the file system.
func Open(ctx context.Context, layer *geo.Layer, name string, o Options) (opened *Reader, err error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	r := NewStream(layer, file, name, o)
	r.closers = append(r.closers, file)
	defer func() {
		if err != nil {
			_ = r.Close()
		}
	}()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fmt.Errorf("%s is a directory: give a file", name)
	}
	if !info.Mode().IsRegular() {
		return r, nil // a pipe: what it holds is seen as it comes
	}
	r.size = info.Size()
	beginning, err := peek(file)
	if err != nil {
		return nil, err
	}
	format, err := formatOf(beginning, name, o.Format)
	if err != nil {
		return nil, err
	}
	of := dataset{name: name, file: name, beside: besideIn(name)}
	if strings.HasPrefix(string(beginning), "PK\x03\x04") {
		if format, of, err = r.openArchive(file, name); err != nil {
			return nil, err
		}
	}
	if _, foreign := drivers[format]; foreign {
		r.size = -1
		r.gdal, err = openGDAL(ctx, layer, format, of, o)
		return r, err
	}
	r.options.Format = format
	r.rewindable(file)
	return r, nil
}

// formatOf is the format that is asked for, or else the one that is detected.
func formatOf(beginning []byte, name string, asked Format) (Format, error) {
	if asked != "" {
		return asked, nil
	}
	return detect(beginning, name)
}

// peek reads the beginning of a file, unpacked, and leaves the file at its start.
func peek(file *os.File) ([]byte, error) {
	text, err := unpacked(file)
	if err != nil {
		return nil, err
	}
	beginning, err := text.Peek(detectSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, readError(err)
	}
	_, err = file.Seek(0, io.SeekStart)
	return append([]byte(nil), beginning...), err
}

// openArchive finds the one file of a zip archive that can be read. Text is read from it; other formats get the name by
// which GDAL reads them there. The KML of a KMZ has one as well: opened as a KMZ, it loses the schema of its properties.
func (r *Reader) openArchive(file *os.File, name string) (format Format, of dataset, err error) {
	entries, err := zip.NewReader(file, r.size)
	if err != nil {
		return "", of, geo.Invalid("", "the zip archive is damaged or cut short: %v", err)
	}
	var found []*zip.File
	for _, entry := range entries.File {
		if base := path.Base(entry.Name); names[strings.ToLower(path.Ext(base))] != "" && !strings.HasPrefix(base, ".") && path.Ext(base) != ".txt" {
			found = append(found, entry)
		}
	}
	if len(found) != 1 {
		const kmz = ".kmz"
		if strings.EqualFold(filepath.Ext(name), kmz) {
			return KML, dataset{name: name, file: name}, nil // GDAL knows how several hang together
		}
		var list []string
		for _, entry := range found {
			decoded, _ := entryName(entry.Name)
			list = append(list, decoded)
		}
		return "", of, geo.Invalid("", "the zip archive holds %d files that can be read, and one is needed: %s", len(found), listed(list))
	}
	format = names[strings.ToLower(path.Ext(found[0].Name))]
	entry, encoding := entryName(found[0].Name)
	if _, foreign := drivers[format]; foreign {
		absolute, err := filepath.Abs(name)
		return format, dataset{"/vsizip/{" + absolute + "}/" + entry, name, encoding, besideOf(entries, found[0].Name)}, err
	}
	text, err := found[0].Open()
	if err != nil {
		return "", of, geo.Invalid("", "%s in the zip archive cannot be unpacked: %v", entry, err)
	}
	r.source, r.size = text, int64(found[0].UncompressedSize64)
	r.closers = append(r.closers, text)
	return format, of, nil
}

// entryName is the name of a file in a zip archive, and how the archive encodes it. Windows writes names in the encoding of its
// country, and macOS in UTF-8, both without saying so; GDAL takes them for those of MS-DOS.
func entryName(name string) (decoded string, encoding Encoding) {
	if utf8.ValidString(name) {
		return name, UTF8
	}
	if text, valid := fromGB18030([]byte(name), false); valid {
		return string(text), GB18030
	}
	return name, ""
}
