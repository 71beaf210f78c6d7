package exchange

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"xiangtu/geo"
)

func (f *feature) readProperties() error {
	if kind := f.json.PeekKind(); kind != '{' {
		if kind != 'n' {
			f.record.refuse(NotAFeature, "properties", "%s where an object should be", kindName(kind))
		}
		return f.json.SkipValue()
	}
	return f.object(func(name string) error {
		at, known := f.propertyNamed([]byte(name))
		switch {
		case !known:
		case at.member >= 0:
			list, err := f.readMembers(f.layer.Members[at.member].Name)
			f.record.Members[at.member] = list
			return err
		case !f.layer.Fields[at.field].Kept:
			value, err := f.readScalar(f.layer.Fields[at.field])
			f.record.Values[at.field] = value
			return err
		}
		return f.json.SkipValue()
	})
}

// propertyNamed says what a property holds, if the layer has it, and keeps the name for whoever asks what there was.
func (f *feature) propertyNamed(name []byte) (target, bool) {
	if f.seen != nil && !f.seen[string(name)] && (len(f.seen) < mostSeen || slices.Contains(f.columns.wanted, string(name))) {
		f.seen[string(name)] = true
	}
	at, known := f.columns.targets[string(name)]
	if !known && !f.ignored[string(name)] {
		f.ignore(string(name))
	}
	return at, known
}

// readScalar reads the value of a field; nil where it is null or refused.
func (f *feature) readScalar(field geo.Field) (any, error) {
	token, err := f.json.ReadToken()
	if err != nil {
		return nil, err
	}
	kind := token.Kind()
	value := f.scalarValue(field, kind, token.String())
	if kind == '{' || kind == '[' {
		err = f.skipRest()
	}
	return value, err
}

// scalarValue gives the value of a field out of what stands there: of a string what it says, of others how they are
// written. It is nil where that is null or refused.
func (f *feature) scalarValue(field geo.Field, kind jsontext.Kind, text string) any {
	if kind == 'n' {
		return nil
	}
	if f.loose && kind != '{' && kind != '[' {
		return f.readLoosely(field, text)
	}
	value, wanted := scalar(field.Type, kind, text)
	if value == nil {
		if kind == '0' && field.Type == geo.Text {
			wanted += ", in quotation marks,"
		}
		f.record.refuse(WrongFieldType, field.Name, "%s where %s should be", kindName(kind), wanted)
		return nil
	}
	if kind == '"' && strings.IndexByte(text, 0) >= 0 {
		f.record.refuse(InvalidText, field.Name, "has the character U+0000, which text cannot hold")
	}
	return value
}

// skipRest passes over the rest of the array or object that has just begun.
func (f *feature) skipRest() error {
	depth := f.json.StackDepth()
	for f.json.StackDepth() >= depth {
		if _, err := f.json.ReadToken(); err != nil {
			return err
		}
	}
	return nil
}

// scalar gives the value of a field of that type, or nil and what would be right.
func scalar(t geo.FieldType, kind jsontext.Kind, text string) (value any, wanted string) {
	switch t {
	case geo.Integer:
		if v, ok := wholeNumber(kind, text); ok {
			return v, ""
		}
		return nil, "a whole number"
	case geo.Number:
		if v, ok := number(kind, text); ok {
			return v, ""
		}
		return nil, "a number"
	case geo.Boolean:
		if kind == 't' || kind == 'f' {
			return kind == 't', ""
		}
		return nil, "true or false"
	case geo.Time:
		if v, err := time.Parse(time.RFC3339, text); err == nil && kind == '"' {
			return v, ""
		}
		return nil, "a time such as 2026-01-31T08:00:00Z"
	default:
		if kind == '"' {
			return text, ""
		}
		return nil, "a text"
	}
}

// number gives a number that a double can hold.
func number(kind jsontext.Kind, text string) (float64, bool) {
	if kind != '0' {
		return 0, false
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil
}

func wholeNumber(kind jsontext.Kind, text string) (int64, bool) {
	const exact = 1 << 53 // beyond it a double leaves integers out
	v, ok := number(kind, text)
	return int64(v), ok && v == math.Trunc(v) && math.Abs(v) <= exact
}

// readMembers reads a list of codes; nil where it is null.
func (f *feature) readMembers(name string) ([]string, error) {
	if kind := f.json.PeekKind(); kind != '[' {
		if kind == '"' && f.loose {
			token, err := f.json.ReadToken()
			if err != nil {
				return nil, err
			}
			return f.readMembersLoosely(name, token.String()), nil
		}
		if kind != 'n' {
			f.record.refuse(WrongFieldType, name, "%s where a list of codes should be", kindName(kind))
		}
		return nil, f.json.SkipValue()
	}
	if _, err := f.json.ReadToken(); err != nil {
		return nil, err
	}
	list := []string{}
	seen := make(map[string]bool)
	for f.json.PeekKind() != ']' {
		value, err := f.json.ReadValue()
		if err != nil {
			return nil, err
		}
		if value.Kind() != '"' {
			f.record.refuse(WrongFieldType, name, "%s in a list of codes, which are texts", kindName(value.Kind()))
			continue
		}
		text, err := jsontext.AppendUnquote(nil, value)
		if err != nil {
			return nil, err
		}
		code := string(text)
		f.checkMember(name, code, seen)
		list = append(list, code)
	}
	_, err := f.json.ReadToken()
	return list, err
}

// checkMember refuses a code that the list has already, or that text cannot hold, and puts it down as seen.
func (f *feature) checkMember(name, code string, seen map[string]bool) {
	switch {
	case seen[code]:
		f.record.refuse(DuplicateCode, name, "%.40q is in the list twice", code)
	case strings.IndexByte(code, 0) >= 0:
		f.record.refuse(InvalidText, name, "has the character U+0000, which text cannot hold")
	}
	seen[code] = true
}

// complete fills in what follows from the rest, and refuses a feature that lacks something or contradicts itself.
func (f *feature) complete() {
	if !f.isFeature {
		f.record.refuse(NotAFeature, "type", `its type is not "Feature"`)
		return
	}
	f.completeCode()
	if f.record.Refusal != nil {
		return
	}
	for i, field := range f.layer.Fields {
		f.completeField(i, field)
	}
	if !f.hasGeometry {
		f.record.refuse(MissingField, "geometry", "there is none; a feature of %s has a %s", f.layer.Name, f.layer.Geometry)
	}
}

// completeCode finds the feature's code, which is a property or the id.
func (f *feature) completeCode() {
	code := &f.record.Values[f.decoder.code]
	if given, ok := (*code).(string); ok {
		f.given = given
		if f.id != "" && f.id != given {
			f.record.refuse(Disagrees, "id", "the id %.40q is not the code %.40q", f.id, given)
		}
	} else if f.id != "" {
		f.given, *code = f.id, f.id
	}
	switch {
	case f.given == "":
		f.record.refuse(MissingField, "code", "there is none, and no id")
	case !f.layer.IsCode(f.given):
		f.record.refuse(BadCode, "code", "%s", f.layer.DescribeCode(f.given))
	}
}

func (f *feature) completeField(i int, field geo.Field) {
	value := &f.record.Values[i]
	if field.Name == "pinyin" && *value == nil {
		if name, ok := f.record.Values[f.decoder.name].(string); ok {
			*value = f.pinyin(name)
		}
	}
	if field.Derived {
		if field.Derive != nil {
			right := field.Derive(f.given)
			if *value != nil && *value != right {
				f.record.refuse(Disagrees, field.Name, "%v, but by the code %s it is %v", *value, f.given, orNull(right))
			}
			*value = right
		}
		return
	}
	switch text, isText := (*value).(string); {
	case *value == nil && !field.Nullable && !field.Kept:
		f.record.refuse(MissingField, field.Name, "there is none; every feature of %s has it", f.layer.Name)
	case isText && field.Values != nil && !slices.Contains(field.Values, text):
		f.record.refuse(UnknownValue, field.Name, "%.40q is none of %s", text, strings.Join(field.Values, ", "))
	}
}

func orNull(value any) any {
	if value == nil {
		return "null"
	}
	return value
}

// pinyin gives the pinyin of a name. One that is far too long is refused for that: its pinyin would take long for nothing.
func (f *feature) pinyin(name string) string {
	const most = 4000 // bytes
	if len(name) > most {
		return ""
	}
	return f.speller.Pinyin(name)
}
