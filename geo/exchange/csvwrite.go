package exchange

import (
	"bytes"
	"strconv"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

// csvEncoder writes CSV (RFC 4180). Points have their coordinates in two columns, other geometries are Well-Known Text
// in a last one. What is null is nothing, an empty text is "".
type csvEncoder struct {
	RowOptions
	piped bool // to another program: points are Well-Known Text too, and no text is kept from being a formula
}

// NewCSV makes an encoder of CSV.
func NewCSV(o RowOptions) RowEncoder { return csvEncoder{RowOptions: o} }

// geometryName is the column of Well-Known Text.
const geometryName = "geometry"

const byteOrderMark = "\xef\xbb\xbf"

func (e csvEncoder) Begin(dst []byte) []byte {
	if e.BOM {
		dst = append(dst, byteOrderMark...)
	}
	for _, c := range e.Columns {
		dst = append(appendCell(dst, []byte(c.Name), false), ',')
	}
	switch {
	case !e.asPosition():
		dst = append(dst, geometryName...)
	case e.Shape.CRS.Metric():
		dst = append(dst, "x,y"...)
	default:
		dst = append(dst, "lon,lat"...)
	}
	return append(dst, "\r\n"...)
}

// asPosition says whether the geometry is two columns.
func (e csvEncoder) asPosition() bool { return e.Layer.Geometry == geo.Point && !e.piped }

func (e csvEncoder) Append(dst []byte, row *Row) ([]byte, error) {
	before := len(dst)
	for i, c := range e.Columns {
		switch v := row.Values[i]; {
		case v.Null:
		case c.Type == geo.Text:
			dst = appendCell(dst, v.Text, !e.piped)
		case c.Type == geo.Boolean && e.piped:
			dst = strconv.AppendUint(dst, v.Bits, 10)
		default:
			dst = appendPlain(dst, c.Type, v)
		}
		dst = append(dst, ',')
	}
	var err error
	if e.asPosition() {
		dst, err = shape.AppendPosition(dst, row.Geometry, ',', e.Shape)
	} else {
		// There are always commas in it, and never quotation marks.
		dst, err = shape.AppendWKT(append(dst, '"'), row.Geometry, e.Shape)
		dst = append(dst, '"')
	}
	if err != nil {
		return dst[:before], err
	}
	return append(dst, "\r\n"...), nil
}

func (e csvEncoder) End(dst []byte) []byte { return dst }

// appendCell appends a text, in quotation marks where the comma, one of them or a line break is in it, or it is empty.
//
// Excel and its like run a text that begins with one of =, +, -, @, tab or return as a formula, also within quotation
// marks. Such a text gets an apostrophe before it, by which they know a text; so does one that has such apostrophes
// already, so that a reader who takes one away gets back what was there (unguarded).
func appendCell(dst, text []byte, guarded bool) []byte {
	quoted := len(text) == 0 || bytes.ContainsAny(text, ",\"\r\n") || text[0] == ' ' || text[len(text)-1] == ' '
	if quoted {
		dst = append(dst, '"')
	}
	if guarded && isFormula(text) {
		dst = append(dst, '\'')
	}
	for rest := text; len(rest) > 0; {
		n := bytes.IndexByte(rest, '"') + 1
		if n == 0 {
			dst = append(dst, rest...)
			break
		}
		dst = append(append(dst, rest[:n]...), '"')
		rest = rest[n:]
	}
	if quoted {
		dst = append(dst, '"')
	}
	return dst
}

// isFormula says whether a text would be run by a spreadsheet, or is one that was kept from it.
func isFormula[T ~string | ~[]byte](text T) bool {
	for i := range len(text) {
		switch text[i] {
		case '\'':
		case '=', '+', '-', '@', '\t', '\r':
			return true
		default:
			return false
		}
	}
	return false
}

// unguarded takes the apostrophe away by which appendCell has kept a text from being a formula.
func unguarded(text []byte) []byte {
	if len(text) > 0 && text[0] == '\'' && isFormula(text) {
		return text[1:]
	}
	return text
}
