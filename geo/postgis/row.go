package postgis

import (
	"context"
	"errors"
	"math"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
)

// RowForm says what of features is read as rows.
type RowForm struct {
	Simplify *float64 // tolerance in metres; nil for none
	// Properties names the scalar fields and lists of members that are read; nil for all.
	Properties []string
	Whole      bool // as of FeatureForm
}

// EachRow reads the features of a query one after the other, as the database sends them, for formats that have a column
// a property: those of exchange.Columns. Lists of members are texts with commas between. A row is valid until each
// returns. The query has no relatives and no window.
func (s *Store) EachRow(ctx context.Context, q geo.Query, form RowForm, each func(*exchange.Row) error) error {
	q, err := s.Resolve(ctx, q)
	if err != nil {
		return err
	}
	if q.Of != nil || q.Window.Limit > 0 {
		return errors.New("rows are read of a layer, not of relatives or windows")
	}
	w := newFeatureWriter(q, FeatureForm{Simplify: form.Simplify, Properties: form.Properties, MembersAsText: true, Whole: form.Whole})
	row := exchange.Row{Values: make([]exchange.Value, len(w.properties))}
	return s.eachRow(ctx, w, func(raw [][]byte) error {
		row.Geometry = raw[0]
		for i, p := range w.properties {
			row.Values[i] = rowValue(p.field, raw[p.index])
		}
		return each(&row)
	})
}

// rowValue reads a value from the bytes that the database sent. A list of members, which has no field, is a text.
func rowValue(field *geo.Field, raw []byte) exchange.Value {
	switch {
	case raw == nil:
		return exchange.Value{Null: true}
	case field == nil || field.Type == geo.Text:
		return exchange.Value{Text: raw}
	}
	switch field.Type {
	case geo.Number:
		return exchange.Value{Bits: math.Float64bits(rawNumber(raw))}
	case geo.Boolean:
		if rawBoolean(raw) {
			return exchange.Value{Bits: 1}
		}
		return exchange.Value{}
	case geo.Time:
		return exchange.Value{Bits: uint64(rawTime(raw).UnixMicro())}
	default:
		return exchange.Value{Bits: uint64(rawInteger(raw))}
	}
}
