package exchange

import (
	"io"

	"xiangtu/geo"
	"xiangtu/geo/crs"
)

// Writer writes features, which are GeoJSON already, as a FeatureCollection (RFC 7946), a feature a line. Coordinates
// other than WGS 84 are outside that standard: the collection then names its reference system by the member crs, as the
// GeoJSON of 2008 has it, which GDAL, QGIS and Reader know.
type Writer struct {
	w     io.Writer
	begin []byte
	count int
	err   error
}

// NewWriter makes a writer of features of that layer. It writes a few bytes at a time: w should have a buffer.
func NewWriter(w io.Writer, layer *geo.Layer, system crs.CRS) *Writer {
	begin := []byte(`{"type":"FeatureCollection","name":"` + string(layer.Name) + `",`)
	if name := crsName(system); name != "" {
		begin = append(begin, `"crs":{"type":"name","properties":{"name":"`+name+`"}},`...)
	}
	return &Writer{w: w, begin: append(begin, `"features":[`...)}
}

// crsName names a reference system in the member crs; WGS 84 has none, for it is what GeoJSON means.
func crsName(system crs.CRS) string {
	switch system {
	case crs.WGS84:
		return ""
	case crs.CGCS2000:
		return "urn:ogc:def:crs:EPSG::4490"
	case crs.WebMercator:
		return "urn:ogc:def:crs:EPSG::3857"
	}
	return system.String()
}

var (
	firstBreak = []byte("\n")
	nextBreak  = []byte(",\n")
	end        = []byte("\n]}\n")
)

// Write appends a feature.
func (w *Writer) Write(feature []byte) error {
	if w.count == 0 {
		w.write(w.begin)
		w.write(firstBreak)
	} else {
		w.write(nextBreak)
	}
	w.count++
	w.write(feature)
	return w.err
}

// Close ends the collection. It leaves the writer below open.
func (w *Writer) Close() error {
	if w.count == 0 {
		w.write(w.begin)
	}
	w.write(end)
	return w.err
}

// Count is the number of features that were written.
func (w *Writer) Count() int { return w.count }

func (w *Writer) write(b []byte) {
	if w.err == nil {
		_, w.err = w.w.Write(b)
	}
}
