package exchange

import (
	"github.com/paulmach/orb"

	"xiangtu/geo/shape"
)

// plain reads text as far as it is JSON.
type plain struct {
	cursor
	positions shape.Coordinates
}

func (p *plain) reset(text []byte) {
	p.Text, p.At = text, 0
	p.positions.Reset()
}

// geometry reads the coordinates of a geometry. They are valid until the next text.
func (p *plain) geometry(t shape.Type) (orb.Geometry, bool) {
	g, length := p.positions.Leading(t, p.Text[p.At:])
	p.At += length
	return g, length > 0
}

// readPlain reads a feature that is built as almost all are, in one go. It gives up on any other, of which the reading
// is then to start again: on what is not JSON, on lists and objects in a field, on a text that is not valid UTF-8, on
// coordinates that are not as they should be, on a type of geometry that comes after them.
func (f *feature) readPlain() bool {
	f.plain.reset(f.text)
	var geometry orb.Geometry
	ok := f.plain.object(func(name []byte) (ok bool) {
		switch string(name) {
		case "type":
			kind, text, ok := f.plain.scalar()
			f.isFeature = kind == '"' && text == "Feature"
			return ok
		case "id":
			return f.readPlainID()
		case "properties":
			return f.plain.object(f.readPlainProperty)
		case "geometry":
			if f.plain.kind() == 'n' {
				return f.plain.pass(0)
			}
			geometry, ok = f.readPlainGeometry()
			return ok
		}
		return f.plain.ignore(deepest)
	})
	if !ok || f.plain.At < len(f.text) {
		return false
	}
	if geometry != nil {
		f.hasGeometry = true
		f.take(geometry, nil)
	}
	return true
}

// startAgain forgets what was read.
func (f *feature) startAgain() {
	*f = feature{decoder: f.decoder, record: f.record, text: f.text}
	f.record.Refusal = nil
	clear(f.record.Values)
	clear(f.record.Members)
}

func (f *feature) readPlainID() bool {
	kind, text, ok := f.plain.scalar()
	if !f.loose && (kind == '"' || kind == '0') {
		f.id = text
	}
	return ok
}

func (f *feature) readPlainProperty(name []byte) bool {
	at, known := f.propertyNamed(name)
	switch {
	case known && at.member >= 0:
		list, ok := f.readPlainMembers(f.layer.Members[at.member].Name)
		f.record.Members[at.member] = list
		return ok
	case known && !f.layer.Fields[at.field].Kept:
		kind, text, ok := f.plain.scalar()
		if ok {
			f.record.Values[at.field] = f.scalarValue(f.layer.Fields[at.field], kind, text)
		}
		return ok
	}
	return f.plain.ignore(deepest)
}

// readPlainMembers reads a list of codes.
func (f *feature) readPlainMembers(name string) ([]string, bool) {
	list := []string{}
	seen := make(map[string]bool)
	ok := f.plain.List(func() bool {
		code, ok := f.plain.string()
		f.checkMember(name, code, seen)
		list = append(list, code)
		return ok
	})
	return list, ok
}

func (f *feature) readPlainGeometry() (g orb.Geometry, ok bool) {
	var t shape.Type
	ok = f.plain.object(func(name []byte) (ok bool) {
		switch string(name) {
		case "type":
			var text string
			if text, ok = f.plain.string(); ok {
				t, ok = shape.ParseType(text)
			}
		case "coordinates":
			g, ok = f.plain.geometry(t)
		}
		return ok
	})
	return g, ok && g != nil
}
