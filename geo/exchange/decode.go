package exchange

import (
	"bytes"
	"errors"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

// decoder turns features of a file into records of a layer. It is not safe for concurrent use.
type decoder struct {
	layer    *geo.Layer
	columns  columnMap
	loose    bool // values are those of a table: see loose.go
	swapAxes bool
	system   System // of the feature at hand
	geometry shape.Type
	speller  *geo.Speller
	code     int // index in layer.Fields
	name     int
	ignored  map[string]bool
	seen     map[string]bool // the properties that features have; nil where nobody asks
	stray    Stray
	heights  bool  // whether a WKT had heights
	plain    plain // for readPlain
	json     *jsontext.Decoder
	buffer   bytes.Buffer
	memory           // that is left for the records of a batch
	record   Record  // that is being filled
	feature  feature // that is being read
}

// memory is what the records of a batch lie in, for to make room for each takes longer than to read it.
type memory struct {
	values     []any
	members    [][]string
	geometries []byte
}

func newDecoder(layer *geo.Layer, columns columnMap, loose, swapAxes bool) *decoder {
	d := &decoder{
		layer: layer, columns: columns, loose: loose, swapAxes: swapAxes,
		ignored: make(map[string]bool), speller: geo.NewSpeller(), json: new(jsontext.Decoder),
	}
	d.geometry, _ = shape.ParseType(string(layer.Geometry))
	for i, f := range layer.Fields {
		switch f.Name {
		case "code":
			d.code = i
		case "name":
			d.name = i
		}
	}
	if len(columns.wanted) > 0 {
		d.seen = make(map[string]bool)
	}
	return d
}

// decode reads one feature of GeoJSON. What is wrong with it is its refusal; the error is that it is not JSON.
func (d *decoder) decode(index int, text []byte) (Record, error) {
	var fault error
	record := d.fill(index, func(f *feature) {
		f.text = text
		if f.readPlain() {
			return
		}
		if fault = syntaxFault(text); fault == nil {
			f.startAgain()
			f.readByTokens()
		}
	})
	return record, fault
}

// reserve makes room for so many records of a text, in memory that is used again where it is large enough.
func (d *decoder) reserve(used memory, records, bytes int) memory {
	const characters = 24 // of a position with seven decimals, which are as usual as any; with fewer, the memory grows
	d.memory = memory{
		values:     cleared(used.values, records*len(d.layer.Fields)),
		members:    cleared(used.members, records*len(d.layer.Members)),
		geometries: slices.Grow(used.geometries[:0], (bytes/characters+1)*shape.PointSize),
	}
	return d.memory
}

// cleared gives a list of n zero values, in the memory of another.
func cleared[T any](used []T, n int) []T {
	list := slices.Grow(used[:0], n)[:n]
	clear(list)
	return list
}

// cutOff takes the first n items off a list that has them.
func cutOff[T any](list []T, n int) (first, rest []T) { return list[:n:n], list[n:] }

// fill makes the record of a feature that read reads.
func (d *decoder) fill(index int, read func(*feature)) Record {
	r, f := &d.record, &d.feature
	*r = Record{Index: index}
	r.Values, d.values = cutOff(d.values, len(d.layer.Fields))
	r.Members, d.members = cutOff(d.members, len(d.layer.Members))
	*f = feature{decoder: d, record: r}
	read(f)
	f.complete()
	r.Code = f.given
	if r.Refusal == nil {
		r.Refusal = f.geometryRefusal
	}
	if r.Refusal != nil {
		r.Refusal.Code = f.given
	}
	return *r
}

// feature is the reading of one feature.
type feature struct {
	*decoder
	record          *Record
	text            []byte
	isFeature       bool
	id              string
	given           string // its code
	hasGeometry     bool
	geometryRefusal *Refusal // told only if nothing else is wrong
}

// readByTokens reads any feature.
func (f *feature) readByTokens() {
	f.buffer = *bytes.NewBuffer(f.text)
	f.json.Reset(&f.buffer)
	if err := f.read(); err != nil {
		f.refuseSyntax(err)
	}
}

// refuseSyntax refuses a feature whose text only the scanner takes for JSON: for its texts, or for what stands for numbers.
func (f *feature) refuseSyntax(err error) {
	var syntax *jsontext.SyntacticError
	switch {
	case errors.Is(err, jsontext.ErrDuplicateName):
		f.record.refuse(DuplicateName, "", "a member of an object is there twice")
	case !utf8.Valid(f.text) || isSound(f.text):
		f.record.refuse(InvalidText, "", "a text is not valid UTF-8; a file in GB18030 or GBK is read with --encoding gb18030")
	case errors.As(err, &syntax):
		f.record.refuse(shape.CodeNotFinite, memberAt(syntax.JSONPointer), "NaN or Infinity, which is no number of JSON; a value that is not known is null")
	}
}

// memberAt names a member of a feature as refusals do.
func memberAt(pointer jsontext.Pointer) string {
	tokens := slices.Collect(pointer.Tokens())
	if len(tokens) > 1 && tokens[0] == "properties" {
		tokens = tokens[1:]
	}
	path := new(geo.Error)
	for _, token := range slices.Backward(tokens) {
		if _, err := strconv.Atoi(token); err == nil {
			token = "[" + token + "]"
		}
		path = path.At(token)
	}
	return path.Path
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
	if err != nil || f.loose {
		return err // what stores number rows by is no code
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
