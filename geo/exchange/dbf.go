package exchange

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// beside opens the file that a Shapefile has beside its .shp, by its extension in lower case. It is an error if there is
// none.
type beside func(extension string) (io.ReadCloser, error)

// besideIn looks in the directory of a .shp.
func besideIn(shp string) beside {
	stem := strings.TrimSuffix(shp, filepath.Ext(shp))
	return func(extension string) (io.ReadCloser, error) {
		file, err := os.Open(stem + extension)
		if errors.Is(err, fs.ErrNotExist) {
			return os.Open(stem + strings.ToUpper(extension))
		}
		return file, err
	}
}

// besideOf looks in the archive of a .shp.
func besideOf(archive *zip.Reader, shp string) beside {
	stem := strings.TrimSuffix(shp, path.Ext(shp))
	return func(extension string) (io.ReadCloser, error) {
		for _, entry := range archive.File {
			if rest, ok := strings.CutPrefix(entry.Name, stem); ok && strings.EqualFold(rest, extension) {
				return entry.Open()
			}
		}
		return nil, fs.ErrNotExist
	}
}

// shapefileEncoding says how GDAL is to read the texts of a Shapefile: as it is told to, or, where neither a .cpg nor
// the DBF itself says an encoding, as what its texts are. GDAL would take them for Latin-1.
func shapefileEncoding(open beside, asked Encoding) []string {
	option := func(e Encoding) []string { return []string{"-oo", "ENCODING=" + strings.ToUpper(string(e))} }
	if asked != "" {
		return option(asked)
	}
	if cpg, err := open(".cpg"); err == nil {
		_ = cpg.Close() // that it is there is enough
		return nil
	}
	dbf, err := open(".dbf")
	if err != nil {
		return nil
	}
	defer dbf.Close()
	if e := dbfEncoding(dbf); e != "" {
		return option(e)
	}
	return nil
}

// dbfEncoding tells how the texts of a DBF are encoded; empty where it says so itself or has but ASCII.
func dbfEncoding(r io.Reader) Encoding {
	const headerSize, fieldSize, languageAt, nameSize, lengthAt = 32, 32, 29, 11, 16
	const ansi = 0x57 // which every Windows takes for its own
	header := make([]byte, headerSize)
	if _, err := io.ReadFull(r, header); err != nil || header[languageAt] != 0 && header[languageAt] != ansi {
		return ""
	}
	descriptors := make([]byte, max(0, int(binary.LittleEndian.Uint16(header[8:]))-headerSize))
	if _, err := io.ReadFull(r, descriptors); err != nil {
		return ""
	}
	recordSize := int(binary.LittleEndian.Uint16(header[10:]))
	var widths []int
	var texts [][]byte
	for ; len(descriptors) > fieldSize && descriptors[0] != '\r'; descriptors = descriptors[fieldSize:] {
		widths = append(widths, int(descriptors[lengthAt]))
		name, _, _ := bytes.Cut(descriptors[:nameSize], []byte{0})
		texts = append(texts, name)
	}
	if recordSize == 0 {
		return ""
	}
	rows, err := io.ReadAll(io.LimitReader(r, sampleSize))
	if err != nil {
		return ""
	}
	for ; len(rows) >= recordSize; rows = rows[recordSize:] {
		at := 1 // after the mark of deleted rows
		for _, width := range widths {
			if end := at + width; end <= recordSize {
				texts = append(texts, bytes.TrimRight(rows[at:end], " \x00"))
				at = end
			}
		}
	}
	return encodingOf(texts)
}

// encodingOf tells how texts are encoded that may each be cut inside its last character.
func encodingOf(texts [][]byte) Encoding {
	ascii, isUTF8, isGB := true, true, true
	for _, text := range texts {
		if bytes.IndexFunc(text, func(c rune) bool { return c >= utf8.RuneSelf }) < 0 {
			continue
		}
		ascii = false
		isUTF8 = isUTF8 && validUTF8(text, true)
		isGB = isGB && validGB18030(text, true)
	}
	switch {
	case ascii:
		return ""
	case isUTF8:
		return UTF8
	case isGB:
		return GB18030
	}
	return ""
}
