package geo

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"xiangtu/geo/shape"
)

// longestText is the number of bytes that a text may have. No field is so long; the bound keeps what is refused cheap.
const longestText = 4000

// Checked gives the change as a store takes it, or all that is wrong with it by itself: values of the types that their
// fields have, the geometry of the layer's type with its rings in RFC 7946 order. The rules are those of imports. What
// needs the rest of the map is the store's to check.
func (c Change) Checked() (Change, Errors) {
	k := changeCheck{change: c}
	k.code()
	if c.Operation == Delete {
		return k.change, k.errors
	}
	k.values()
	k.members()
	k.geometry()
	switch c.Operation {
	case Create:
		k.complete()
	case Replace:
		k.clear()
		k.complete()
	}
	return k.change, k.errors
}

// Completed gives the change as one that makes a new feature, or says what is missing for it.
func (c Change) Completed() (Change, Errors) {
	k := changeCheck{change: c}
	k.complete()
	return k.change, k.errors
}

// changeCheck collects what is wrong with a change.
type changeCheck struct {
	change Change
	errors Errors
}

func (k *changeCheck) refuse(part, format string, values ...any) {
	k.errors = append(k.errors, Invalid(k.change.At(part), format, values...))
}

func (k *changeCheck) code() {
	c := &k.change
	switch {
	case c.Code == "":
		k.refuse("code", "there is none")
	case !sound(c.Code):
		k.refuse("code", "%s", unsound)
	case !c.Layer.IsCode(c.Code):
		k.refuse("code", "%s", c.Layer.DescribeCode(c.Code))
	}
}

// values gives each value the type of its field. Those that the database keeps are passed over.
func (k *changeCheck) values() {
	c := &k.change
	given := make(map[string]any, len(c.Values))
	for _, name := range slices.Sorted(maps.Keys(c.Values)) {
		field, ok := c.Layer.Field(name)
		switch {
		case !ok:
			k.refuse(name, "%s has no field %.40q; it has %s", c.Layer.Name, name, c.Layer.FieldNames())
		case name == "code":
			if c.Values[name] != c.Code {
				k.refuse(name, "%s, but the feature is %s; a code stays", quoted(c.Values[name]), c.Code)
			}
		case field.Kept:
		case field.Derived:
			k.derived(field, c.Values[name])
		default:
			given[name] = k.value(field, c.Values[name])
		}
	}
	c.Values = given
}

// derived holds a value that follows from the code to what it must be.
func (k *changeCheck) derived(field Field, value any) {
	if whole, ok := value.(float64); ok && whole == math.Trunc(whole) {
		value = int64(whole)
	}
	if right := field.Derive(k.change.Code); value != nil && value != right {
		k.refuse(field.Name, "%s, but by the code %s it is %s", quoted(value), k.change.Code, quoted(right))
	}
}

// value gives the value the type of its field.
func (k *changeCheck) value(field Field, value any) any {
	if value == nil {
		if !field.Nullable && field.Name != "pinyin" { // which is then made
			k.refuse(field.Name, "null; every feature of %s has it", k.change.Layer.Name)
		}
		return nil
	}
	typed, wanted := typedValue(field.Type, value)
	if wanted != "" {
		k.refuse(field.Name, "%s where %s should be", quoted(value), wanted)
		return nil
	}
	text, isText := typed.(string)
	switch {
	case isText && !sound(text):
		k.refuse(field.Name, "%s", unsound)
	case isText && field.Values != nil && !slices.Contains(field.Values, text):
		k.refuse(field.Name, "%.40q is none of %s", text, strings.Join(field.Values, ", "))
	}
	return typed
}

// typedValue gives a value of a field's type; where it is of another, wanted says what would be right.
func typedValue(t FieldType, value any) (typed any, wanted string) {
	const exact = 1 << 53 // beyond it a double leaves integers out
	switch t {
	case Integer:
		switch v := value.(type) {
		case int64:
			return v, ""
		case float64:
			if v == math.Trunc(v) && math.Abs(v) <= exact {
				return int64(v), ""
			}
		}
		return nil, "a whole number"
	case Number:
		switch v := value.(type) {
		case int64:
			return float64(v), ""
		case float64:
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				return v, ""
			}
		}
		return nil, "a number"
	case Boolean:
		if v, ok := value.(bool); ok {
			return v, ""
		}
		return nil, "true or false"
	case Time:
		if v, ok := value.(time.Time); ok {
			return v, ""
		}
		return nil, "a time such as 2026-01-31T08:00:00Z"
	default:
		if v, ok := value.(string); ok {
			return v, ""
		}
		return nil, "a text"
	}
}

// unsound says what is wrong with a text that is not sound.
const unsound = "is not UTF-8, has the character U+0000, which text cannot hold, or U+FFFD, which stands for one that could not be read, or is longer than 4,000 bytes"

func sound(text string) bool {
	return len(text) <= longestText && utf8.ValidString(text) && !strings.ContainsAny(text, "\x00\uFFFD")
}

// quoted writes a value for a message.
func quoted(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case string:
		return fmt.Sprintf("%.40q", v)
	case map[string]any:
		return "an object"
	case []any:
		return "an array"
	}
	return fmt.Sprintf("%.40s", fmt.Sprint(value))
}

func (k *changeCheck) members() {
	c := &k.change
	for _, name := range slices.Sorted(maps.Keys(c.Members)) {
		if !slices.ContainsFunc(c.Layer.Members, func(f Field) bool { return f.Name == name }) {
			k.refuse(name, "%s has no list %.40q", c.Layer.Name, name)
			continue
		}
		seen := make(map[string]bool)
		for i, code := range c.Members[name] {
			switch {
			case seen[code]:
				k.refuse(fmt.Sprintf("%s[%d]", name, i), "%.40q is in the list twice", code)
			case !sound(code):
				k.refuse(fmt.Sprintf("%s[%d]", name, i), "%s", unsound)
			}
			seen[code] = true
		}
	}
}

// geometry holds the geometry to the rules of all geometries, and gives it the layer's type.
func (k *changeCheck) geometry() {
	c := &k.change
	if c.Geometry == nil {
		return
	}
	want, _ := shape.ParseType(string(c.Layer.Geometry))
	g, err := checkedGeometry(c.Geometry, want)
	if err == nil {
		c.Geometry = g
		return
	}
	fault, ok := errors.AsType[*shape.Error](err)
	if !ok {
		k.refuse("geometry", "%v", err)
		return
	}
	e := Error{Code: BadInput, Message: fault.Message, Path: fault.Path, Place: fault.Place}
	k.errors = append(k.errors, e.At(c.At("geometry")))
}

func checkedGeometry(g orb.Geometry, want shape.Type) (orb.Geometry, error) {
	if err := shape.Validate(g); err != nil {
		return nil, err
	}
	return shape.Normalize(g, want)
}

// clear makes null of what is not given.
func (k *changeCheck) clear() {
	c := &k.change
	for _, field := range c.Layer.Fields {
		if _, given := c.Values[field.Name]; !given && field.Nullable && !field.Derived && !field.Kept {
			c.Values[field.Name] = nil
		}
	}
	c.Members = maps.Clone(c.Members)
	if c.Members == nil {
		c.Members = make(map[string][]string)
	}
	for _, list := range c.Layer.Members {
		if _, given := c.Members[list.Name]; !given {
			c.Members[list.Name] = nil
		}
	}
}

// complete fills in the pinyin of a name, and says what every feature of the layer has and this one would not.
func (k *changeCheck) complete() {
	c := &k.change
	c.Values = maps.Clone(c.Values)
	name, named := c.Values["name"].(string)
	if c.Values["pinyin"] == nil && named {
		c.Values["pinyin"] = Pinyin(name)
	}
	for _, field := range c.Layer.Fields {
		if field.Name == "code" || field.Name == "pinyin" && !named || field.Nullable || field.Derived || field.Kept {
			continue
		}
		if _, given := c.Values[field.Name]; !given {
			k.refuse(field.Name, "there is none; every feature of %s has it", c.Layer.Name)
		}
	}
	if c.Geometry == nil {
		k.refuse("geometry", "there is none; a feature of %s has a %s", c.Layer.Name, c.Layer.Geometry)
	}
}
