package cql2

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

// parseJSON reads a filter in CQL2 JSON.
func parseJSON(s *scope, given string) (geo.Filter, error) {
	if err := s.mustBeJSON(given); err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(strings.NewReader(given))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, s.fault(characterOf(given, decoder.InputOffset()), "this is not JSON: %v", err)
	}
	whole, err := (&jsonReader{s}).operand(v, "")
	if err != nil {
		return nil, err
	}
	return s.asFilter(whole)
}

// mustBeJSON refuses what is not one value of JSON. It is stricter than what decodes: a member that is given twice is
// one mistake, half a surrogate pair another.
func (s *scope) mustBeJSON(given string) error {
	decoder := jsontext.NewDecoder(strings.NewReader(given))
	_, err := decoder.ReadValue()
	switch broken, ok := errors.AsType[*jsontext.SyntacticError](err); {
	case ok && !errors.Is(err, io.ErrUnexpectedEOF):
		return s.fault(characterOf(given, broken.ByteOffset), "this is not JSON: %s", strings.TrimPrefix(broken.Err.Error(), "jsontext: "))
	case err != nil:
		return s.fault(characterOf(given, int64(len(given))), "this is not JSON: the text ends too early")
	}
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) {
		return s.fault(characterOf(given, decoder.InputOffset()), "something follows the filter")
	}
	return nil
}

// characterOf is the character that a byte belongs to.
func characterOf(given string, offset int64) place {
	offset = min(max(offset, 0), int64(len(given)))
	return place{character: utf8.RuneCountInString(given[:offset]) + 1}
}

// jsonReader reads the values of a filter in JSON, each with the JSON pointer (RFC 6901) that leads to it.
type jsonReader struct{ *scope }

// operand reads any value.
func (r *jsonReader) operand(v any, pointer string) (operand, error) {
	at := place{pointer: pointer}
	switch v := v.(type) {
	case bool:
		return literal(at, v), nil
	case string:
		return r.text(at, v)
	case json.Number:
		return r.number(at, v.String())
	case []any:
		return operand{}, r.noArrays(at)
	case map[string]any:
		if err := r.enter(at); err != nil {
			return operand{}, err
		}
		defer r.leave()
		return r.object(v, at)
	default:
		return operand{}, r.fault(at, "null stands here; null is tested by the operator isNull")
	}
}

// object reads an object, by the member that says what it is.
func (r *jsonReader) object(v map[string]any, at place) (operand, error) {
	switch {
	case v["op"] != nil:
		return r.operation(v, at)
	case v["property"] != nil:
		name, err := r.textMember(v, "property", at)
		if err != nil {
			return operand{}, err
		}
		return r.property(at, name)
	case v["date"] != nil:
		given, err := r.textMember(v, "date", at)
		if err != nil {
			return operand{}, err
		}
		return r.day(at, given)
	case v["timestamp"] != nil:
		given, err := r.textMember(v, "timestamp", at)
		if err != nil {
			return operand{}, err
		}
		return r.moment(at, given)
	case v["interval"] != nil:
		return r.intervalObject(v["interval"], at)
	case v["bbox"] != nil && v["type"] == nil:
		return r.boxObject(v["bbox"], at)
	case v["type"] != nil:
		g, err := shape.FromJSON(v)
		if err != nil {
			return operand{}, r.badGeometry(at, err)
		}
		return r.geometry(at, g)
	default:
		return operand{}, r.fault(at, "the object has none of op, property, date, timestamp, interval, bbox and type, which tell what it is")
	}
}

func (r *jsonReader) textMember(v map[string]any, name string, at place) (string, error) {
	given, ok := v[name].(string)
	if !ok {
		return "", r.fault(place{pointer: at.pointer + "/" + name}, "%s is no text", name)
	}
	return given, nil
}

// operation reads an operator with its arguments.
func (r *jsonReader) operation(v map[string]any, at place) (operand, error) {
	name, err := r.textMember(v, "op", at)
	if err != nil {
		return operand{}, err
	}
	given, ok := v["args"].([]any)
	if !ok {
		return operand{}, r.fault(at, "the operator %.40q has no array args", name)
	}
	args := arguments{given, at.pointer + "/args"}
	op := strings.ToUpper(name)
	switch op {
	case "AND", "OR":
		return r.junction(op, args, at)
	case "NOT":
		return r.not(args, at)
	case "IN":
		return r.inArray(args, at)
	}
	count := arityOf(op)
	if count == 0 {
		return operand{}, r.noFunction(at, name)
	}
	operands, err := r.operands(name, args, count)
	if err != nil {
		return operand{}, err
	}
	o, err := r.apply(op, at, operands)
	o.at = at
	return o, err
}

// arguments are the arguments of an operator, with the pointer to their array.
type arguments struct {
	values  []any
	pointer string
}

func (a arguments) pointerTo(i int) string { return fmt.Sprintf("%s/%d", a.pointer, i) }

// operands reads so many arguments.
func (r *jsonReader) operands(name string, args arguments, count int) ([]operand, error) {
	if len(args.values) != count {
		return nil, r.fault(place{pointer: args.pointer}, "%s takes %s; it has %d", name, countOf(count, "argument"), len(args.values))
	}
	operands := make([]operand, count)
	for i, v := range args.values {
		o, err := r.operand(v, args.pointerTo(i))
		if err != nil {
			return nil, err
		}
		operands[i] = o
	}
	return operands, nil
}

// arityOf is how many arguments an operator takes; 0 if there is no such.
func arityOf(op string) int {
	switch {
	case op == "BETWEEN":
		return 3
	case op == "ISNULL", op == "CASEI", op == "ACCENTI":
		return 1
	case comparisons[op] != "", arithmeticOps[op] != "", spatialOps[op] != "", temporalOps[op] != "", op == "LIKE":
		return 2
	default:
		return 0
	}
}

func (r *jsonReader) apply(op string, at place, o []operand) (operand, error) {
	switch {
	case op == "BETWEEN":
		return r.between(o[0], o[1], o[2])
	case op == "ISNULL":
		return r.isNull(o[0])
	case op == "LIKE":
		return r.like(o[0], o[1])
	case op == "CASEI", op == "ACCENTI":
		return r.fold(op, at, o[0])
	case comparisons[op] != "":
		return r.compare(op, o[0], o[1])
	case arithmeticOps[op] != "":
		return r.arithmetic(arithmeticOps[op], o[0], o[1])
	case spatialOps[op] != "":
		return r.spatial(op, o[0], o[1])
	default:
		return r.temporal(op, o[0], o[1])
	}
}

// junction reads the conditions that and or or joins.
func (r *jsonReader) junction(op string, args arguments, at place) (operand, error) {
	if len(args.values) == 0 {
		return operand{}, r.fault(place{pointer: args.pointer}, "%s has no arguments", strings.ToLower(op))
	}
	parts := make([]geo.Filter, len(args.values))
	for i, v := range args.values {
		filter, err := r.filter(v, args.pointerTo(i))
		if err != nil {
			return operand{}, err
		}
		parts[i] = filter
	}
	if op == "OR" {
		return condition(at, geo.Or(parts)), nil
	}
	return condition(at, geo.And(parts)), nil
}

func (r *jsonReader) filter(v any, pointer string) (geo.Filter, error) {
	o, err := r.operand(v, pointer)
	if err != nil {
		return nil, err
	}
	return r.asFilter(o)
}

func (r *jsonReader) not(args arguments, at place) (operand, error) {
	if len(args.values) != 1 {
		return operand{}, r.fault(place{pointer: args.pointer}, "not takes one argument; it has %d", len(args.values))
	}
	inner, err := r.filter(args.values[0], args.pointerTo(0))
	return condition(at, geo.Negation{Filter: inner}), err
}

// inArray reads a value and the array that it should be in.
func (r *jsonReader) inArray(args arguments, at place) (operand, error) {
	const count = 2
	if len(args.values) != count {
		return operand{}, r.fault(place{pointer: args.pointer}, "in takes 2 arguments, a value and an array; it has %d", len(args.values))
	}
	of, err := r.operand(args.values[0], args.pointerTo(0))
	if err != nil {
		return of, err
	}
	given, ok := args.values[1].([]any)
	inner := arguments{given, args.pointerTo(1)}
	switch {
	case !ok:
		return of, r.fault(place{pointer: inner.pointer}, "the second argument of in is an array")
	case len(given) > mostItems:
		return of, r.fault(place{pointer: inner.pointer}, "more than %d values", mostItems)
	}
	items, err := r.operands("the array", inner, len(given))
	if err != nil {
		return of, err
	}
	o, err := r.in(of, items)
	o.at = at
	return o, err
}

// intervalObject reads an interval: an array of two instants, properties or "..".
func (r *jsonReader) intervalObject(v any, at place) (operand, error) {
	pointer := at.pointer + "/interval"
	given, ok := v.([]any)
	if !ok {
		return operand{}, r.fault(place{pointer: pointer}, "an interval is an array of two instants")
	}
	ends, err := r.operands("an interval", arguments{given, pointer}, 2)
	if err != nil {
		return operand{}, err
	}
	start, err := r.intervalEnd(ends[0])
	if err != nil {
		return operand{}, err
	}
	end, err := r.intervalEnd(ends[1])
	if err != nil {
		return operand{}, err
	}
	return r.interval(at, start, end)
}

// boxObject reads a box: an array of four or six numbers.
func (r *jsonReader) boxObject(v any, at place) (operand, error) {
	given, ok := v.([]any)
	if !ok {
		return operand{}, r.fault(place{pointer: at.pointer + "/bbox"}, "a box is an array of 4 numbers, or 6 with heights")
	}
	numbers := make([]float64, len(given))
	for i, item := range given {
		number, _ := item.(json.Number)
		f, err := number.Float64()
		if err != nil {
			return operand{}, r.fault(place{pointer: fmt.Sprintf("%s/bbox/%d", at.pointer, i)}, "%.40v is no number", item)
		}
		numbers[i] = f
	}
	return r.bbox(at, numbers)
}
