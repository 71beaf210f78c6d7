package shape

import (
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// ParseWKT reads Well-Known Text (OGC 06-103r4, section 7) of any of the seven types, in any case, also as PostGIS
// writes it: with SRID=n; in front, which is 0 where there is none. What follows x and y in a position is dropped.
//
// It checks how the text is built, not whether the geometry is sound: that is Validate. Every error is an *Error whose
// message names the byte.
func ParseWKT(text []byte) (g orb.Geometry, srid int, err error) {
	w := &wktReader{text: text}
	srid = w.srid()
	if g = w.geometry(0); w.fault == nil && w.peek() != 0 {
		w.fail("something follows the geometry")
	}
	if w.fault != nil {
		return nil, 0, w.fault
	}
	return g, srid, nil
}

// wktReader is a cursor over Well-Known Text. Nothing moves it after a fault.
type wktReader struct {
	text  []byte
	at    int
	fault *Error
}

func (w *wktReader) fail(format string, args ...any) {
	if w.fault == nil {
		w.fault = fault(CodeInvalidWKT, format, args...)
		w.fault.Message += " at byte " + strconv.Itoa(w.at)
	}
}

// peek gives the next character that is no white space, 0 at the end.
func (w *wktReader) peek() byte {
	for w.at < len(w.text) {
		switch c := w.text[w.at]; c {
		case ' ', '\n', '\t', '\r':
			w.at++
		case 0:
			w.fail("a character U+0000")
			w.at = len(w.text)
		default:
			return c
		}
	}
	return 0
}

func (w *wktReader) skip(c byte) bool {
	if w.fault != nil || w.peek() != c {
		return false
	}
	w.at++
	return true
}

// word reads letters, as capitals.
func (w *wktReader) word() string {
	w.peek()
	start := w.at
	for w.at < len(w.text) && (w.text[w.at]|0x20 >= 'a' && w.text[w.at]|0x20 <= 'z') {
		w.at++
	}
	return strings.ToUpper(string(w.text[start:w.at]))
}

func (w *wktReader) srid() int {
	start := w.at
	if w.word() != "SRID" || !w.skip('=') {
		w.at = start
		return 0
	}
	number := w.number()
	if !w.skip(';') {
		w.fail("no ; after the SRID")
	}
	return int(number)
}

func (w *wktReader) geometry(depth int) orb.Geometry {
	start := w.at
	name := w.word()
	t, ok := wktType(name)
	if !ok {
		w.at = start
		w.fail("%.40q is no geometry type; there are POINT, LINESTRING, POLYGON, MULTIPOINT, MULTILINESTRING, MULTIPOLYGON, GEOMETRYCOLLECTION", name)
		return nil
	}
	switch next := w.at; w.word() {
	case "Z", "M", "ZM":
		next = w.at
		if w.word() == "EMPTY" {
			return empty(t)
		}
		w.at = next
	case "EMPTY":
		return empty(t)
	default:
		w.at = next
	}
	switch t {
	case Point:
		return wktBracket(w, w.position)
	case LineString:
		return orb.LineString(wktList(w, w.position))
	case Polygon:
		return w.polygon()
	case MultiPoint:
		return orb.MultiPoint(wktList(w, w.multiPosition))
	case MultiLineString:
		return orb.MultiLineString(wktList(w, func() orb.LineString { return wktList(w, w.position) }))
	case MultiPolygon:
		return orb.MultiPolygon(wktList(w, w.polygon))
	}
	if depth >= MaxDepth {
		w.fail("collections nest deeper than %d", MaxDepth)
		return nil
	}
	return orb.Collection(wktList(w, func() orb.Geometry { return w.geometry(depth + 1) }))
}

func wktType(name string) (Type, bool) {
	for _, suffix := range []string{"", "ZM", "Z", "M"} {
		base, ok := strings.CutSuffix(name, suffix)
		if !ok {
			continue
		}
		for t := Point; t <= GeometryCollection; t++ {
			if strings.EqualFold(t.String(), base) {
				return t, true
			}
		}
	}
	return 0, false
}

// empty gives an empty geometry; that of a Point is an empty MultiPoint, for orb has no other.
func empty(t Type) orb.Geometry {
	switch t {
	case LineString:
		return orb.LineString{}
	case Polygon:
		return orb.Polygon{}
	case MultiLineString:
		return orb.MultiLineString{}
	case MultiPolygon:
		return orb.MultiPolygon{}
	case GeometryCollection:
		return orb.Collection{}
	}
	return orb.MultiPoint{}
}

func (w *wktReader) polygon() orb.Polygon {
	return wktList(w, func() orb.Ring { return wktList(w, w.position) })
}

// multiPosition reads a member of a MultiPoint, which may have brackets of its own.
func (w *wktReader) multiPosition() orb.Point {
	if w.peek() == '(' {
		return wktBracket(w, w.position)
	}
	return w.position()
}

func (w *wktReader) position() orb.Point {
	p := orb.Point{w.number(), w.number()}
	const most = 4
	for n := len(p); n < most && w.fault == nil; n++ {
		if !IsNumeric(w.peek()) {
			break
		}
		w.number()
	}
	return p
}

func (w *wktReader) number() float64 {
	if w.fault != nil {
		return 0
	}
	w.peek()
	start := w.at
	for w.at < len(w.text) && IsNumeric(w.text[w.at]) {
		w.at++
	}
	number, ok := ParseNumber(w.text[start:w.at])
	if !ok {
		end := min(len(w.text), max(w.at, start+10))
		w.at = start
		w.fail("%.40q where a number should be", w.text[start:end])
	}
	return number
}

func wktBracket[T any](w *wktReader, item func() T) T {
	var value T
	if !w.skip('(') {
		w.fail("no ( where one should be")
		return value
	}
	value = item()
	if !w.skip(')') {
		w.fail("no ) where one should be")
	}
	return value
}

// wktList reads items in brackets, or EMPTY.
func wktList[T any](w *wktReader, item func() T) []T {
	list := []T{}
	if !w.skip('(') {
		if w.word() != "EMPTY" {
			w.fail("no ( where one should be")
		}
		return list
	}
	for {
		list = append(list, item())
		if w.fault != nil || w.skip(')') {
			return list
		}
		if !w.skip(',') {
			w.fail("neither , nor ) where one should be")
			return list
		}
	}
}
