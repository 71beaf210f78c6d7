package shape

import (
	"fmt"
	"strings"
)

// AppendWKT appends the Well-Known Text (OGC 06-103r4, 7) of a WKB or EWKB geometry to dst, in the form that PostGIS
// gives: MULTIPOLYGON(((116.3 23.5,…))). It rounds and refuses as AppendGeoJSON does.
func AppendWKT(dst, wkb []byte, o Options) ([]byte, error) {
	text, err := newTextWriter(dst, wkb, o, ' ', ',')
	if err != nil {
		return dst, err
	}
	w := wktWriter{text}
	if err := w.geometry(0); err != nil {
		return dst, err
	}
	if err := w.End(); err != nil {
		return dst, err
	}
	return w.dst, nil
}

// AppendPosition appends the two coordinates of a WKB or EWKB Point, with sep between them. An empty point is nothing
// but sep. It rounds and refuses as AppendGeoJSON does.
func AppendPosition(dst, wkb []byte, sep byte, o Options) ([]byte, error) {
	w, err := newTextWriter(dst, wkb, o, sep, sep)
	if err != nil {
		return dst, err
	}
	t, err := w.Header()
	if err != nil {
		return dst, err
	}
	if t != Point {
		return dst, fmt.Errorf("wkb: a %v where a Point should be", t)
	}
	p, err := w.Point()
	if err != nil {
		return dst, err
	}
	if p.Len() == 0 {
		w.dst = append(w.dst, sep)
	} else if err := w.vertices(p); err != nil {
		return dst, err
	}
	if err := w.End(); err != nil {
		return dst, err
	}
	return w.dst, nil
}

// tags are the words of WKT, at the index of their WKB code.
var tags = func() (all [GeometryCollection + 1]string) {
	for t := Point; t <= GeometryCollection; t++ {
		all[t] = strings.ToUpper(t.String())
	}
	return all
}()

type wktWriter struct{ *textWriter }

const emptySet = " EMPTY"

func (w wktWriter) geometry(depth int) error {
	t, err := w.Header()
	if err != nil {
		return err
	}
	w.add(tags[t])
	if t == GeometryCollection {
		if depth >= MaxDepth {
			return fmt.Errorf("wkb: collections nest deeper than %d", MaxDepth)
		}
		return w.list(func() error { return w.geometry(depth + 1) })
	}
	return w.body(t)
}

// body writes what comes after the tag of a geometry, and of a member, which has no tag of its own.
func (w wktWriter) body(t Type) error {
	switch t {
	case Point:
		points, err := w.Point()
		return w.run(points, err)
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
		return w.body(member)
	})
}

func (w wktWriter) line() error { return w.run(w.Points()) }

// run writes positions in parentheses, or that there are none.
func (w wktWriter) run(points Points, err error) error {
	if err != nil {
		return err
	}
	if points.Len() == 0 {
		w.empty()
		return nil
	}
	w.add("(")
	if err := w.vertices(points); err != nil {
		return err
	}
	w.add(")")
	return nil
}

// list writes a counted sequence in parentheses, each element by item.
func (w wktWriter) list(item func() error) error {
	n, err := w.Count()
	if err != nil {
		return err
	}
	if n == 0 {
		w.empty()
		return nil
	}
	for i := range n {
		if i == 0 {
			w.add("(")
		} else {
			w.add(",")
		}
		if err := item(); err != nil {
			return err
		}
	}
	w.add(")")
	return nil
}

// empty writes that something has no positions; between others there is no space before the word.
func (w wktWriter) empty() {
	if last := w.dst[len(w.dst)-1]; last == '(' || last == ',' {
		w.add(emptySet[1:])
		return
	}
	w.add(emptySet)
}
