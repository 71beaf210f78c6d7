package shape

import (
	"fmt"
	"slices"
)

// textWriter copies geometries from its reader to dst as the text of WKT or KML, which differ from GeoJSON in that their
// positions have no brackets. GeoJSON, which is asked for most, keeps a loop of its own: one loop for all was slower.
type textWriter struct {
	Reader
	Options
	dst []byte
	// Between the two coordinates of a position, and between positions.
	inside, between byte
}

func newTextWriter(dst, wkb []byte, o Options, inside, between byte) (*textWriter, error) {
	if o.Precision < 0 || o.Precision > MaxPrecision {
		return nil, fmt.Errorf("precision %d is not within 0 and %d", o.Precision, MaxPrecision)
	}
	return &textWriter{Reader: NewReader(wkb), Options: o, dst: dst, inside: inside, between: between}, nil
}

// vertices writes positions. It grows dst by runs, not by vertices, for a guess of their text's length.
func (w *textWriter) vertices(points Points) error {
	const run = 64
	shifted := !w.CRS.IsWGS84()
	guess := 2*w.Precision + 12
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
			dst = append(dst, w.between)
		}
		dst = appendNumber(dst, x, w.Precision)
		dst = append(dst, w.inside)
		dst = appendNumber(dst, y, w.Precision)
	}
	w.dst = dst
	return nil
}

func (w *textWriter) add(text string) { w.dst = append(w.dst, text...) }
