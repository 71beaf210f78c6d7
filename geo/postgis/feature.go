package postgis

import (
	"context"
	"slices"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

// FeatureForm says how features are written as GeoJSON.
type FeatureForm struct {
	shape.Options          // decimals, reference system and order of axes
	Simplify      *float64 // tolerance in metres; nil for none
	// Properties names the scalar fields and lists of members that are written; nil for all. The others are not read.
	Properties []string
	// SkipGeometry leaves the geometry unread, and writes null in its place.
	SkipGeometry bool
	// MembersAsText writes a list of members as one text with commas between, for programs whose tables have no lists.
	MembersAsText bool
	// Whole is for files, of which the end counts and not how soon they begin: a layer that is large is looked at first, to
	// be read as it lies where that is in the order of the query.
	Whole bool
}

// EachFeature writes the features of a query as GeoJSON (RFC 7946, 3.2), one after the other as the database sends
// them: the id is the code, the properties are those of the form, whatever the query asked for. number is that of the
// relatives' key, from 0. The bytes are valid until each returns.
func (s *Store) EachFeature(ctx context.Context, q geo.Query, form FeatureForm, each func(number int, feature []byte) error) error {
	q, err := s.Resolve(ctx, q)
	if err != nil {
		return err
	}
	w := newFeatureWriter(q, form)
	var buffer []byte
	seen := make([]int, w.keys())
	return s.eachRow(ctx, w, func(row [][]byte) (err error) {
		number, values := w.split(row)
		if seen[number]++; q.Window.Limit > 0 && seen[number] > q.Window.Limit {
			return nil // the one more that tells whether there is more
		}
		if buffer, err = w.append(buffer[:0], values); err != nil {
			return fail(err)
		}
		return each(number, buffer)
	})
}

// featureWriter writes rows of a selection as GeoJSON features. A row has the geometry, unless it is skipped, then the
// code, then the properties but the code.
type featureWriter struct {
	query      geo.Query
	form       FeatureForm
	code       int // the index of the code in a row
	properties []writtenProperty
}

// writtenProperty is a property of each feature.
type writtenProperty struct {
	name    string
	opener  []byte      // what comes before its value
	field   *geo.Field  // nil for a list of members, which the database writes
	members memberTable // of such a list
	index   int         // of its value in a row
}

func newFeatureWriter(q geo.Query, form FeatureForm) *featureWriter {
	w := &featureWriter{query: q, form: form}
	next := 1
	if !form.SkipGeometry {
		w.code, next = 1, 2
	}
	add := func(name string, field *geo.Field, members memberTable) {
		if form.Properties != nil && !slices.Contains(form.Properties, name) {
			return
		}
		p := writtenProperty{name: name, field: field, members: members, index: w.code}
		if name != "code" {
			p.index = next
			next++
		}
		if len(w.properties) > 0 {
			p.opener = append(p.opener, ',')
		}
		p.opener = append(AppendString(p.opener, name), ':')
		w.properties = append(w.properties, p)
	}
	for i, f := range q.Layer.Fields {
		add(f.Name, &q.Layer.Fields[i], memberTable{})
	}
	for _, m := range q.Layer.Members {
		add(m.Name, nil, memberTables[m.Name])
	}
	return w
}

func (w *featureWriter) keys() int {
	if w.query.Of == nil {
		return 1
	}
	return len(w.query.Of.Keys)
}

// statement selects what a row has, and the terms of the order after it where withTerms asks for them.
func (w *featureWriter) statement(ctx context.Context, withTerms bool) (*builder, []term, error) {
	b := newBuilder(ctx)
	terms, err := b.selection(w.query, w.columns(b), withTerms)
	return b, terms, err
}

func (w *featureWriter) columns(b *builder) []string {
	columns := make([]string, 0, len(w.properties)+2)
	if !w.form.SkipGeometry {
		columns = append(columns, b.encoded(w.query.Layer, Own, w.form.Simplify))
	}
	columns = append(columns, "t.code")
	for _, p := range w.properties {
		if p.index != w.code {
			columns = append(columns, w.column(b, p))
		}
	}
	return columns
}

// column reads a property.
func (w *featureWriter) column(b *builder, p writtenProperty) string {
	switch {
	case p.field != nil:
		return "t." + p.field.Column
	case w.form.MembersAsText:
		return p.members.textColumn(b)
	default:
		return p.members.column(b)
	}
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
	dst = AppendString(dst, values[w.code])
	dst = append(dst, `,"properties":`...)
	dst = w.appendProperties(dst, values)
	dst = append(dst, `,"geometry":`...)
	if w.form.SkipGeometry {
		return append(dst, `null}`...), nil
	}
	dst, err := shape.AppendGeoJSON(dst, values[0], w.form.Options)
	if err != nil {
		return nil, err
	}
	return append(dst, '}'), nil
}

// appendProperties appends the properties of a row as a JSON object.
func (w *featureWriter) appendProperties(dst []byte, values [][]byte) []byte {
	dst = append(dst, '{')
	for i := range w.properties {
		p := &w.properties[i]
		dst = append(dst, p.opener...)
		switch {
		case p.field != nil:
			dst = appendProperty(dst, *p.field, values[p.index])
		case w.form.MembersAsText:
			dst = AppendString(dst, values[p.index])
		default:
			dst = append(dst, values[p.index]...)
		}
	}
	return append(dst, '}')
}
