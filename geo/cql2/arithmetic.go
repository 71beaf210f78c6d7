package cql2

import (
	"math"
	"strconv"

	"xiangtu/geo"
)

// arithmeticOps are the operators of arithmetic.
var arithmeticOps = map[string]geo.ArithmeticOp{
	"+": geo.Add, "-": geo.Subtract, "*": geo.Multiply, "/": geo.Divide, "DIV": geo.IntegerDivide, "%": geo.Modulo, "^": geo.Power,
}

// arithmetic is left op right. Two numbers that are given are computed at once, so that an index still finds what is
// compared with them.
func (s *scope) arithmetic(op geo.ArithmeticOp, left, right operand) (operand, error) {
	for _, o := range []operand{left, right} {
		if o.kind != number {
			return left, s.fault(o.at, "%s computes with numbers; %s is none", op, o.what)
		}
	}
	l, r := double(left.given()), double(right.given())
	if l == nil || r == nil {
		return operand{kind: number, at: left.at, what: "a number", value: geo.Arithmetic{Op: op, Left: left.value, Right: right.value}}, nil
	}
	result := compute(op, *l, *r)
	switch {
	case *r == 0 && (op == geo.Divide || op == geo.IntegerDivide || op == geo.Modulo):
		return left, s.fault(right.at, "%v %s 0 is a division by zero", *l, op)
	case math.IsNaN(result) || math.IsInf(result, 0):
		return left, s.fault(right.at, "%v %s %v is no number, or one too large", *l, op, *r)
	}
	return literal(left.at, wholeOrNot(result)), nil
}

func double(value any) *float64 {
	switch v := value.(type) {
	case int64:
		f := float64(v)
		return &f
	case float64:
		return &v
	default:
		return nil
	}
}

func compute(op geo.ArithmeticOp, l, r float64) float64 {
	switch op {
	case geo.Add:
		return l + r
	case geo.Subtract:
		return l - r
	case geo.Multiply:
		return l * r
	case geo.Divide:
		return l / r
	case geo.IntegerDivide:
		return math.Trunc(l / r)
	case geo.Modulo:
		return math.Mod(l, r)
	default:
		return math.Pow(l, r)
	}
}

// number reads the digits of a number.
func (s *scope) number(at place, digits string) (operand, error) {
	if whole, err := strconv.ParseInt(digits, 10, 64); err == nil {
		return literal(at, whole), nil
	}
	f, err := strconv.ParseFloat(digits, 64)
	if err != nil {
		return operand{}, s.fault(at, "the number %.40s is too large", digits)
	}
	return literal(at, wholeOrNot(f)), nil
}

// negative is -o: a number that is given with its sign, or the product of -1 and what it is.
func (s *scope) negative(at place, o operand) (operand, error) {
	switch given := o.given().(type) {
	case int64:
		return literal(at, -given), nil
	case float64:
		return literal(at, wholeOrNot(-given)), nil
	default:
		return s.arithmetic(geo.Multiply, literal(at, int64(-1)), o)
	}
}

// wholeOrNot gives a number as int64 where it is whole and a double holds it exactly.
func wholeOrNot(f float64) any {
	const exact = 1 << 53
	if f == math.Trunc(f) && math.Abs(f) <= exact {
		return int64(f)
	}
	return f
}
