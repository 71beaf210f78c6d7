package cql2

import (
	"fmt"
	"strings"

	"xiangtu/geo"
)

// textParser reads CQL2 text by recursive descent, one token ahead.
type textParser struct {
	*scope
	lexer lexer
	token token
}

// parseText reads a filter in CQL2 text.
func parseText(s *scope, given string) (geo.Filter, error) {
	p := &textParser{scope: s, lexer: lexer{scope: s, rest: given, character: 1}}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.token.kind == theEnd {
		return nil, s.fault(p.token.at, "the filter is empty: leave it out where everything is wanted")
	}
	whole, err := p.disjunction()
	if err != nil {
		return nil, err
	}
	if p.token.kind != theEnd {
		return nil, p.unexpected("AND, OR or the end")
	}
	return s.asFilter(whole)
}

func (p *textParser) advance() (err error) {
	p.token, err = p.lexer.next()
	return err
}

// unexpected is the error of a token that cannot stand here.
func (p *textParser) unexpected(wanted string) error {
	return p.fault(p.token.at, "found %s, expected %s", p.token, wanted)
}

// accept goes on if the token is that word, and tells whether it was.
func (p *textParser) accept(word string) (bool, error) {
	if !p.token.is(word) {
		return false, nil
	}
	return true, p.advance()
}

// expect goes on if the token is that word, and fails otherwise.
func (p *textParser) expect(word string) error {
	found, err := p.accept(word)
	if err == nil && !found {
		err = p.unexpected(word)
	}
	return err
}

// disjunction reads conditions with OR between them, or a single value.
func (p *textParser) disjunction() (operand, error) {
	return p.joined("OR", p.conjunction, func(parts []geo.Filter) geo.Filter { return geo.Or(parts) })
}

// conjunction reads conditions with AND between them, or a single value.
func (p *textParser) conjunction() (operand, error) {
	return p.joined("AND", p.negation, func(parts []geo.Filter) geo.Filter { return geo.And(parts) })
}

func (p *textParser) joined(word string, part func() (operand, error), join func([]geo.Filter) geo.Filter) (operand, error) {
	first, err := part()
	if err != nil || !p.token.is(word) {
		return first, err
	}
	var parts []geo.Filter
	for next := first; ; {
		filter, err := p.asFilter(next)
		if err != nil {
			return first, err
		}
		parts = append(parts, filter)
		if more, err := p.accept(word); err != nil || !more {
			return condition(first.at, join(parts)), err
		}
		if next, err = part(); err != nil {
			return first, err
		}
	}
}

func (p *textParser) negation() (operand, error) {
	at := p.token.at
	if found, err := p.accept("NOT"); err != nil || !found {
		if err != nil {
			return operand{}, err
		}
		return p.predicate()
	}
	if err := p.enter(at); err != nil {
		return operand{}, err
	}
	defer p.leave()
	inner, err := p.negation()
	if err != nil {
		return inner, err
	}
	filter, err := p.asFilter(inner)
	return condition(at, geo.Negation{Filter: filter}), err
}

// predicate reads a comparison, or a single value.
func (p *textParser) predicate() (operand, error) {
	left, err := p.sum()
	if err != nil {
		return left, err
	}
	if op := p.token.text; p.token.kind == symbol && comparisons[op] != "" {
		if err := p.advance(); err != nil {
			return left, err
		}
		right, err := p.sum()
		if err != nil {
			return left, err
		}
		return p.compare(op, left, right)
	}
	if found, err := p.accept("IS"); err != nil || found {
		return p.null(left, err)
	}
	negated, err := p.accept("NOT")
	if err != nil {
		return left, err
	}
	var test operand
	switch {
	case p.token.is("LIKE"):
		test, err = p.likePattern(left)
	case p.token.is("BETWEEN"):
		test, err = p.betweenEnds(left)
	case p.token.is("IN"):
		test, err = p.inList(left)
	case negated:
		return left, p.unexpected("LIKE, BETWEEN or IN")
	default:
		return left, nil
	}
	if err == nil && negated {
		test.filter = geo.Negation{Filter: test.filter}
	}
	return test, err
}

// null reads what follows IS.
func (p *textParser) null(of operand, err error) (operand, error) {
	if err != nil {
		return of, err
	}
	negated, err := p.accept("NOT")
	if err != nil {
		return of, err
	}
	if err := p.expect("NULL"); err != nil {
		return of, err
	}
	test, err := p.isNull(of)
	if negated {
		test.filter = geo.Negation{Filter: test.filter}
	}
	return test, err
}

func (p *textParser) likePattern(of operand) (operand, error) {
	if err := p.advance(); err != nil {
		return of, err
	}
	pattern, err := p.primary()
	if err != nil {
		return of, err
	}
	return p.like(of, pattern)
}

func (p *textParser) betweenEnds(of operand) (operand, error) {
	if err := p.advance(); err != nil {
		return of, err
	}
	low, err := p.sum()
	if err != nil {
		return of, err
	}
	if err := p.expect("AND"); err != nil {
		return of, err
	}
	high, err := p.sum()
	if err != nil {
		return of, err
	}
	return p.between(of, low, high)
}

func (p *textParser) inList(of operand) (operand, error) {
	if err := p.advance(); err != nil {
		return of, err
	}
	items, err := p.arguments(p.sum, mostItems)
	if err != nil {
		return of, err
	}
	return p.in(of, items)
}

// arguments reads what stands in brackets with commas between, one thing at least.
func (p *textParser) arguments(item func() (operand, error), most int) ([]operand, error) {
	if err := p.expect("("); err != nil {
		return nil, err
	}
	var items []operand
	for {
		if len(items) == most {
			return nil, p.fault(p.token.at, "more than %d values", most)
		}
		next, err := item()
		if err != nil {
			return nil, err
		}
		items = append(items, next)
		more, err := p.accept(",")
		switch {
		case err != nil:
			return nil, err
		case more:
		case p.token.is(")"):
			return items, p.advance()
		default:
			return nil, p.unexpected(", or )")
		}
	}
}

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

// power reads a factor, raised to another if ^ follows. A minus before it belongs to the factor alone where a number
// follows, and otherwise, too: the grammar has no sign for a whole power.
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

// named reads what begins with a name that has no quotes.
func (p *textParser) named(t token) (operand, error) {
	keyword := strings.ToUpper(t.text)
	switch {
	case p.token.is("("), isGeometryType(keyword) && (p.token.is("Z") || p.token.is("M") || p.token.is("ZM") || p.token.is("EMPTY")):
		if err := p.enter(t.at); err != nil {
			return operand{}, err
		}
		defer p.leave()
		return p.function(keyword, t)
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

// function reads the arguments of a function or of a value that is written like one.
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
		return p.at(t)(p.spatial(keyword, args[0], args[1]))
	case temporalOps[keyword] != "":
		args, err := p.arity(t, 2)
		if err != nil {
			return operand{}, err
		}
		return p.at(t)(p.temporal(keyword, args[0], args[1]))
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

// at sets where a condition begins: with the name of its function.
func (p *textParser) at(t token) func(operand, error) (operand, error) {
	return func(o operand, err error) (operand, error) {
		o.at = t.at
		return o, err
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
