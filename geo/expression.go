package geo

import "fmt"

// Expression is a value that a filter looks at.
type Expression interface{ isExpression() }

// Property is the value of a scalar field, by the field's name.
type Property string

// Literal is a value given by the caller: string, int64, float64, bool, time.Time or Day.
type Literal struct{ Value any }

// Arithmetic is a number made of two others, as a double. It is null if one of them is, and where it is divided by zero.
type Arithmetic struct {
	Op          ArithmeticOp
	Left, Right Expression
}

// String writes it as CQL2 does, with brackets around each part that is computed.
func (a Arithmetic) String() string {
	part := func(e Expression) string {
		switch e := e.(type) {
		case Arithmetic:
			return "(" + e.String() + ")"
		case Literal:
			return fmt.Sprint(e.Value)
		default:
			return fmt.Sprint(e)
		}
	}
	return part(a.Left) + " " + string(a.Op) + " " + part(a.Right)
}

// CaseFold is a text in which capital and small letters are the same: the CASEI of CQL2, by the full case folding of
// Unicode (section 5.18).
type CaseFold struct{ Of Expression }

// AccentFold is a text without accents: the ACCENTI of CQL2. It leaves out the combining marks of its letters, but not
// those of Japanese, which make another letter of one.
type AccentFold struct{ Of Expression }

// DayOf is the day in UTC of a moment.
type DayOf struct{ Of Expression }

// Truth is the value of a filter: true, false or null.
type Truth struct{ Of Filter }

func (Property) isExpression()   {}
func (Literal) isExpression()    {}
func (Arithmetic) isExpression() {}
func (CaseFold) isExpression()   {}
func (AccentFold) isExpression() {}
func (DayOf) isExpression()      {}
func (Truth) isExpression()      {}

// ArithmeticOp makes a number of two others.
type ArithmeticOp string

// The operations of arithmetic. IntegerDivide gives the whole part of the quotient, towards zero; Modulo gives what is
// left by it, with the sign of the first number.
const (
	Add           ArithmeticOp = "+"
	Subtract      ArithmeticOp = "-"
	Multiply      ArithmeticOp = "*"
	Divide        ArithmeticOp = "/"
	IntegerDivide ArithmeticOp = "div"
	Modulo        ArithmeticOp = "%"
	Power         ArithmeticOp = "^"
)
