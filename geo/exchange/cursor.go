package exchange

import (
	"bytes"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// cursor moves over JSON text. It takes what almost all files hold, and gives up on the rest, which jsontext reads: it
// is general, says what is wrong, and takes three times as long. After giving up, a cursor stands where it did, which is
// the end of the text if that may only lack its rest.
type cursor struct {
	text  []byte
	at    int
	names [][]byte // of the members of the objects that it is in
}

// peek gives the next character that is no white space, 0 at the end.
func (c *cursor) peek() byte {
	for c.at < len(c.text) {
		switch char := c.text[c.at]; char {
		case ' ', '\n', '\t', '\r':
			c.at++
		default:
			return char
		}
	}
	return 0
}

// skip passes a character over, and the white space before it, if it is next.
func (c *cursor) skip(char byte) bool {
	if c.peek() != char {
		return false
	}
	c.at++
	return true
}

// list reads an array by reading each of its items.
func (c *cursor) list(item func() bool) bool {
	if !c.skip('[') {
		return false
	}
	if c.skip(']') {
		return true
	}
	for item() {
		if c.skip(']') {
			return true
		}
		if !c.skip(',') {
			return false
		}
	}
	return false
}

// kind is that of the next value, by its first character.
func (c *cursor) kind() jsontext.Kind {
	switch char := c.peek(); char {
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
	if !c.skip('{') {
		return false
	}
	if c.skip('}') {
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
		if !c.skip(':') || !member(name) {
			return false
		}
		if c.skip('}') {
			return true
		}
		if !c.skip(',') {
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
	if c.peek() != '"' {
		return nil, false
	}
	start := c.at
	if !c.passString() {
		return nil, false
	}
	text = c.text[start:c.at]
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
		start := c.at
		ok = c.pass(0)
		return kind, string(c.text[start:c.at]), ok
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
		return depth > 0 && c.list(func() bool { return c.ignore(depth - 1) })
	case '"':
		_, ok := c.string()
		return ok
	}
	return c.pass(0)
}
