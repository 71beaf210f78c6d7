package cql2

import (
	"strings"

	"xiangtu/geo"
)

// comparisons are the operators that compare two values.
var comparisons = map[string]geo.CompareOp{
	"=": geo.Equal, "<>": geo.NotEqual, "<": geo.Less, "<=": geo.LessOrEqual, ">": geo.Greater, ">=": geo.GreaterOrEqual,
}

// compare is left op right.
func (s *scope) compare(op string, left, right operand) (operand, error) {
	if err := s.test(left.at); err != nil {
		return left, err
	}
	l, r, err := s.alike(left, right)
	if err != nil {
		return left, err
	}
	return condition(left.at, geo.Compare{Op: comparisons[op], Left: l.value, Right: r.value}), nil
}

// alike gives two values as values of one type. A text beside an instant is read as one; a moment beside a day is the
// day that it is in, in UTC.
func (s *scope) alike(left, right operand) (operand, operand, error) {
	for _, o := range []operand{left, right} {
		if err := s.mustBeScalar(o); err != nil {
			return left, right, err
		}
	}
	var err error
	if left, err = s.instantBeside(left, right.kind); err != nil {
		return left, right, err
	}
	if right, err = s.instantBeside(right, left.kind); err != nil {
		return left, right, err
	}
	switch {
	case left.kind == date && right.kind == moment:
		right = toDay(right)
	case left.kind == moment && right.kind == date:
		left = toDay(left)
	case left.kind != right.kind:
		return left, right, s.fault(right.at, "%s cannot be compared with %s: one is %s, the other %s", left.what, right.what, left.kind, right.kind)
	}
	return left, right, nil
}

func (s *scope) mustBeScalar(o operand) error {
	switch o.kind {
	case geometry:
		return s.fault(o.at, "%s cannot be compared: use a spatial function, such as S_INTERSECTS", o.what)
	case interval:
		return s.fault(o.at, "an interval cannot be compared: use a temporal function, such as T_INTERSECTS")
	case truth:
		return s.fault(o.at, "a condition stands where a value should")
	default:
		return nil
	}
}

// like is value LIKE pattern.
func (s *scope) like(value, pattern operand) (operand, error) {
	if err := s.test(value.at); err != nil {
		return value, err
	}
	for _, o := range []operand{value, pattern} {
		if o.kind != text {
			return value, s.fault(o.at, "LIKE compares texts; %s is none", o.what)
		}
	}
	literal, ok := patternOf(pattern.value)
	if !ok {
		return value, s.fault(pattern.at, "the pattern of LIKE is a text in quotes; %s is none", pattern.what)
	}
	if trailing := len(literal) - len(strings.TrimRight(literal, `\`)); trailing%2 == 1 {
		return value, s.fault(pattern.at, `the pattern ends with \, which takes the next character as it is: write \\ for the character itself`)
	}
	_, isProperty := value.value.(geo.Property)
	if prefix, only := prefixOf(literal); only && isProperty && pattern.given() != nil {
		return condition(value.at, geo.Prefix{Of: value.value, Text: prefix}), nil
	}
	return condition(value.at, geo.Like{Of: value.value, Pattern: pattern.value}), nil
}

// patternOf is the text of a pattern inside of CASEI and ACCENTI.
func patternOf(e geo.Expression) (string, bool) {
	switch e := e.(type) {
	case geo.CaseFold:
		return patternOf(e.Of)
	case geo.AccentFold:
		return patternOf(e.Of)
	case geo.Literal:
		pattern, ok := e.Value.(string)
		return pattern, ok
	default:
		return "", false
	}
}

// prefixOf is the text before the one wildcard of a pattern, %, where that is its end: an index finds what begins so.
func prefixOf(pattern string) (string, bool) {
	prefix, found := strings.CutSuffix(pattern, "%")
	return prefix, found && prefix != "" && !strings.ContainsAny(prefix, `%_\`)
}

// between is value BETWEEN low AND high.
func (s *scope) between(value, low, high operand) (operand, error) {
	if err := s.test(value.at); err != nil {
		return value, err
	}
	for _, end := range []*operand{&low, &high} {
		var err error
		if value, *end, err = s.alike(value, *end); err != nil {
			return value, err
		}
	}
	if value.kind == date {
		low, high = toDay(low), toDay(high)
	}
	return condition(value.at, geo.Between{Of: value.value, Low: low.value, High: high.value}), nil
}

// in is value IN (items).
func (s *scope) in(value operand, items []operand) (operand, error) {
	if err := s.mustBeScalar(value); err != nil {
		return value, err
	}
	var values []any
	tests := make(geo.Or, 0, len(items))
	of := value
	for i, item := range items {
		l, r, err := s.alike(value, item)
		if err != nil {
			return value, err
		}
		if i == 0 {
			of = l
		}
		if given := r.given(); given != nil && l.kind == of.kind {
			values = append(values, given)
		}
		tests = append(tests, geo.Compare{Op: geo.Equal, Left: l.value, Right: r.value})
	}
	if len(items) > 0 && len(values) == len(items) {
		return condition(value.at, geo.In{Of: of.value, Values: oneType(values)}), s.test(value.at)
	}
	for range tests {
		if err := s.test(value.at); err != nil {
			return value, err
		}
	}
	return condition(value.at, tests), nil
}

// oneType makes doubles of whole numbers where there are others among them.
func oneType(values []any) []any {
	for _, v := range values {
		if _, isDouble := v.(float64); isDouble {
			return doubles(values)
		}
	}
	return values
}

func doubles(values []any) []any {
	same := make([]any, len(values))
	for i, v := range values {
		if whole, ok := v.(int64); ok {
			v = float64(whole)
		}
		same[i] = v
	}
	return same
}

// isNull is value IS NULL. What is given is not null, nor is a geometry, which every feature has; an interval is where
// one of its ends is.
func (s *scope) isNull(o operand) (operand, error) {
	if err := s.test(o.at); err != nil {
		return o, err
	}
	switch o.kind {
	case geometry:
		return condition(o.at, geo.Or{}), nil
	case truth:
		return condition(o.at, geo.IsNull{Of: geo.Truth{Of: o.filter}}), nil
	case interval:
		var ends geo.Or
		for _, end := range []geo.Expression{o.span.Start, o.span.End} {
			if _, given := end.(geo.Literal); end != nil && !given {
				ends = append(ends, geo.IsNull{Of: end})
			}
		}
		return condition(o.at, ends), nil
	}
	if o.given() != nil {
		return condition(o.at, geo.Or{}), nil
	}
	return condition(o.at, geo.IsNull{Of: o.value}), nil
}

// fold is CASEI or ACCENTI of a text.
func (s *scope) fold(name string, at place, o operand) (operand, error) {
	if o.kind != text {
		return o, s.fault(o.at, "%s takes a text; %s is none", name, o.what)
	}
	folded := operand{kind: text, at: at, what: "a text", value: geo.CaseFold{Of: o.value}}
	if name == "ACCENTI" {
		folded.value = geo.AccentFold{Of: o.value}
	}
	return folded, nil
}
