package cql2

import (
	"fmt"
	"slices"
	"strings"

	"xiangtu/geo"
)

// scope is what a filter is read in: the layer whose properties it may name, and how far the limits are used up.
type scope struct {
	layer      *geo.Layer
	options    Options
	geometries []string // the names of properties that are the geometry
	depth      int
	tests      int
}

// place is where something stands in a filter, for messages: a character of a text, from 1, or a JSON pointer.
type place struct {
	character int // 0 in JSON
	pointer   string
}

func (p place) String() string {
	switch {
	case p.character > 0:
		return fmt.Sprintf("character %d", p.character)
	case p.pointer == "":
		return "the outermost value"
	default:
		return p.pointer
	}
}

// fault is the error of what stands at a place.
func (s *scope) fault(at place, format string, values ...any) *geo.Error {
	return geo.Invalid(s.options.Path, "%s: %s", at, fmt.Sprintf(format, values...))
}

// enter goes one level deeper; leave goes back.
func (s *scope) enter(at place) error {
	s.depth++
	if s.depth > deepest {
		return s.fault(at, "brackets, functions and operators lie deeper in each other than %d", deepest)
	}
	return nil
}

func (s *scope) leave() { s.depth-- }

// test counts a condition.
func (s *scope) test(at place) error {
	s.tests++
	if s.tests > mostTests {
		return s.fault(at, "more than %d conditions: use IN for many values of one property", mostTests)
	}
	return nil
}

// property gives the value of a property of the layer.
func (s *scope) property(at place, name string) (operand, error) {
	if slices.Contains(s.geometries, name) {
		return operand{kind: geometry, at: at, what: "the property " + name, shape: geo.Operand{Own: true}}, nil
	}
	field, ok := s.layer.Field(name)
	if !ok {
		return operand{}, s.fault(at, "%s has no property %q: it has %s, %s",
			s.layer.Name, name, s.layer.FieldNames(), strings.Join(s.geometries, ", "))
	}
	o := operand{kind: kindOf(field.Type), at: at, value: geo.Property(name)}
	o.what = fmt.Sprintf("the property %s (%s)", name, o.kind)
	return o, nil
}

// unsupported are the names of functions that stand for a conformance class which filters do not follow.
var unsupported = map[string]string{
	"A_EQUALS": "arrays", "A_CONTAINS": "arrays", "A_CONTAINEDBY": "arrays", "A_OVERLAPS": "arrays",
}

// noFunction is the error of a function that there is not.
func (s *scope) noFunction(at place, name string) error {
	if what, known := unsupported[strings.ToUpper(name)]; known {
		return s.fault(at, "%s is a function of %s, which are not supported here", name, what)
	}
	return s.fault(at, "there is no function %q: there are CASEI, ACCENTI, S_INTERSECTS and the other spatial functions, "+
		"T_INTERSECTS and the other temporal functions; functions of servers' own are not supported here", name)
}

// noArrays is the error of an array.
func (s *scope) noArrays(at place) error {
	return s.fault(at, "an array stands here; arrays are not supported but as the list of IN")
}
