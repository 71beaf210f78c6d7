package shape

import (
	"errors"
	"fmt"
)

// AppendKML appends the KML geometry element (OGC 12-007r2, 10) of a WKB or EWKB geometry to dst: the Multi types and
// collections are a MultiGeometry. KML knows no reference system but WGS 84, longitude first, so that o has no other. A
// Point, LineString or Polygon without positions is none in KML, and is an error; otherwise it rounds and refuses as
// AppendGeoJSON does.
func AppendKML(dst, wkb []byte, o Options) ([]byte, error) {
	if !o.CRS.IsWGS84() || o.LatitudeFirst {
		return dst, fmt.Errorf("KML has longitude and latitude of WGS 84, not %v", o.CRS)
	}
	text, err := newTextWriter(dst, wkb, o, ',', ' ')
	if err != nil {
		return dst, err
	}
	w := kmlWriter{text}
	if err := w.geometry(0); err != nil {
		return dst, err
	}
	if err := w.End(); err != nil {
		return dst, err
	}
	return w.dst, nil
}

type kmlWriter struct{ *textWriter }

func (w kmlWriter) geometry(depth int) error {
	t, err := w.Header()
	if err != nil {
		return err
	}
	return w.element(t, depth)
}

// element writes a geometry whose header has been read.
func (w kmlWriter) element(t Type, depth int) error {
	switch t {
	case Point:
		points, err := w.Point()
		return w.simple("Point", points, err)
	case LineString:
		points, err := w.Points()
		return w.simple("LineString", points, err)
	case Polygon:
		return w.polygon()
	}
	return w.members(t.Members(), depth)
}

// members writes members of a type, or those of a collection, which have any (0).
func (w kmlWriter) members(t Type, depth int) error {
	if depth >= MaxDepth {
		return fmt.Errorf("wkb: collections nest deeper than %d", MaxDepth)
	}
	n, err := w.Count()
	if err != nil {
		return err
	}
	w.add("<MultiGeometry>")
	for range n {
		if t == 0 {
			err = w.geometry(depth + 1)
		} else if err = w.Member(t); err == nil {
			err = w.element(t, depth+1)
		}
		if err != nil {
			return err
		}
	}
	w.add("</MultiGeometry>")
	return nil
}

func (w kmlWriter) polygon() error {
	n, err := w.Count()
	if err != nil {
		return err
	}
	if n == 0 {
		return errEmptyKML
	}
	w.add("<Polygon>")
	for i := range n {
		boundary := "innerBoundaryIs>"
		if i == 0 {
			boundary = "outerBoundaryIs>"
		}
		w.add("<" + boundary)
		points, err := w.Points()
		if err := w.simple("LinearRing", points, err); err != nil {
			return err
		}
		w.add("</" + boundary)
	}
	w.add("</Polygon>")
	return nil
}

var errEmptyKML = errors.New("KML has no empty geometry")

// simple writes an element that has positions.
func (w kmlWriter) simple(name string, points Points, err error) error {
	if err != nil {
		return err
	}
	if points.Len() == 0 {
		return errEmptyKML
	}
	w.add("<" + name + "><coordinates>")
	if err := w.vertices(points); err != nil {
		return err
	}
	w.add("</coordinates></" + name + ">")
	return nil
}
