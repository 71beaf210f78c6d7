package shape

import (
	"strconv"
)

// powersOfTen are those that a double holds exactly.
var powersOfTen = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// ParseNumber reads a decimal number as strconv.ParseFloat does, without hexadecimal forms, infinities and NaN. Most
// coordinates have so few digits that the quotient of two exact doubles is the nearest double (Clinger 1990), which
// takes a fraction of the time.
func ParseNumber(text []byte) (float64, bool) {
	const exactDigits = 15
	at, negative := 0, false
	if at < len(text) && (text[at] == '-' || text[at] == '+') {
		negative = text[at] == '-'
		at++
	}
	var mantissa uint64
	digits, decimals, point := 0, 0, false
	for ; at < len(text); at++ {
		c := text[at]
		if c == '.' && !point {
			point = true
			continue
		}
		if c < '0' || c > '9' {
			return parseSlowly(text)
		}
		mantissa = mantissa*10 + uint64(c-'0')
		digits++
		if point {
			decimals++
		}
		if digits > exactDigits {
			return parseSlowly(text)
		}
	}
	if digits == 0 {
		return 0, false
	}
	number := float64(mantissa) / powersOfTen[decimals]
	if negative {
		number = -number
	}
	return number, true
}

func parseSlowly(text []byte) (float64, bool) {
	for _, c := range text {
		if !IsNumeric(c) {
			return 0, false
		}
	}
	number, err := strconv.ParseFloat(string(text), 64)
	return number, err == nil
}

// IsNumeric tells whether a character can stand in a decimal number.
func IsNumeric(c byte) bool {
	return c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E'
}
