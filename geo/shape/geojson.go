// Package shape reads, checks and writes geometries, with no regard to where
// they are kept or who asked for them. Geometries that come in are orb's;
// geometries that go out are read from WKB and written straight as bytes.
// Coordinates are longitude, latitude.
package shape

import (
	"fmt"
	"math"
	"slices"

	"xiangtu/geo/crs"
)

// Options say how coordinates are written. The zero value means whole degrees
// of WGS 84, so set Precision.
type Options struct {
	// Precision is the number of decimals, 0 to MaxPrecision. Seven decimals of
	// a degree are a centimetre.
	Precision int
	// CRS is the system that coordinates are written in. The WKB is WGS 84.
	CRS crs.CRS
	// LatitudeFirst writes latitude before longitude (y before x), as some
	// reference systems of the OGC have it and RFC 7946 does not.
	LatitudeFirst bool
}

// AppendGeoJSON appends the GeoJSON geometry object (RFC 7946) of a WKB or EWKB
// geometry to dst: any of the seven types, in either byte order, empty ones
// included. Numbers are rounded to Options.Precision decimals, and trailing
// zeros are left out.
//
// Malformed WKB, Z or M, coordinates that are not finite and a precision out of
// range give an error, and dst as it was.
func AppendGeoJSON(dst, wkb []byte, o Options) ([]byte, error) {
	if o.Precision < 0 || o.Precision > MaxPrecision {
		return dst, fmt.Errorf("precision %d is not within 0 and %d", o.Precision, MaxPrecision)
	}
	w := geoJSONWriter{Reader: NewReader(wkb), Options: o, dst: dst}
	if err := w.geometry(0); err != nil {
		return dst, err
	}
	if err := w.End(); err != nil {
		return dst, err
	}
	return w.dst, nil
}

// geoJSONWriter copies from its reader to dst.
type geoJSONWriter struct {
	Reader
	Options
	dst []byte
}

func (w *geoJSONWriter) geometry(depth int) error {
	t, err := w.Header()
	if err != nil {
		return err
	}
	w.dst = append(w.dst, `{"type":"`...)
	w.dst = append(w.dst, t.String()...)
	if t == GeometryCollection {
		w.dst = append(w.dst, `","geometries":`...)
		err = w.collection(depth + 1)
	} else {
		w.dst = append(w.dst, `","coordinates":`...)
		err = w.coordinates(t)
	}
	w.dst = append(w.dst, '}')
	return err
}

func (w *geoJSONWriter) collection(depth int) error {
	if depth > MaxDepth {
		return fmt.Errorf("wkb: collections nest deeper than %d", MaxDepth)
	}
	return w.list(func() error { return w.geometry(depth) })
}

func (w *geoJSONWriter) coordinates(t Type) error {
	switch t {
	case Point:
		return w.point()
	case LineString:
		return w.line()
	case Polygon:
		return w.list(w.line)
	}
	member := t.Members()
	return w.list(func() error {
		if err := w.Member(member); err != nil {
			return err
		}
		return w.coordinates(member)
	})
}

// list writes a counted sequence as an array, each element by item.
func (w *geoJSONWriter) list(item func() error) error {
	n, err := w.Count()
	if err != nil {
		return err
	}
	w.dst = append(w.dst, '[')
	for i := range n {
		if i > 0 {
			w.dst = append(w.dst, ',')
		}
		if err := item(); err != nil {
			return err
		}
	}
	w.dst = append(w.dst, ']')
	return nil
}

func (w *geoJSONWriter) point() error {
	p, err := w.Point()
	if err != nil {
		return err
	}
	if p.Len() == 0 {
		w.dst = append(w.dst, "[]"...)
		return nil
	}
	return w.vertices(p)
}

func (w *geoJSONWriter) line() error {
	points, err := w.Points()
	if err != nil {
		return err
	}
	w.dst = append(w.dst, '[')
	err = w.vertices(points)
	w.dst = append(w.dst, ']')
	return err
}

// vertices writes positions with commas between. It grows dst by runs, not by
// vertices, for a guess of their text's length.
func (w *geoJSONWriter) vertices(points Points) error {
	const run = 64
	shifted := !w.CRS.IsWGS84()
	guess := 2*w.Precision + 14
	dst := w.dst
	for i := range points.Len() {
		if i%run == 0 {
			dst = slices.Grow(dst, run*guess)
		}
		x, y := points.X(i), points.Y(i)
		if shifted {
			x, y = w.CRS.FromWGS84(x, y)
		}
		if !finite(x) || !finite(y) {
			return fmt.Errorf("wkb: vertex %d is not finite: %v, %v", i, x, y)
		}
		if w.LatitudeFirst {
			x, y = y, x
		}
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '[')
		dst = appendNumber(dst, x, w.Precision)
		dst = append(dst, ',')
		dst = appendNumber(dst, y, w.Precision)
		dst = append(dst, ']')
	}
	w.dst = dst
	return nil
}

func finite(v float64) bool { return math.Abs(v) <= math.MaxFloat64 }
