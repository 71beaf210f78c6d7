package jobs

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"os"
	"path"
	"regexp"
	"strings"
	"syscall"
	"unicode"

	"github.com/dustin/go-humanize"

	"xiangtu/geo"
)

// incoming begins the names of files that are not whole yet, or whose job is not made.
const incoming = "incoming-"

// Keep writes an upload of the context's actor, an editor, to a file, which is at its beginning then. Whoever calls it
// hands the file to Start, and to Discard at the end.
func (d *Desk) Keep(ctx context.Context, body io.Reader) (kept *os.File, err error) {
	actor := geo.ActorOf(ctx)
	if err := actor.Require(geo.Editor, "an import"); err != nil {
		return nil, err
	}
	if err := d.Books.HasRoom(ctx, actor); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(d.Dir, 0o700); err != nil {
		return nil, failStore(err)
	}
	file, err := os.CreateTemp(d.Dir, incoming)
	if err != nil {
		return nil, failStore(err)
	}
	defer func() {
		if err != nil {
			d.Discard(file)
		}
	}()
	size, err := io.Copy(file, io.LimitReader(body, d.MaxBytes+1))
	if err != nil {
		return nil, failUpload(err)
	}
	if size > d.MaxBytes {
		return nil, d.TooLarge()
	}
	if size == 0 {
		return nil, geo.Invalid("file", "the upload is empty: send the file as the body of the request, or as a part of a form")
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, failStore(err)
	}
	return file, nil
}

// TooLarge is the error of an upload of more than is taken.
func (d *Desk) TooLarge() error {
	return &geo.Error{Code: geo.TooLarge, Path: "file", Message: fmt.Sprintf("the upload has more than %s: pack it with gzip or zip, send it in parts, or have it imported by the command line",
		humanize.IBytes(uint64(d.MaxBytes)))}
}

// Discard removes what Keep gave, unless Start has taken it over.
func (d *Desk) Discard(file *os.File) {
	_ = file.Close()
	_ = os.Remove(file.Name()) // a file that was taken over has another name
}

// failUpload tells an upload that broke off from a file that could not be written.
func failUpload(err error) error {
	var known *geo.Error
	if _, ofFile := errors.AsType[*fs.PathError](err); ofFile || errors.As(err, &known) {
		return failStore(err)
	}
	return &geo.Error{Code: geo.BadInput, Path: "file", Cause: err, Message: "the upload ended early: send it again"}
}

// failStore is the error of a directory that cannot take an upload.
func failStore(err error) error {
	var known *geo.Error
	switch {
	case errors.As(err, &known):
		return err
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &geo.Error{Code: geo.Unavailable, Cause: err, Message: "the disk for uploads is full: whoever runs the map has to make room in its data directory"}
	}
	return &geo.Error{Code: geo.Unavailable, Cause: err, Message: "the server has no directory for uploads that it can write to: whoever runs it names one with --data"}
}

// extensions are what media types are called as files.
var extensions = map[string]string{
	"application/geo+json": ".geojson", "application/json": ".geojson", "application/geo+json-seq": ".geojsonl", "application/x-ndjson": ".geojsonl",
	"text/csv": ".csv", "text/tab-separated-values": ".tsv", "application/geopackage+sqlite3": ".gpkg", "application/zip": ".zip",
	"application/vnd.google-earth.kml+xml": ".kml", "application/vnd.google-earth.kmz": ".kmz", "application/flatgeobuf": ".fgb",
}

// usualExtension is what the name of a file may end with, before it was packed.
var usualExtension = regexp.MustCompile(`(\.[0-9a-z]{1,10})?(\.gz)?$`)

// extension is what the file of a job is named with, for GDAL and our own detection to go by.
func extension(r Request) string {
	if found := usualExtension.FindString(strings.ToLower(r.File)); found != "" {
		return found
	}
	media, _, _ := mime.ParseMediaType(r.ContentType)
	return extensions[media]
}

// shownName is the name of a file as people may see it: without directories and what is no character.
func shownName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, "?"), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, name)
	const longest = 100
	if runes := []rune(name); len(runes) > longest {
		name = string(runes[len(runes)-longest:])
	}
	if name == "." || name == "/" {
		return ""
	}
	return name
}
