package cql2

import "xiangtu/geo"

// sum reads terms with + and - between them.
func (p *textParser) sum() (operand, error) {
	return p.operations(p.product, "+", "-")
}

// product reads factors with *, /, % and DIV between them.
func (p *textParser) product() (operand, error) {
	return p.operations(p.power, "*", "/", "%", "DIV")
}

func (p *textParser) operations(part func() (operand, error), words ...string) (operand, error) {
	left, err := part()
	depth := p.depth
	defer func() { p.depth = depth }()
	for err == nil {
		op, found := p.operator(words)
		if !found {
			return left, nil
		}
		left, err = p.operation(op, left, part)
	}
	return left, err
}

// operator tells whether the token is one of the operators.
func (p *textParser) operator(words []string) (geo.ArithmeticOp, bool) {
	for _, word := range words {
		if p.token.is(word) {
			return arithmeticOps[word], true
		}
	}
	return "", false
}

// operation reads an operator and what follows it. A long chain of them nests as deep as brackets would.
func (p *textParser) operation(op geo.ArithmeticOp, left operand, part func() (operand, error)) (operand, error) {
	if err := p.enter(p.token.at); err != nil {
		return left, err
	}
	if err := p.advance(); err != nil {
		return left, err
	}
	right, err := part()
	if err != nil {
		return left, err
	}
	return p.arithmetic(op, left, right)
}

// power reads a factor, raised to another if ^ follows. A minus belongs to its factor: by the grammar -2 ^ 2 is 4.
func (p *textParser) power() (operand, error) {
	base, err := p.factor()
	if err != nil || !p.token.is("^") {
		return base, err
	}
	return p.operation(geo.Power, base, p.factor)
}

func (p *textParser) factor() (operand, error) {
	at := p.token.at
	minus, err := p.accept("-")
	switch {
	case err != nil:
		return operand{}, err
	case minus:
		of, err := p.primary()
		if err != nil {
			return of, err
		}
		return p.negative(at, of)
	case p.token.is("+"):
		if err := p.advance(); err != nil {
			return operand{}, err
		}
		if p.token.kind != digits {
			return operand{}, p.unexpected("a number")
		}
	}
	return p.primary()
}

// mostArguments is how many arguments of a function are read before it is said that they are too many.
const mostArguments = 100

const aValue = "a property, a value or a condition"

// primary reads a value, a property, a function, or what stands in brackets.
func (p *textParser) primary() (operand, error) {
	t := p.token
	if t.kind == theEnd || t.kind == symbol && t.text != "(" {
		return operand{}, p.unexpected(aValue)
	}
	if err := p.advance(); err != nil {
		return operand{}, err
	}
	switch t.kind {
	case digits:
		return p.number(t.at, t.text)
	case characters:
		return p.scope.text(t.at, t.text)
	case quotedName:
		return p.property(t.at, t.text)
	case symbol:
		return p.bracket(t)
	default:
		return p.named(t)
	}
}

// bracket reads what stands in brackets.
func (p *textParser) bracket(opening token) (operand, error) {
	if err := p.enter(opening.at); err != nil {
		return operand{}, err
	}
	defer p.leave()
	if p.token.is(")") {
		return operand{}, p.noArrays(opening.at)
	}
	inner, err := p.disjunction()
	if err != nil {
		return inner, err
	}
	if p.token.is(",") {
		return inner, p.noArrays(opening.at)
	}
	return inner, p.expect(")")
}
