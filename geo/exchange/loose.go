package exchange

import (
	"encoding/json"
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
		return geo.WholeCode(text)
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
		code = geo.WholeCode(code)
		f.checkMember(name, code, seen)
		list[i] = code
	}
	return list
}
