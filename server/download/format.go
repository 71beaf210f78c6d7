package download

import (
	"context"
	"io"
	"path"
	"slices"
	"strings"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
	"xiangtu/geo/postgis"
)

// Format is a format of files that features of a layer are written in.
type Format struct {
	Name      string // as the user gives it: that of the extension
	Title     string // as people call it
	MediaType string
	others    []string // other names and extensions
	// write writes a selection.
	write func(ctx context.Context, s *Selection, store *postgis.Store, w io.Writer, each func()) error
	// check says why a selection cannot be written so; nil for no reason.
	check func(s *Selection) error
	made  bool // by a process, in a scratch folder, before anything is sent
}

// Extension is that of the format's files, with its dot.
func (f *Format) Extension() string { return "." + f.Name }

// formats are all of them, the usual one first. It is never written after the program's start.
//
// A sequence is what ogr2ogr makes of these extensions: .geojsonl has a feature a line, as most programs want it, and
// .geojsons has the separators of RFC 8142.
var formats = []*Format{
	{Name: "geojson", Title: "GeoJSON", MediaType: "application/geo+json", others: []string{"json"}, write: writeCollection},
	{Name: "geojsonl", Title: "GeoJSON, a feature a line", MediaType: "application/x-ndjson", others: []string{"geojsonseq", "ndjson", "jsonl"}, write: lines("")},
	{Name: "geojsons", Title: "GeoJSON Text Sequence", MediaType: "application/geo+json-seq", write: lines("\x1e")},
	{Name: "csv", Title: "CSV", MediaType: "text/csv; charset=utf-8; header=present", write: rows(exchange.NewCSV)},
	{Name: "kml", Title: "KML", MediaType: "application/vnd.google-earth.kml+xml", write: rows(exchange.NewKML), check: checkKML},
	{Name: "gpkg", Title: "GeoPackage", MediaType: "application/geopackage+sqlite3", write: writeGPKG, check: checkGPKG, made: true},
}

// Formats lists the formats, the usual one first.
func Formats() []*Format { return slices.Clone(formats) }

// FormatNamed finds a format by its name, or by the extension of its files without the dot. The error lists the formats.
func FormatNamed(name string) (*Format, error) {
	lower := strings.ToLower(name)
	for _, f := range formats {
		if f.Name == lower || slices.Contains(f.others, lower) {
			return f, nil
		}
	}
	return nil, geo.Invalid("format", "there is no format %.40q; there are %s", name, formatNames())
}

// FormatOf finds the format of a file by its extension, before .gz if there is that.
func FormatOf(file string) (*Format, error) {
	return FormatNamed(strings.TrimPrefix(path.Ext(strings.TrimSuffix(file, ".gz")), "."))
}

func formatNames() string {
	names := make([]string, len(formats))
	for i, f := range formats {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}

func checkKML(s *Selection) error {
	if !s.CRS.IsWGS84() {
		return geo.Invalid("crs", "KML is always of WGS 84, and not %v: leave crs out, or take another format", s.CRS)
	}
	return nil
}

func checkGPKG(s *Selection) error { return exchange.CheckGPKG(s.CRS) }
