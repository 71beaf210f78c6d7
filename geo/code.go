package geo

import (
	"fmt"
	"strconv"
	"strings"
)

// IsCode tells whether a code is of the layer's form.
func (l *Layer) IsCode(code string) bool { return l.codeForm.MatchString(code) }

// WholeCode gives a code that a spreadsheet has made a number of, such as 445203001201.0, as the digits that it was.
func WholeCode(text string) string {
	whole, decimals, ok := strings.Cut(text, ".")
	if ok && whole != "" && strings.Trim(whole, "0123456789") == "" && strings.Trim(decimals, "0") == "" {
		return whole
	}
	return text
}

// DescribeCode says what is wrong with a code that is not of the layer's form, as far as it can be told.
func (l *Layer) DescribeCode(code string) string {
	text := fmt.Sprintf("%.80q is not of the form: %s", code, l.CodeMeaning)
	if strings.Trim(WholeCode(code), "0123456789") != "" {
		if strings.Trim(code, "0123456789.") == "" {
			return text + " It is a number with decimals: write the digits alone, as text."
		}
		if number, err := strconv.ParseFloat(code, 64); err == nil && strings.ContainsAny(code, "eE") {
			text += fmt.Sprintf(" It is a number that a spreadsheet has rounded (%.0f): make the column text and write the codes anew.", number)
		}
		return text
	}
	if WholeCode(code) != code {
		return text + " It is a number with decimals: write the digits alone, as text."
	}
	kinds := map[int]string{2: "a province's", 4: "a city's", 6: "a county's", 9: "a town's", 12: "a village's", 14: "a grid's of level 2", 16: "a grid's of level 3"}
	kind, known := kinds[len(code)]
	switch {
	case known:
		text += fmt.Sprintf(" It has %d digits, like %s code.", len(code), kind)
	case kinds[len(code)+1] != "":
		text += fmt.Sprintf(" It has %d digits: a leading zero may be lost, as in a number.", len(code))
	}
	return text
}
