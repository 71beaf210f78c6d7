package exchange

import (
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// deepest is how deep a feature may nest that a cursor moves over.
const deepest = 32

// cut gives the next feature if it is sound and in the window as a whole. It is nil for anything else, and the window
// stays as it is.
func (s *scanner) cut() jsontext.Value {
	for {
		c := cursorOver(s.window.rest())
		c.nonfinite = true
		follows := s.state == inSequence || s.index == 0 || c.Skip(',')
		if follows && c.Peek() == '{' {
			start := c.At
			if c.passObject(s.depth) {
				s.window.advance(c.At)
				return c.Text[start:c.At]
			}
		}
		if c.At < len(c.Text) || !s.window.more() {
			return nil
		}
	}
}

// takeOver lets jsontext go on where the window is. It must know what it is in.
func (s *scanner) takeOver() error {
	var inside string
	var tokens int
	switch {
	case s.state == inCollection && s.index == 0:
		inside, tokens = `{"":[`, 3
	case s.state == inCollection:
		inside, tokens = `{"":[0`, 4
	}
	s.shift = s.window.offset - int64(len(inside))
	s.json.Reset(io.MultiReader(strings.NewReader(inside), s.window), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	for range tokens {
		if _, err := s.json.ReadToken(); err != nil {
			return err
		}
	}
	return nil
}

// read gives the next value by jsontext.
func (s *scanner) read() (jsontext.Value, error) {
	value, err := s.json.ReadValue()
	if err == nil {
		s.giveBack()
	}
	return value, err
}

// giveBack leaves to the window what jsontext has taken and not read, once a value is complete: all of that is of one
// Read, the last, for without it the value would not be.
func (s *scanner) giveBack() { s.window.advance(-len(s.json.UnreadBuffer())) }

// offset is where jsontext stands in the text.
func (s *scanner) offset() int64 { return s.json.InputOffset() + s.shift }
