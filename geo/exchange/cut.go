package exchange

import (
	"bytes"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// deepest is how deep a feature may nest that a cursor moves over.
const deepest = 32

// cut gives the next feature if it is in the window as a whole. It is nil for anything else, and the window stays as it
// is. Only where the feature ends is asked for; whoever decodes it sees whether it is JSON.
func (s *scanner) cut() jsontext.Value {
	for {
		c := cursorOver(s.window.rest())
		follows := s.state == inSequence || s.index == 0 || c.Skip(',')
		if follows && c.Peek() == '{' && s.cuts {
			if length := objectLength(c.Text[c.At:]); length > 0 {
				s.window.advance(c.At + length)
				return c.Text[c.At : c.At+length]
			}
			c.At = len(c.Text)
		}
		if c.At < len(c.Text) || !s.window.more() {
			return nil
		}
	}
}

// objectLength tells how long the object is at the beginning of a text, by its quotation marks and braces alone; 0 where
// it has no end. A text that is not JSON may have any length, but none that ends before what is wrong.
func objectLength(text []byte) int {
	depth := 0
	for at := 0; at < len(text); {
		between := bytes.IndexByte(text[at:], '"')
		if between < 0 {
			between = len(text) - at
		}
		length, ended := closing(text[at:at+between], &depth)
		if at += length; ended {
			return at
		}
		if at < len(text) {
			at = stringEnd(text, at)
		}
	}
	return 0
}

// closing moves over text without strings to its end, or behind the brace that closes as many as are open.
func closing(text []byte, depth *int) (length int, ended bool) {
	for length < len(text) {
		next := bytes.IndexByte(text[length:], '}')
		if next < 0 {
			*depth += bytes.Count(text[length:], []byte{'{'})
			return len(text), false
		}
		*depth += bytes.Count(text[length:length+next], []byte{'{'}) - 1
		if length += next + 1; *depth == 0 {
			return length, true
		}
	}
	return length, false
}

// stringEnd gives the place behind the string that begins at one; that of the end of the text where the string has none.
func stringEnd(text []byte, at int) int {
	first := at + 1
	for at = first; ; at++ {
		length := bytes.IndexByte(text[at:], '"')
		if length < 0 {
			return len(text)
		}
		at += length
		escapes := 0
		for at-escapes > first && text[at-escapes-1] == '\\' {
			escapes++
		}
		if escapes%2 == 0 { // or else the last of them escapes the quotation mark
			return at + 1
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
	s.json.Reset(io.MultiReader(strings.NewReader(inside), s.window), syntaxAlone)
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
