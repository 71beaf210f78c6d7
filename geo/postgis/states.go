package postgis

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"reflect"
	"slices"
	"time"

	"xiangtu/geo"
)

// mostRoom is how many bytes of rows share an allocation.
const mostRoom = 8 << 10

// state is what a feature became at a revision, or until then was. It stays the bytes that the database sent until
// somebody asks for the feature: of most changes nobody does, and bytes are read, kept and passed over by the garbage
// collector for a fraction of what features take.
type state struct {
	revision int64
	now      bool
	row      row
}

// readStates reads the states of the features that changed after a revision, up to another, in the order of revisions and
// codes; complete is false if they are too many.
func readStates(ctx context.Context, from querier, layer *geo.Layer, after, upTo int64) (states []state, complete bool, err error) {
	b := &builder{}
	first, last := b.bind(after), b.bind(upTo)
	columns := rowColumns(layer)
	add := func(now, revision, table, condition string) {
		b.add("SELECT ", now, ", t.", revision)
		for _, column := range columns {
			b.add(", ", column)
		}
		b.add(" FROM xiangtu.", string(layer.Name), table, " AS t WHERE t.", revision, " > ", first, " AND t.", revision, " <= ", last, condition)
	}
	add("true", "revision", "", "")
	b.add(" UNION ALL ")
	add("true", "revision", "_history", " AND t.until_revision > "+first)
	b.add(" UNION ALL ")
	add("false", "until_revision", "_history", "")
	b.add(" LIMIT ", b.bind(mostChanged+1))
	rows, err := from.Query(ctx, b.String(), b.args...)
	if err != nil {
		return nil, false, err
	}
	defer rows.Close()
	var maker rowMaker
	for rows.Next() {
		raw := rows.RawValues()
		states = append(states, state{now: rawBoolean(raw[0]), revision: rawInteger(raw[1]), row: maker.row(raw[2:])})
		if len(states) > mostChanged || maker.bytes > mostChangedBytes {
			return nil, false, nil
		}
	}
	slices.SortFunc(states, func(a, b state) int {
		return cmp.Or(cmp.Compare(a.revision, b.revision), bytes.Compare(a.row.code(), b.row.code()))
	})
	return states, true, rows.Err()
}

// row is a feature with everything as the database sends it: each value after its length, which is -1 for null.
type row []byte

// rowColumns lists the columns of a row.
func rowColumns(layer *geo.Layer) []string {
	return entityColumns(layer, layer.AllFields()|geo.WithGeometry|geo.WithBBox|geo.WithLabelPoint)
}

// rowMaker makes rows that share their allocations.
type rowMaker struct {
	bytes int // that it has made
	room  []byte
}

func (m *rowMaker) row(values [][]byte) row {
	size := 0
	for _, value := range values {
		size += 4 + len(value)
	}
	if size > len(m.room) {
		m.room = make([]byte, max(size, min(m.bytes, mostRoom)))
	}
	r := row(m.room[:0:size])
	for _, value := range values {
		r = appendValue(r, value)
	}
	m.bytes, m.room = m.bytes+size, m.room[size:]
	return r
}

// next takes the first value off the row.
func (r *row) next() (value []byte) {
	length := int32(binary.BigEndian.Uint32(*r))
	if *r = (*r)[4:]; length >= 0 {
		value, *r = (*r)[:length:length], (*r)[length:]
	}
	return value
}

// code is that of the feature, the first field of every layer.
func (r row) code() []byte { return r.next() }

// feature reads the feature. Its geometries share the memory of the row.
func (r row) feature(layer *geo.Layer) geo.Feature {
	feature := layer.New()
	for i := range layer.Fields {
		readValue(layer.Fields[i].Of(feature), r.next())
	}
	core := feature.Common()
	core.Geometry, core.Extent, core.LabelPoint = r.next(), rawNumbers(r.next()), r.next()
	return feature
}

// readValue reads a value into what a field points to.
func readValue(target any, raw []byte) {
	switch target := target.(type) {
	case *string:
		*target = string(raw)
	case **string:
		if raw != nil {
			*target = new(string(raw))
		}
	case *int:
		*target = int(rawInteger(raw))
	case *int64:
		*target = rawInteger(raw)
	case *float64:
		*target = rawNumber(raw)
	case *time.Time:
		*target = rawTime(raw)
	default: // of a named type
		reflect.ValueOf(target).Elem().SetString(string(raw))
	}
}

// rawNumbers reads an array of numbers: 20 bytes of its form, and before each number the four of its length.
func rawNumbers(raw []byte) []float64 {
	const head, length, size = 20, 4, 8
	var numbers []float64
	for at := head + length; at+size <= len(raw); at += length + size {
		numbers = append(numbers, rawNumber(raw[at:at+size]))
	}
	return numbers
}
