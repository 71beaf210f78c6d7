package exchange

import (
	"bytes"
	"path/filepath"
	"strings"

	"xiangtu/geo"
)

// Format is a format of files that features are read from.
type Format string

// The formats. What is not text goes through ogr2ogr.
const (
	GeoJSON    Format = "geojson" // a FeatureCollection, or Features in a row
	CSV        Format = "csv"     // with a column of WKT, or of longitudes and latitudes
	GPKG       Format = "gpkg"
	Shapefile  Format = "shapefile" // also as a zip archive
	FlatGeobuf Format = "flatgeobuf"
	KML        Format = "kml" // also as KMZ
)

// drivers are what GDAL calls the formats that it reads for us.
var drivers = map[Format][]string{GPKG: {"GPKG"}, Shapefile: {"ESRI Shapefile"}, FlatGeobuf: {"FlatGeobuf"}, KML: {"LIBKML", "KML"}}

const formatsKnown = "geojson, geojsonseq, csv, gpkg, shapefile, flatgeobuf and kml"

// ParseFormat reads the name of a format; empty is that it is to be detected.
func ParseFormat(name string) (Format, error) {
	switch f := Format(strings.ToLower(name)); f {
	case "", GeoJSON, CSV, GPKG, Shapefile, FlatGeobuf, KML:
		return f, nil
	case "geojsonseq", "ndjson", "json":
		return GeoJSON, nil
	case "tsv":
		return CSV, nil
	case "shp":
		return Shapefile, nil
	case "fgb":
		return FlatGeobuf, nil
	}
	return "", geo.Invalid("format", "unknown format %.40q: known are %s", name, formatsKnown)
}

// archive stands for zip archives, which hold files of one of the formats.
const archive Format = "zip"

// beginnings tell a format by its first bytes.
var beginnings = []struct {
	bytes  string
	format Format
}{
	{"SQLite format 3\x00", GPKG},
	{"PK\x03\x04", archive},
	{"fgb\x03fgb", FlatGeobuf},
	{"\x00\x00\x27\x0a", Shapefile},
	{"\xff\xfe", CSV}, // a byte order mark of UTF-16, as Excel writes «Unicode text»
	{"\xfe\xff", CSV},
}

// names tell a format by the end of a file's name.
var names = map[string]Format{
	".geojson": GeoJSON, ".json": GeoJSON, ".geojsonl": GeoJSON, ".geojsons": GeoJSON, ".ndjson": GeoJSON,
	".csv": CSV, ".tsv": CSV, ".txt": CSV, ".gpkg": GPKG, ".shp": Shapefile, ".fgb": FlatGeobuf, ".kml": KML, ".kmz": KML,
}

// detect tells the format of a file by the beginning of its (unpacked) content, and by its name where that says nothing.
func detect(beginning []byte, name string) (Format, error) {
	for _, known := range beginnings {
		if bytes.HasPrefix(beginning, []byte(known.bytes)) {
			return known.format, nil
		}
	}
	text := bytes.TrimLeft(bytes.TrimPrefix(beginning, []byte("\xef\xbb\xbf")), " \t\r\n")
	switch {
	case len(text) == 0, text[0] == '{', text[0] == '[', text[0] == recordSeparator:
		return GeoJSON, nil // which says what is wrong with it
	case text[0] == '<' && bytes.Contains(text, []byte("<kml")):
		return KML, nil
	case text[0] == '<':
		return "", geo.Invalid("", "the file is XML, but no KML: known formats are %s", formatsKnown)
	}
	extension := strings.ToLower(filepath.Ext(strings.TrimSuffix(strings.ToLower(name), ".gz")))
	switch extension {
	case ".dbf", ".shx", ".prj", ".cpg":
		return "", geo.Invalid("", "a Shapefile is read by the name of its .shp, beside which the others lie")
	}
	// A name alone does not make a format of bytes: a truncated GPKG is none.
	if names[extension] == CSV || names[extension] == "" && isTable(text) {
		return CSV, nil
	}
	if format := names[extension]; format == GeoJSON {
		return format, nil
	} else if format != "" {
		return "", geo.Invalid("", "the file is named %s but does not begin like one: it may be damaged", extension)
	}
	return "", geo.Invalid("", "the format of the file is not known: name it with --format; known are %s", formatsKnown)
}

// isTable tells whether a text begins with a line of several columns.
func isTable(text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	return !bytes.ContainsRune(line, 0) && bytes.ContainsAny(line, ",;\t")
}
