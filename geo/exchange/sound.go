package exchange

import "math"

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
	if c.At < len(c.Text) && c.Text[c.At] == '-' {
		c.At++
		if c.nonfinite && c.At < len(c.Text) && c.Text[c.At] == 'I' {
			return c.passWord("Infinity")
		}
	}
	first := c.At
	if n := c.passDigits(); n == 0 || n > 1 && c.Text[first] == '0' {
		return false
	}
	if c.At < len(c.Text) && c.Text[c.At] == '.' {
		c.At++
		if c.passDigits() == 0 {
			return false
		}
	}
	if c.At < len(c.Text) && c.Text[c.At]|0x20 == 'e' {
		c.At++
		if c.At < len(c.Text) && (c.Text[c.At] == '-' || c.Text[c.At] == '+') {
			c.At++
		}
		return c.passDigits() > 0
	}
	return true
}

// passDigits moves over digits and tells how many they are.
func (c *cursor) passDigits() int {
	at := c.At
	for at < len(c.Text) && c.Text[at]-'0' <= 9 {
		at++
	}
	n := at - c.At
	c.At = at
	return n
}
