package exchange

import (
	"bytes"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"xiangtu/geo/jsonscan"
)

// cursor moves over JSON text. It takes what almost all files hold, and gives up on the rest, which jsontext reads: it
// is general, says what is wrong, and takes three times as long. After giving up, a cursor stands where it did, which is
// the end of the text if that may only lack its rest.
type cursor struct {
	jsonscan.Cursor

	names     [][]byte // of the members of the objects that it is in
	nonfinite bool     // whether pass takes NaN and Infinity for numbers, as programs write what JSON has no number for
}

// cursorOver gives one at the beginning of a text.
func cursorOver(text []byte) cursor { return cursor{Cursor: jsonscan.Cursor{Text: text}} }

// kind is that of the next value, by its first character.
func (c *cursor) kind() jsontext.Kind {
	switch char := c.Peek(); char {
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return '0'
	default:
		return jsontext.Kind(char)
	}
}

// mostNames is how many members an object may have of which each name is compared with those before.
const mostNames = 64

// object reads an object by reading the value of each member. It gives up on names with escapes and on one that is
// there twice.
func (c *cursor) object(member func(name []byte) bool) bool {
	outer := len(c.names)
	defer func() { c.names = c.names[:outer] }()
	if !c.Skip('{') {
		return false
	}
	if c.Skip('}') {
		return true
	}
	for {
		quoted, escaped := c.quoted()
		if quoted == nil || escaped {
			return false
		}
		name := quoted[1 : len(quoted)-1]
		if len(c.names)-outer == mostNames || !utf8.Valid(name) || has(c.names[outer:], name) {
			return false
		}
		c.names = append(c.names, name)
		if !c.Skip(':') || !member(name) {
			return false
		}
		if c.Skip('}') {
			return true
		}
		if !c.Skip(',') {
			return false
		}
	}
}

func has(names [][]byte, name []byte) bool {
	for _, other := range names {
		if bytes.Equal(other, name) {
			return true
		}
	}
	return false
}

// quoted reads a string as it stands, and tells whether it has escapes; nil where there is none.
func (c *cursor) quoted() (text []byte, escaped bool) {
	if c.Peek() != '"' {
		return nil, false
	}
	start := c.At
	if !c.passString() {
		return nil, false
	}
	text = c.Text[start:c.At]
	return text, bytes.IndexByte(text, '\\') >= 0
}

// string reads a string.
func (c *cursor) string() (text string, ok bool) {
	quoted, escaped := c.quoted()
	if quoted == nil {
		return "", false
	}
	if escaped {
		unquoted, err := jsontext.AppendUnquote(nil, quoted)
		return string(unquoted), err == nil
	}
	inner := quoted[1 : len(quoted)-1]
	return string(inner), utf8.Valid(inner)
}

// scalar reads a value that is no list and no object: of a string what it says, of others how they are written.
func (c *cursor) scalar() (kind jsontext.Kind, text string, ok bool) {
	switch kind = c.kind(); kind {
	case '"':
		text, ok = c.string()
		return kind, text, ok
	case '0', 't', 'f', 'n':
		start := c.At
		ok = c.pass(0)
		return kind, string(c.Text[start:c.At]), ok
	}
	return kind, "", false
}

// ignore moves over a value that nobody asks for, of which it holds the same as of others: names are there once, and texts
// are valid UTF-8. It gives up on what nests deeper than depth.
func (c *cursor) ignore(depth int) bool {
	switch c.kind() {
	case '{':
		return depth > 0 && c.object(func([]byte) bool { return c.ignore(depth - 1) })
	case '[':
		return depth > 0 && c.List(func() bool { return c.ignore(depth - 1) })
	case '"':
		_, ok := c.string()
		return ok
	}
	return c.pass(0)
}
