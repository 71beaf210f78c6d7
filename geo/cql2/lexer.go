package cql2

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A tokenKind tells what a token is.
type tokenKind uint8

const (
	theEnd tokenKind = iota
	name             // a keyword, or a name without quotes
	quotedName
	characters // a text in quotes
	digits     // a number without its sign
	symbol
)

// token is a word of a filter.
type token struct {
	kind tokenKind
	text string // without quotes and escapes; a keyword as it is written
	at   place
}

func (t token) String() string {
	switch t.kind {
	case theEnd:
		return "the end"
	case characters:
		return "the text '" + shortened(t.text) + "'"
	case digits:
		return "the number " + shortened(t.text)
	case quotedName:
		return `"` + shortened(t.text) + `"`
	default:
		return shortened(t.text)
	}
}

// shortened is the beginning of a text, for messages.
func shortened(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// is tells whether the token is a keyword, in capital or small letters, or a symbol.
func (t token) is(word string) bool {
	return t.kind == name && strings.EqualFold(t.text, word) || t.kind == symbol && t.text == word
}

// lexer cuts a text into tokens.
type lexer struct {
	scope     *scope
	rest      string
	character int // where rest begins, from 1
}

// take gives the first bytes of the rest, and goes on behind them.
func (l *lexer) take(bytes int) string {
	taken := l.rest[:bytes]
	l.rest = l.rest[bytes:]
	l.character += utf8.RuneCountInString(taken)
	return taken
}

// takeWhile takes the characters for which a condition holds.
func (l *lexer) takeWhile(holds func(rune) bool) string {
	end := strings.IndexFunc(l.rest, func(r rune) bool { return !holds(r) })
	if end < 0 {
		end = len(l.rest)
	}
	return l.take(end)
}

// next gives the next token.
func (l *lexer) next() (token, error) {
	l.takeWhile(isSpace)
	at := place{character: l.character}
	if l.rest == "" {
		return token{kind: theEnd, at: at}, nil
	}
	first, size := utf8.DecodeRuneInString(l.rest)
	switch {
	case startsName(first):
		return token{name, l.takeWhile(continuesName), at}, nil
	case isDigit(first), first == '.':
		return l.number(at)
	case first == '\'':
		return l.characters(at)
	case first == '"':
		end := strings.IndexByte(l.rest[1:], '"')
		if end < 0 {
			return token{}, l.scope.fault(at, "the quotation mark of a name has no second one")
		}
		quoted := l.take(end + 2)
		return token{quotedName, quoted[1 : len(quoted)-1], at}, nil
	}
	for _, two := range []string{"<>", "<=", ">="} {
		if strings.HasPrefix(l.rest, two) {
			return token{symbol, l.take(len(two)), at}, nil
		}
	}
	if strings.ContainsRune("()=<>,+-*/%^", first) {
		return token{symbol, l.take(size), at}, nil
	}
	return token{}, l.scope.fault(at, "%q has no meaning here", first)
}

// number reads digits, with a point and an exponent if they have them.
func (l *lexer) number(at place) (token, error) {
	text := l.takeWhile(isDigit)
	if strings.HasPrefix(l.rest, ".") {
		text += l.take(1) + l.takeWhile(isDigit)
	}
	if text == "." {
		return token{}, l.scope.fault(at, "a point stands alone; a number has digits")
	}
	if strings.HasPrefix(l.rest, "e") || strings.HasPrefix(l.rest, "E") {
		text += l.take(1)
		if strings.HasPrefix(l.rest, "+") || strings.HasPrefix(l.rest, "-") {
			text += l.take(1)
		}
		exponent := l.takeWhile(isDigit)
		if exponent == "" {
			return token{}, l.scope.fault(at, "the exponent of the number %s has no digits", text)
		}
		text += exponent
	}
	return token{digits, text, at}, nil
}

// characters reads a text in quotes (requirement /req/cql2-text/escaping).
func (l *lexer) characters(at place) (token, error) {
	l.take(1)
	var text strings.Builder
	for {
		text.WriteString(l.takeWhile(func(r rune) bool { return r != '\'' && r != '\\' }))
		switch {
		case l.rest == "", l.rest == `\`:
			return token{}, l.scope.fault(at, "the text in quotes has no end: a second ' is missing")
		case strings.HasPrefix(l.rest, "''"):
			l.take(2)
			text.WriteByte('\'')
		case l.rest[0] == '\'':
			l.take(1)
			return token{characters, text.String(), at}, nil
		default:
			_, size := utf8.DecodeRuneInString(l.rest[1:])
			text.WriteString(unescaped(l.take(1 + size)))
		}
	}
}

// unescaped is what an escape stands for. One that has no meaning stays, so that a pattern can have \% and \_.
func unescaped(escape string) string {
	switch escape[1] {
	case 'a':
		return "\a"
	case 'b':
		return "\b"
	case 't':
		return "\t"
	case 'n':
		return "\n"
	case 'v':
		return "\v"
	case 'f':
		return "\f"
	case 'r':
		return "\r"
	case '\'', '\\':
		return escape[1:]
	default:
		return escape
	}
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// isSpace tells what the grammar calls white space: that of Unicode.
func isSpace(r rune) bool { return unicode.IsSpace(r) }

// startsName and continuesName tell what names are made of (the rules identifierStart and identifierPart).
func startsName(r rune) bool {
	switch {
	case r == ':', r == '_', r >= 'A' && r <= 'Z', r >= 'a' && r <= 'z':
		return true
	case r < 0xC0, r == 0xD7, r == 0xF7, r == 0x37E, r >= 0x300 && r <= 0x36F, r == utf8.RuneError:
		return false
	default:
		return !isSpace(r) && (r < 0x2010 || r >= 0x2070)
	}
}

func continuesName(r rune) bool {
	return startsName(r) || r == '.' || isDigit(r) || r >= 0x300 && r <= 0x36F || r == 0x203F || r == 0x2040
}
