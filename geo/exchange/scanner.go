package exchange

import (
	"errors"
	"io"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"xiangtu/geo"
)

// scanner finds the features of a file one after the other: those of a FeatureCollection, or JSON texts in a row. It
// sees to the syntax alone, so that what is wrong with one feature does not end the reading.
//
// Features are cut out of the window by where they end; those that are not JSON are found out as they are decoded.
// Whatever else there is, jsontext reads, which takes over and gives back wherever one value ends: the beginning and the
// end of a collection, and what is larger than the window.
type scanner struct {
	meter  *meter
	window *window
	cuts   bool // whether features are cut out at all
	json   *jsontext.Decoder
	shift  int64   // of a byte in the text against its place in json
	asked  *System // what the coordinates are said to be; a file that says another is refused
	system System  // what they are
	state  scannerState
	index  int // of the next feature
}

type scannerState int

const (
	atStart scannerState = iota
	inCollection
	inSequence // between JSON texts
	atEnd
)

func newScanner(text io.Reader, asked *System, maxFeature int) *scanner {
	m := newMeter(text, maxFeature)
	w := newWindow(m)
	decoder := jsontext.NewDecoder(w, syntaxAlone)
	s := &scanner{meter: m, window: w, cuts: true, json: decoder, asked: asked}
	if asked != nil {
		s.system = *asked
	}
	return s
}

func (s *scanner) next() (piece, error) {
	s.meter.used = 0
	value, err := s.step()
	if err != nil {
		return piece{}, s.explain(err)
	}
	p := piece{index: s.index, offset: s.window.offset - int64(len(value)), text: value}
	s.index++
	return p, nil
}

func (s *scanner) step() (jsontext.Value, error) {
	if s.state == atStart {
		value, err := s.begin()
		if err != nil {
			return nil, err
		}
		if s.giveBack(); value != nil {
			return value, nil
		}
	}
	if s.state == atEnd {
		return nil, io.EOF
	}
	if value := s.cut(); value != nil {
		return value, nil
	}
	if err := s.takeOver(); err != nil {
		return nil, err
	}
	if s.state == inCollection {
		if s.json.PeekKind() != ']' {
			return s.read()
		}
		if err := s.finishCollection(); err != nil {
			return nil, err
		}
	}
	if s.state == atEnd {
		offset := s.offset()
		if _, err := s.json.ReadToken(); errors.Is(err, io.EOF) {
			return nil, io.EOF
		}
		return nil, geo.Invalid("", "something follows the FeatureCollection at byte %d: give one FeatureCollection, or features in a row", offset)
	}
	return s.read()
}

// begin reads up to the first feature of a collection, or gives the first of features in a row.
func (s *scanner) begin() (jsontext.Value, error) {
	switch kind := s.json.PeekKind(); kind {
	case '{':
	case jsontext.KindInvalid:
		_, err := s.json.ReadToken()
		if errors.Is(err, io.EOF) {
			return nil, geo.Invalid("", "the file is empty")
		}
		return nil, err
	default:
		return nil, geo.Invalid("", "the file begins with %s where a FeatureCollection or a Feature should be", kindName(kind))
	}
	if _, err := s.json.ReadToken(); err != nil {
		return nil, err
	}
	object := []byte{'{'}
	for s.json.PeekKind() != '}' {
		name, err := s.name()
		if err != nil {
			return nil, err
		}
		if name == "features" && s.json.PeekKind() == '[' {
			s.state = inCollection
			_, err = s.json.ReadToken()
			return nil, err
		}
		value, err := s.json.ReadValue()
		if err != nil {
			return nil, err
		}
		if err := s.checkMember(name, value); err != nil {
			return nil, err
		}
		if len(object) > 1 {
			object = append(object, ',')
		}
		if object, err = jsontext.AppendQuote(object, name); err != nil {
			return nil, err
		}
		object = append(append(object, ':'), value...)
	}
	s.state = inSequence
	_, err := s.json.ReadToken()
	return append(object, '}'), err
}

// finishCollection reads what follows the features of a collection.
func (s *scanner) finishCollection() error {
	s.state = atEnd
	if _, err := s.json.ReadToken(); err != nil {
		return err
	}
	for s.json.PeekKind() != '}' {
		name, err := s.name()
		if err != nil {
			return err
		}
		value, err := s.json.ReadValue()
		if err != nil {
			return err
		}
		if err := s.checkMember(name, value); err != nil {
			return err
		}
	}
	_, err := s.json.ReadToken()
	return err
}

func (s *scanner) name() (string, error) {
	token, err := s.json.ReadToken()
	if err != nil {
		return "", err
	}
	return token.String(), nil
}

// checkMember refuses a file that says what it cannot be: a collection without a list of features, or coordinates of
// another reference system than it is read in.
func (s *scanner) checkMember(name string, value jsontext.Value) error {
	switch {
	case name == "features":
		return geo.Invalid("features", "%s where a list of features should be", kindName(value.Kind()))
	case name != "crs" || value.Kind() == 'n':
		return nil
	}
	var member struct {
		Properties struct {
			Name string `json:"name"`
		} `json:"properties"`
	}
	if err := json.Unmarshal(value, &member); err != nil {
		return geo.Invalid("crs", "not a named reference system")
	}
	stated, err := statedSystem(member.Properties.Name)
	if err != nil {
		return err
	}
	if s.asked == nil && s.index > 0 && !stated.equal(s.system) {
		return geo.Invalid("crs", "the file says only after its features that their coordinates are %v: give --crs %v", stated, stated)
	}
	s.system, err = agreed(stated, s.asked)
	return err
}

// explain makes an error that a person can act on out of one of reading.
func (s *scanner) explain(err error) error {
	var syntax *jsontext.SyntacticError
	var known *geo.Error
	switch {
	case errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &known):
		return err
	case errors.Is(err, errTooLarge):
		return geo.Invalid("", "feature %d has more than %d MB", s.index, s.meter.most>>20)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return geo.Invalid("", "the file is cut short at byte %d, in feature %d", s.offset()+int64(len(s.json.UnreadBuffer())), s.index)
	case errors.As(err, &syntax):
		return notJSON(syntax, s.shift, s.index)
	}
	return readError(err)
}

// notJSON says where a file is no JSON, and why. The error is of a text that begins at the offset.
func notJSON(err *jsontext.SyntacticError, offset int64, feature int) error {
	return geo.Invalid("", "the file is not JSON at byte %d, in feature %d: %v", err.ByteOffset+offset, feature, err.Err)
}

// kindName names a kind of JSON value for a message.
func kindName(kind jsontext.Kind) string {
	switch kind {
	case 'n':
		return "null"
	case 'f', 't':
		return "a boolean"
	case '"':
		return "a text"
	case '0':
		return "a number"
	case '[':
		return "an array"
	case '{':
		return "an object"
	}
	return "no JSON value"
}

func (s *scanner) decode(d *decoder, p piece) (Record, error) {
	record, err := d.decode(p.index, p.text)
	if err == nil {
		return record, nil
	}
	if syntax, ok := errors.AsType[*jsontext.SyntacticError](err); ok {
		err = notJSON(syntax, p.offset, p.index)
	}
	return record, err
}

func (s *scanner) stated() System { return s.system }
