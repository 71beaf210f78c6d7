package exchange

import (
	"bytes"
	"math"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// syntaxAlone lets jsontext see to the syntax: names that are there twice and texts that are not valid UTF-8 are told
// feature by feature.
var syntaxAlone = json.JoinOptions(jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// pass moves over one value if it is sound JSON (RFC 8259) that nests no deeper than depth. Whether strings are valid
// UTF-8 is not asked here: it is told feature by feature.
func (c *cursor) pass(depth int) bool {
	switch c.Peek() {
	case '{':
		return c.passObject(depth)
	case '[':
		return c.passArray(depth)
	case '"':
		return c.passString()
	case 't':
		return c.passWord("true")
	case 'f':
		return c.passWord("false")
	case 'n':
		return c.passWord("null")
	case 'N':
		return c.nonfinite && c.passWord("NaN")
	case 'I':
		return c.nonfinite && c.passWord("Infinity")
	}
	return c.passNumber()
}

// syntaxFault says why the text of a feature is not JSON; nil where it is, NaN and Infinity for numbers included.
func syntaxFault(text []byte) error {
	c := cursorOver(text)
	c.nonfinite = true
	if c.passObject(deepest) {
		return nil
	}
	_, err := jsontext.NewDecoder(bytes.NewReader(text), syntaxAlone).ReadValue()
	return err
}

// isSound tells whether a text begins with a sound value, however deep it nests.
func isSound(text []byte) bool {
	c := cursorOver(text)
	return c.pass(math.MaxInt)
}

func (c *cursor) passObject(depth int) bool {
	if depth == 0 || !c.Skip('{') {
		return false
	}
	if c.Skip('}') {
		return true
	}
	for c.Peek() == '"' && c.passString() && c.Skip(':') && c.pass(depth-1) {
		if c.Skip('}') {
			return true
		}
		if !c.Skip(',') {
			return false
		}
	}
	return false
}

func (c *cursor) passArray(depth int) bool {
	if depth == 0 || !c.Skip('[') {
		return false
	}
	if c.Skip(']') {
		return true
	}
	for c.pass(depth - 1) {
		if c.Skip(']') {
			return true
		}
		if !c.Skip(',') {
			return false
		}
	}
	return false
}

func (c *cursor) passString() bool {
	for c.At++; c.At < len(c.Text); c.At++ {
		switch char := c.Text[c.At]; {
		case char == '"':
			c.At++
			return true
		case char < ' ':
			return false
		case char == '\\' && !c.passEscape():
			return false
		}
	}
	return false
}

// passEscape moves from a reverse solidus to the last character of its escape.
func (c *cursor) passEscape() bool {
	if c.At++; c.At == len(c.Text) {
		return false
	}
	switch c.Text[c.At] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		for range 4 {
			if c.At++; c.At == len(c.Text) || !isHexadecimal(c.Text[c.At]) {
				return false
			}
		}
		return true
	}
	return false
}

func isHexadecimal(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

func (c *cursor) passWord(word string) bool {
	for i := range len(word) {
		if c.At == len(c.Text) || c.Text[c.At] != word[i] {
			return false
		}
		c.At++
	}
	return true
}

func (c *cursor) passNumber() bool {
	const infinite = "-Infinity"
	if c.nonfinite && bytes.HasPrefix(c.Text[c.At:], []byte(infinite[:2])) {
		return c.passWord(infinite)
	}
	return c.Number()
}
