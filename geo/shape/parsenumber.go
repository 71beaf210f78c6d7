package shape

import (
	"strconv"

	"xiangtu/geo/jsonscan"
)

// powersOfTen are those that a double holds exactly.
var powersOfTen = [...]float64{
	1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
}

// ParseNumber reads a decimal number as strconv.ParseFloat does, without hexadecimal forms, infinities and NaN.
func ParseNumber(text []byte) (float64, bool) {
	number, length, _ := leadingNumber(text)
	return number, length > 0 && length == len(text)
}

// leadingNumber is ParseNumber of all that can stand in a number at the beginning of a text. It tells how long that is,
// 0 where it is none, and whether it is written as JSON has numbers.
//
// Most coordinates have so few digits that the quotient of two exact doubles is the nearest double (Clinger 1990), which
// takes a fraction of the time.
func leadingNumber(text []byte) (number float64, length int, ofJSON bool) {
	const exactDigits = 15
	at := 0
	negative := len(text) > 0 && text[0] == '-'
	signed := negative || len(text) > 0 && text[0] == '+'
	if signed {
		at++
	}
	start := at
	var mantissa uint64
	for ; at < len(text) && text[at]-'0' <= 9; at++ {
		mantissa = mantissa*10 + uint64(text[at]-'0')
	}
	digits, decimals := at-start, 0
	ofJSON = signed == negative && (digits == 1 || digits > 1 && text[start] != '0')
	if at < len(text) && text[at] == '.' {
		at++
		start = at
		for ; at < len(text) && text[at]-'0' <= 9; at++ {
			mantissa = mantissa*10 + uint64(text[at]-'0')
		}
		decimals = at - start
		digits += decimals
		ofJSON = ofJSON && decimals > 0
	}
	if digits == 0 || digits > exactDigits || at < len(text) && IsNumeric(text[at]) {
		return leadingNumberSlowly(text)
	}
	number = float64(mantissa) / powersOfTen[decimals]
	if negative {
		number = -number
	}
	return number, at, ofJSON
}

func leadingNumberSlowly(text []byte) (number float64, length int, ofJSON bool) {
	for length < len(text) && IsNumeric(text[length]) {
		length++
	}
	number, err := strconv.ParseFloat(string(text[:length]), 64)
	if err != nil {
		return number, 0, false
	}
	c := jsonscan.Cursor{Text: text[:length]}
	return number, length, c.Number() && c.At == length
}

// IsNumeric tells whether a character can stand in a decimal number.
func IsNumeric(c byte) bool {
	return c >= '0' && c <= '9' || c == '.' || c == '-' || c == '+' || c == 'e' || c == 'E'
}
