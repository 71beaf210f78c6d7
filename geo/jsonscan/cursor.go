// Package jsonscan moves over JSON text that is as it should be, without copying or decoding it.
package jsonscan

// Cursor is a place in JSON text. The zero value is at the beginning of none.
type Cursor struct {
	Text []byte
	At   int
}

// Peek gives the next character that is no white space, 0 at the end, and moves to it.
func (c *Cursor) Peek() byte {
	for c.At < len(c.Text) {
		switch char := c.Text[c.At]; char {
		case ' ', '\n', '\t', '\r':
			c.At++
		default:
			return char
		}
	}
	return 0
}

// Skip passes a character over, and the white space before it, if it is next.
func (c *Cursor) Skip(char byte) bool {
	if c.Peek() != char {
		return false
	}
	c.At++
	return true
}

// List reads an array by reading each of its items. It is false, and the cursor where that was found, if an item is, or if
// there is no array.
func (c *Cursor) List(item func() bool) bool {
	if !c.Skip('[') {
		return false
	}
	if c.Skip(']') {
		return true
	}
	for item() {
		if c.Skip(']') {
			return true
		}
		if !c.Skip(',') {
			return false
		}
	}
	return false
}

// Number passes a number over (RFC 8259, section 6). It is false where none is, or where its rest is lacking.
func (c *Cursor) Number() bool {
	if c.At < len(c.Text) && c.Text[c.At] == '-' {
		c.At++
	}
	first := c.At
	if n := c.digits(); n == 0 || n > 1 && c.Text[first] == '0' {
		return false
	}
	if c.At < len(c.Text) && c.Text[c.At] == '.' {
		c.At++
		if c.digits() == 0 {
			return false
		}
	}
	if c.At < len(c.Text) && c.Text[c.At]|0x20 == 'e' {
		c.At++
		if c.At < len(c.Text) && (c.Text[c.At] == '-' || c.Text[c.At] == '+') {
			c.At++
		}
		return c.digits() > 0
	}
	return true
}

// digits passes digits over and tells how many they are.
func (c *Cursor) digits() int {
	at := c.At
	for at < len(c.Text) && c.Text[at]-'0' <= 9 {
		at++
	}
	n := at - c.At
	c.At = at
	return n
}
