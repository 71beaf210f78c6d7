package exchange

import (
	"bytes"
	"errors"
	"regexp"

	"github.com/go-json-experiment/json/jsontext"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/shape"
)

// decoder turns GeoJSON Features into records of a layer. It is not safe for concurrent use.
type decoder struct {
	layer    *geo.Layer
	crs      crs.CRS
	geometry shape.Type
	codeForm *regexp.Regexp
	fields   map[string]int // the index in layer.Fields
	members  map[string]int // the index in layer.Members
	ignored  map[string]bool
	json     *jsontext.Decoder
	buffer   bytes.Buffer
}

func newDecoder(layer *geo.Layer, system crs.CRS) *decoder {
	d := &decoder{
		layer: layer, crs: system, codeForm: regexp.MustCompile(layer.Code), // the registry's, which tests hold to compile
		fields: make(map[string]int), members: make(map[string]int), ignored: make(map[string]bool),
		json: new(jsontext.Decoder),
	}
	d.geometry, _ = shape.ParseType(string(layer.Geometry))
	for i, f := range layer.Fields {
		d.fields[f.Name] = i
	}
	for i, m := range layer.Members {
		d.members[m.Name] = i
	}
	return d
}

// decode reads one feature. What is wrong with it is its refusal.
func (d *decoder) decode(index int, text []byte) Record {
	r := Record{Index: index, Values: make([]any, len(d.layer.Fields)), Members: make([][]string, len(d.layer.Members))}
	d.buffer = *bytes.NewBuffer(text)
	d.json.Reset(&d.buffer)
	f := feature{decoder: d, record: &r, text: text}
	if err := f.read(); err != nil {
		f.refuseSyntax(err)
	}
	f.complete()
	r.Code = f.code
	if r.Refusal == nil {
		r.Refusal = f.geometryRefusal
	}
	if r.Refusal != nil {
		r.Refusal.Code = f.code
	}
	return r
}

// feature is the reading of one feature.
type feature struct {
	*decoder
	record          *Record
	text            []byte
	isFeature       bool
	id              string
	code            string
	hasGeometry     bool
	geometryRefusal *Refusal // told only if nothing else is wrong
}

func (f *feature) refuseSyntax(err error) {
	if errors.Is(err, jsontext.ErrDuplicateName) {
		f.record.refuse(DuplicateName, "", "a member of an object is there twice")
		return
	}
	f.record.refuse(InvalidText, "", "a text is not valid UTF-8")
}

func (f *feature) read() error {
	if f.json.PeekKind() != '{' {
		f.record.refuse(NotAFeature, "", "%s where a Feature should be", kindName(f.json.PeekKind()))
		return f.json.SkipValue()
	}
	return f.object(func(name string) error {
		switch name {
		case "type":
			token, err := f.json.ReadToken()
			f.isFeature = err == nil && token.Kind() == '"' && token.String() == "Feature"
			return err
		case "id":
			return f.readID()
		case "properties":
			return f.readProperties()
		case "geometry":
			return f.readGeometry()
		}
		return f.json.SkipValue()
	})
}

// object reads an object by reading the value of each member.
func (f *feature) object(member func(name string) error) error {
	if _, err := f.json.ReadToken(); err != nil {
		return err
	}
	for f.json.PeekKind() != '}' {
		token, err := f.json.ReadToken()
		if err != nil {
			return err
		}
		if err := member(token.String()); err != nil {
			return err
		}
	}
	_, err := f.json.ReadToken()
	return err
}

func (f *feature) readID() error {
	value, err := f.json.ReadValue()
	if err != nil {
		return err
	}
	switch value.Kind() {
	case '"':
		text, err := jsontext.AppendUnquote(nil, value)
		f.id = string(text)
		return err
	case '0':
		f.id = string(value)
	}
	return nil
}
