package exchange

// pass moves over one value if it is sound JSON (RFC 8259) that nests no deeper than depth. Whether strings are valid
// UTF-8 is not asked here: it is told feature by feature.
func (c *cursor) pass(depth int) bool {
	switch c.peek() {
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
	}
	return c.passNumber()
}

func (c *cursor) passObject(depth int) bool {
	if depth == 0 || !c.skip('{') {
		return false
	}
	if c.skip('}') {
		return true
	}
	for c.peek() == '"' && c.passString() && c.skip(':') && c.pass(depth-1) {
		if c.skip('}') {
			return true
		}
		if !c.skip(',') {
			return false
		}
	}
	return false
}

func (c *cursor) passArray(depth int) bool {
	if depth == 0 || !c.skip('[') {
		return false
	}
	if c.skip(']') {
		return true
	}
	for c.pass(depth - 1) {
		if c.skip(']') {
			return true
		}
		if !c.skip(',') {
			return false
		}
	}
	return false
}

func (c *cursor) passString() bool {
	for c.at++; c.at < len(c.text); c.at++ {
		switch char := c.text[c.at]; {
		case char == '"':
			c.at++
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
	if c.at++; c.at == len(c.text) {
		return false
	}
	switch c.text[c.at] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return true
	case 'u':
		for range 4 {
			if c.at++; c.at == len(c.text) || !isHexadecimal(c.text[c.at]) {
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
		if c.at == len(c.text) || c.text[c.at] != word[i] {
			return false
		}
		c.at++
	}
	return true
}

func (c *cursor) passNumber() bool {
	if c.at < len(c.text) && c.text[c.at] == '-' {
		c.at++
	}
	first := c.at
	if n := c.passDigits(); n == 0 || n > 1 && c.text[first] == '0' {
		return false
	}
	if c.at < len(c.text) && c.text[c.at] == '.' {
		c.at++
		if c.passDigits() == 0 {
			return false
		}
	}
	if c.at < len(c.text) && c.text[c.at]|0x20 == 'e' {
		c.at++
		if c.at < len(c.text) && (c.text[c.at] == '-' || c.text[c.at] == '+') {
			c.at++
		}
		return c.passDigits() > 0
	}
	return true
}

// passDigits moves over digits and tells how many they are.
func (c *cursor) passDigits() int {
	at := c.at
	for at < len(c.text) && c.text[at]-'0' <= 9 {
		at++
	}
	n := at - c.at
	c.at = at
	return n
}
