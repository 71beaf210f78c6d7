package postgis

import (
	"context"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

// FeatureForm says how features are written as GeoJSON.
type FeatureForm struct {
	shape.Options          // decimals and reference system
	Simplify      *float64 // tolerance in metres; nil for none
}

// EachFeature writes the features of a query as GeoJSON (RFC 7946, 3.2), one after the other as the database sends
// them: the id is the code, the properties are all scalar fields and the lists of members, whatever the query asked for. number is that of the
// relatives' key, from 0. The bytes are valid until each returns.
func (s *Store) EachFeature(ctx context.Context, q geo.Query, form FeatureForm, each func(number int, feature []byte) error) error {
	q, err := s.Resolve(ctx, q)
	if err != nil {
		return err
	}
	w := newFeatureWriter(q, form)
	b, err := w.statement()
	if err != nil {
		return err
	}
	rows, err := s.pool.Query(ctx, b.String(), b.args...)
	if err != nil {
		return fail(err)
	}
	defer rows.Close()
	var buffer []byte
	seen := make([]int, w.keys())
	for rows.Next() {
		number, values := w.split(rows.RawValues())
		if seen[number]++; q.Window.Limit > 0 && seen[number] > q.Window.Limit {
			continue // the one more that tells whether there is more
		}
		buffer, err = w.append(buffer[:0], values)
		if err != nil {
			return fail(err)
		}
		if err := each(number, buffer); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fail(err)
	}
	return nil
}

// featureWriter writes rows of a selection as GeoJSON features.
type featureWriter struct {
	query   geo.Query
	form    FeatureForm
	openers [][]byte // what comes before the value of each property
}

func newFeatureWriter(q geo.Query, form FeatureForm) *featureWriter {
	w := &featureWriter{query: q, form: form}
	for i, f := range q.Layer.Fields {
		opener := []byte(`,`)
		if i == 0 {
			opener = []byte(`,"properties":{`)
		}
		opener = AppendString(opener, f.Name)
		w.openers = append(w.openers, append(opener, ':'))
	}
	return w
}

func (w *featureWriter) keys() int {
	if w.query.Of == nil {
		return 1
	}
	return len(w.query.Of.Keys)
}

// statement selects the geometry, then the scalar fields.
func (w *featureWriter) statement() (*builder, error) {
	b := &builder{}
	columns := make([]string, 0, len(w.query.Layer.Fields)+1)
	columns = append(columns, b.encoded(w.query.Layer, Own, w.form.Simplify))
	for _, f := range w.query.Layer.Fields {
		columns = append(columns, "t."+f.Column)
	}
	for _, m := range w.query.Layer.Members {
		columns = append(columns, memberTables[m.Name].column())
	}
	_, err := b.selection(w.query, columns, false)
	return b, err
}

// split takes the number of the key, from 0, off a row.
func (w *featureWriter) split(values [][]byte) (int, [][]byte) {
	if w.query.Of == nil {
		return 0, values
	}
	return int(rawInteger(values[0])) - 1, values[1:]
}

func (w *featureWriter) append(dst []byte, values [][]byte) ([]byte, error) {
	dst = append(dst, `{"type":"Feature","id":`...)
	dst = AppendString(dst, values[1]) // the code is the first field of every layer
	for i, f := range w.query.Layer.Fields {
		dst = append(dst, w.openers[i]...)
		dst = appendProperty(dst, f, values[i+1])
	}
	for i, m := range w.query.Layer.Members {
		dst = append(dst, ',')
		dst = AppendString(dst, m.Name)
		dst = append(dst, ':')
		dst = append(dst, values[1+len(w.query.Layer.Fields)+i]...)
	}
	dst = append(dst, `},"geometry":`...)
	dst, err := shape.AppendGeoJSON(dst, values[0], w.form.Options)
	if err != nil {
		return nil, err
	}
	return append(dst, '}'), nil
}
