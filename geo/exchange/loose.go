package exchange

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"xiangtu/geo"
)

// Tables of people say every value as text, numbers above all, or texts of digits as numbers. Their values are read as
// what the field is.

// readLoosely gives the value of a field that stands in a table; an empty one is none.
func (f *feature) readLoosely(field geo.Field, text string) any {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	if strings.IndexByte(text, 0) >= 0 {
		f.record.refuse(InvalidText, field.Name, "has the character U+0000, which text cannot hold")
		return nil
	}
	value, wanted := looseValue(field.Type, text)
	if value == nil {
		f.record.refuse(WrongFieldType, field.Name, "%.40q where %s should be", text, wanted)
		return nil
	}
	if field.Name == "code" || strings.HasSuffix(field.Name, "Code") {
		return wholeCode(text)
	}
	return value
}

func looseValue(t geo.FieldType, text string) (value any, wanted string) {
	switch t {
	case geo.Integer:
		const exact = 1 << 53
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || v != math.Trunc(v) || math.Abs(v) > exact {
			return nil, "a whole number"
		}
		return int64(v), ""
	case geo.Number:
		v, err := strconv.ParseFloat(text, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, "a number"
		}
		return v, ""
	case geo.Boolean:
		switch strings.ToLower(text) {
		case "true", "t", "1", "yes", "y", "是":
			return true, ""
		case "false", "f", "0", "no", "n", "否":
			return false, ""
		}
		return nil, "true or false"
	case geo.Time:
		for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly, "2006/01/02 15:04:05", "2006/01/02"} {
			if v, err := time.Parse(form, text); err == nil {
				return v.UTC(), ""
			}
		}
		return nil, "a time such as 2026-01-31T08:00:00Z"
	default:
		return text, ""
	}
}

// wholeCode gives a code that a spreadsheet has made a number of, such as 445203001201.0, as the digits that it was.
func wholeCode(text string) string {
	whole, decimals, ok := strings.Cut(text, ".")
	if ok && whole != "" && strings.Trim(whole, "0123456789") == "" && strings.Trim(decimals, "0") == "" {
		return whole
	}
	return text
}

// readMembersLoosely reads a list of codes in a table: a list of JSON, or codes with a separator between.
func (f *feature) readMembersLoosely(name, text string) []string {
	text = strings.TrimSpace(text)
	list := []string{}
	if strings.HasPrefix(text, "[") {
		if err := json.Unmarshal([]byte(text), &list); err != nil {
			f.record.refuse(WrongFieldType, name, "%.40q is no list of codes", text)
			return nil
		}
	} else {
		list = strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(",;|、，； \t\r\n", c) })
	}
	seen := make(map[string]bool)
	for i, code := range list {
		code = wholeCode(code)
		f.checkMember(name, code, seen)
		list[i] = code
	}
	return list
}

// describeCode says what is wrong with a code that is not of a layer's form, as far as it can be told.
func describeCode(layer *geo.Layer, code string) string {
	text := fmt.Sprintf("%.80q is not of the form: %s", code, layer.CodeMeaning)
	if strings.Trim(wholeCode(code), "0123456789") != "" {
		if strings.Trim(code, "0123456789.") == "" {
			return text + " It is a number with decimals: write the digits alone, as text."
		}
		if number, err := strconv.ParseFloat(code, 64); err == nil && strings.ContainsAny(code, "eE") {
			text += fmt.Sprintf(" It is a number that a spreadsheet has rounded (%.0f): make the column text and write the codes anew.", number)
		}
		return text
	}
	if wholeCode(code) != code {
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
