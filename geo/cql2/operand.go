package cql2

import (
	"fmt"
	"strings"

	"xiangtu/geo"
)

// kind is the type of an operand.
type kind uint8

const (
	truth    kind = iota // a condition
	text                 // a character string
	number               // whole or not
	boolean              // true, false, or a property that is one of them
	date                 // a day
	moment               // a timestamp
	interval             // a time from one instant to another
	geometry
)

func (k kind) String() string {
	return [...]string{"a condition", "text", "number", "boolean", "date", "timestamp", "interval", "geometry"}[k]
}

func kindOf(t geo.FieldType) kind {
	switch t {
	case geo.Integer, geo.Number:
		return number
	case geo.Boolean:
		return boolean
	case geo.Time:
		return moment
	default:
		return text
	}
}

// operand is what stands on one side of an operator, or a whole condition: a part of a filter that has been read.
type operand struct {
	kind   kind
	at     place
	what   string         // what it is, for messages: the number 5
	value  geo.Expression // of text, number, boolean, date and moment
	filter geo.Filter     // of a condition
	span   geo.Interval   // of an interval
	days   bool           // whether one end of the interval is a day
	shape  geo.Operand    // of a geometry
	box    *geo.Box       // of a geometry that was given as a box
}

// literal is an operand that has a value of its own.
func literal(at place, value any) operand {
	o := operand{at: at, value: geo.Literal{Value: value}}
	switch v := value.(type) {
	case string:
		o.kind, o.what = text, fmt.Sprintf("the text '%.40s'", v)
	case bool:
		o.kind, o.what = boolean, fmt.Sprint(v)
	case geo.Day:
		o.kind, o.what = date, "the date "+v.String()
	case int64, float64:
		o.kind, o.what = number, fmt.Sprintf("the number %v", v)
	default:
		o.kind, o.what = moment, "a timestamp"
	}
	return o
}

// text takes a character string that was given.
func (s *scope) text(at place, given string) (operand, error) {
	if strings.ContainsRune(given, 0) {
		return operand{}, s.fault(at, "the text has the character U+0000, which no text of the map can have")
	}
	return literal(at, given), nil
}

// condition is an operand that is true or false.
func condition(at place, filter geo.Filter) operand {
	return operand{kind: truth, at: at, what: "a condition", filter: filter}
}

// given is the value of a literal; it is nil for what is none.
func (o operand) given() any {
	if l, ok := o.value.(geo.Literal); ok {
		return l.Value
	}
	return nil
}

// asFilter takes an operand for a condition.
func (s *scope) asFilter(o operand) (geo.Filter, error) {
	switch {
	case o.kind == truth:
		return o.filter, nil
	case o.given() == true:
		return geo.And{}, nil
	case o.given() == false:
		return geo.Or{}, nil
	case o.kind == boolean:
		return nil, s.fault(o.at, "%s stands where a condition should: compare it, as in … = TRUE", o.what)
	default:
		return nil, s.fault(o.at, "%s stands where a condition should, such as a comparison", o.what)
	}
}
