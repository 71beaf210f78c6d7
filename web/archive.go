package web

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"html"
	"io"
	"io/fs"
	"net/url"
	"strings"
)

// archiveMark is in every page that ArchivePage makes.
const archiveMark = `<meta name="generator" content="Xiangtu" />`

// ArchivePage returns the page that shows a PMTiles archive, whole in one file: it reads the archive of that name beside
// it, from any web server that answers range requests. The error is fs.ErrNotExist before the first build.
func ArchivePage(archive string) ([]byte, error) {
	packed, err := fs.ReadFile(FS(), "archive.html.gz")
	if err != nil {
		return nil, err
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack the page of an archive: %w", err)
	}
	page, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("unpack the page of an archive: %w", err)
	}
	address := "./" + html.EscapeString(url.PathEscape(archive)) // a name may look like a URL with a scheme
	return []byte(strings.Replace(string(page), "ARCHIVE.pmtiles", address, 1)), nil
}

// IsArchivePage tells whether a page, or its beginning, is one that ArchivePage made.
func IsArchivePage(page []byte) bool { return bytes.Contains(page, []byte(archiveMark)) }
