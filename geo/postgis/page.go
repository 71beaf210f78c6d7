package postgis

import (
	"context"

	"xiangtu/geo"
)

// EachOfPage writes the features in the window of a query as GeoJSON, as EachFeature does, each with its position in the
// list, from which another window can go on. A backward window comes from its end to its beginning. The query has no
// relatives.
//
// each says whether it takes more. more tells whether the list goes on in the window's direction beyond the last feature
// that each got. The bytes are valid until each returns.
func (s *Store) EachOfPage(ctx context.Context, q geo.Query, form FeatureForm, each func(feature []byte, at geo.Position) bool) (more bool, err error) {
	if q, err = s.Resolve(ctx, q); err != nil {
		return false, err
	}
	w := newFeatureWriter(q, form)
	b, terms, err := w.statement(ctx, true)
	if err != nil {
		return false, err
	}
	rows, err := s.pool.Query(ctx, b.String(), b.args...)
	if err != nil {
		return false, b.fail(err)
	}
	defer rows.Close()
	var buffer []byte
	for count := 0; rows.Next(); count++ {
		if q.Window.Limit > 0 && count == q.Window.Limit {
			return true, nil
		}
		values := rows.RawValues()
		if buffer, err = w.append(buffer[:0], values); err != nil {
			return false, b.fail(err)
		}
		if !each(buffer, w.position(values, len(terms)-1)) {
			return rows.Next(), nil
		}
	}
	if err := rows.Err(); err != nil {
		return false, b.fail(err)
	}
	return false, nil
}

// position reads the place of a row in the order from its last values, so many terms but the code.
func (w *featureWriter) position(values [][]byte, terms int) geo.Position {
	at := geo.Position{Code: string(values[w.code])}
	for i, raw := range values[len(values)-terms:] {
		field, _ := w.query.Layer.Field(w.query.Order[i].Field)
		at.Values = append(at.Values, rawValue(field.Type, raw))
	}
	return at
}

// rawValue gives the value of a term of the order, as geo.Position has it.
func rawValue(t geo.FieldType, raw []byte) any {
	switch t {
	case geo.Integer:
		return rawInteger(raw)
	case geo.Number:
		return rawNumber(raw)
	case geo.Boolean:
		return rawBoolean(raw)
	case geo.Time:
		return rawTime(raw)
	default:
		return string(raw)
	}
}
