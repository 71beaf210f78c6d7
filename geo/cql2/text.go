package cql2

import "xiangtu/geo"

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
