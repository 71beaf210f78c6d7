package exchange

import (
	"math"
	"slices"
	"strconv"
	"time"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

// Row is a feature on its way to a file. What it points to is valid until the next row.
type Row struct {
	Values   []Value // of the columns, in their order
	Geometry []byte  // WKB, WGS 84
}

// Value is the value of a column: a text, or what the other types have in Bits.
type Value struct {
	Null bool
	Text []byte
	Bits uint64
}

// Number is the value of a column of numbers.
func (v Value) Number() float64 { return math.Float64frombits(v.Bits) }

// Integer is the value of a column of integers, and of times: microseconds since 1970.
func (v Value) Integer() int64 { return int64(v.Bits) }

// Column is a property that is written.
type Column struct {
	Name        string
	Type        geo.FieldType
	Description string
}

// Columns lists what is written of a layer: the scalar fields, then the lists of members, which are texts with commas
// between the codes. named are those to write; nil is all.
func Columns(layer *geo.Layer, named []string) []Column {
	var columns []Column
	for _, f := range slices.Concat(layer.Fields, layer.Members) {
		if named == nil || slices.Contains(named, f.Name) {
			columns = append(columns, Column{Name: f.Name, Type: f.Type, Description: f.Description})
		}
	}
	return columns
}

// RowEncoder writes rows in a format that has a column for each property. It keeps nothing of a row.
type RowEncoder interface {
	// Begin appends what comes before the first row.
	Begin(dst []byte) []byte
	// Append appends a row. An error leaves dst as it was.
	Append(dst []byte, row *Row) ([]byte, error)
	// End appends what comes after the last row.
	End(dst []byte) []byte
}

// RowOptions say how rows are written.
type RowOptions struct {
	Layer   *geo.Layer
	Columns []Column
	Shape   shape.Options
	BOM     bool // a byte order mark first, by which Excel knows UTF-8
}

// appendPlain appends the value of a column that is no text, as formats of text have it: numbers in plain digits, times
// in RFC 3339.
func appendPlain(dst []byte, t geo.FieldType, v Value) []byte {
	switch t {
	case geo.Integer:
		return strconv.AppendInt(dst, v.Integer(), 10)
	case geo.Number:
		return strconv.AppendFloat(dst, v.Number(), 'f', -1, 64)
	case geo.Boolean:
		return strconv.AppendBool(dst, v.Bits != 0)
	case geo.Time:
		return time.UnixMicro(v.Integer()).UTC().AppendFormat(dst, time.RFC3339Nano)
	default:
		return append(dst, v.Text...)
	}
}
