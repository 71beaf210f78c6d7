package cql2

import (
	"fmt"
	"strings"
)

// named reads what begins with a name that has no quotes.
func (p *textParser) named(t token) (operand, error) {
	keyword := strings.ToUpper(t.text)
	switch {
	case p.token.is("("), isGeometryType(keyword) && (p.token.is("Z") || p.token.is("M") || p.token.is("ZM") || p.token.is("EMPTY")):
		if err := p.enter(t.at); err != nil {
			return operand{}, err
		}
		defer p.leave()
		o, err := p.function(keyword, t)
		o.at = t.at
		return o, err
	case keyword == "TRUE" || keyword == "FALSE":
		return literal(t.at, keyword == "TRUE"), nil
	case keyword == "NULL":
		return operand{}, p.fault(t.at, "found NULL, expected %s: null is tested by IS NULL", aValue)
	case isKeyword(keyword):
		return operand{}, p.fault(t.at, `found %s, expected %s: a property of this name stands in double quotes, "%s"`, t, aValue, t.text)
	default:
		return p.property(t.at, t.text)
	}
}

// isKeyword tells whether a name without quotes is a word of the language (OGC 21-065r2, clause 8.2).
func isKeyword(word string) bool {
	switch word {
	case "AND", "OR", "NOT", "IS", "NULL", "LIKE", "BETWEEN", "IN", "DIV", "TRUE", "FALSE",
		"CASEI", "ACCENTI", "DATE", "TIMESTAMP", "INTERVAL", "BBOX":
		return true
	}
	return isGeometryType(word) || spatialOps[word] != "" || temporalOps[word] != "" || unsupported[word] != ""
}

// function reads the arguments of a function, or of a value that is written like one. It begins with its name.
func (p *textParser) function(keyword string, t token) (operand, error) {
	switch {
	case keyword == "CASEI", keyword == "ACCENTI":
		args, err := p.arity(t, 1)
		if err != nil {
			return operand{}, err
		}
		return p.fold(keyword, t.at, args[0])
	case spatialOps[keyword] != "":
		args, err := p.arity(t, 2)
		if err != nil {
			return operand{}, err
		}
		return p.spatial(keyword, args[0], args[1])
	case temporalOps[keyword] != "":
		args, err := p.arity(t, 2)
		if err != nil {
			return operand{}, err
		}
		return p.temporal(keyword, args[0], args[1])
	case keyword == "DATE", keyword == "TIMESTAMP":
		return p.instantLiteral(keyword, t)
	case keyword == "INTERVAL":
		return p.intervalLiteral(t)
	case keyword == "BBOX":
		return p.boxLiteral(t)
	case isGeometryType(keyword):
		return p.geometryLiteral(keyword, t)
	case keyword == "AND", keyword == "OR", keyword == "IN", keyword == "LIKE", keyword == "BETWEEN", keyword == "DIV", keyword == "IS":
		return operand{}, p.fault(t.at, "found %s, expected %s", t, aValue)
	default:
		return operand{}, p.noFunction(t.at, t.text)
	}
}

// arity reads so many arguments of a function.
func (p *textParser) arity(t token, count int) ([]operand, error) {
	args, err := p.arguments(p.sum, mostArguments)
	if err != nil {
		return nil, err
	}
	if len(args) != count {
		return nil, p.fault(t.at, "%s takes %s", t, countOf(count, "argument"))
	}
	return args, nil
}

// countOf says how many there are of a thing.
func countOf(n int, thing string) string {
	if n == 1 {
		return "one " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// instantLiteral reads DATE('2026-03-01') or TIMESTAMP('2026-03-01T08:00:00Z').
func (p *textParser) instantLiteral(keyword string, t token) (operand, error) {
	args, err := p.arity(t, 1)
	if err != nil {
		return operand{}, err
	}
	given, ok := args[0].given().(string)
	switch {
	case !ok:
		return operand{}, p.fault(args[0].at, "%s takes a text in quotes; %s is none", keyword, args[0].what)
	case keyword == "DATE":
		return p.day(t.at, given)
	default:
		return p.moment(t.at, given)
	}
}

// intervalLiteral reads INTERVAL(start, end).
func (p *textParser) intervalLiteral(t token) (operand, error) {
	args, err := p.arity(t, 2)
	if err != nil {
		return operand{}, err
	}
	var ends [2]*operand
	for i, arg := range args {
		if ends[i], err = p.intervalEnd(arg); err != nil {
			return operand{}, err
		}
	}
	return p.interval(t.at, ends[0], ends[1])
}
