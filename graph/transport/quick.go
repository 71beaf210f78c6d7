package transport

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-json-experiment/json/jsontext"
)

// quickReader reads an operation whose JSON is as it should be, which it almost always is, in a third of the time that
// encoding/json takes. It gives up on anything else, of which encoding/json then says what is wrong, or takes it all the
// same: it is more lenient.
type quickReader struct {
	decoder jsontext.Decoder
	source  bytes.Buffer
	// texts are the members of objects that stay text.
	texts []string
}

// read reads the one operation that a text holds; ok is false if it gives up. What stays text shares its memory.
func (q *quickReader) read(text []byte) (params graphql.RawParams, ok bool) {
	q.source = *bytes.NewBuffer(text)
	q.decoder.Reset(&q.source)
	defer func() { q.source = bytes.Buffer{} }() // the text is somebody else's
	ok = q.object(func(name string) (ok bool) {
		switch name {
		case "query":
			params.Query, ok = q.string()
		case "operationName":
			params.OperationName, ok = q.string()
		case "variables":
			params.Variables, ok = q.members(nil)
		case "extensions":
			params.Extensions, ok = q.members(nil)
		}
		return ok
	})
	return params, ok && q.decoder.InputOffset() == int64(len(bytes.TrimRight(text, " \t\r\n")))
}

// object reads an object by reading the value of each member.
func (q *quickReader) object(member func(name string) bool) bool {
	if q.decoder.PeekKind() != '{' {
		return false
	}
	for begin := true; ; begin = false {
		token, err := q.decoder.ReadToken()
		switch {
		case err != nil:
			return false
		case token.Kind() == '}':
			return true
		case !begin && !member(token.String()):
			return false
		}
	}
}

// string reads a string, or null as an empty one.
func (q *quickReader) string() (string, bool) {
	token, err := q.decoder.ReadToken()
	if err != nil || token.Kind() != '"' {
		return "", err == nil && token.Kind() == 'n'
	}
	return token.String(), true
}

// members reads an object, or null as none. Of those members that texts names it keeps the text, a json.RawMessage.
func (q *quickReader) members(texts []string) (map[string]any, bool) {
	if q.decoder.PeekKind() == 'n' {
		return nil, q.decoder.SkipValue() == nil
	}
	members := make(map[string]any)
	return members, q.object(func(name string) (ok bool) {
		if slices.Contains(texts, name) {
			value, err := q.decoder.ReadValue()
			members[name] = json.RawMessage(value)
			return err == nil
		}
		members[name], ok = q.value()
		return ok
	})
}

// value reads a value within variables.
func (q *quickReader) value() (any, bool) {
	switch q.decoder.PeekKind() {
	case '{':
		return q.members(q.texts)
	case '[':
		return q.list()
	case '0':
		number, err := q.decoder.ReadValue()
		return json.Number(number), err == nil
	}
	token, err := q.decoder.ReadToken()
	if err != nil {
		return nil, false
	}
	switch token.Kind() {
	case 't', 'f':
		return token.Bool(), true
	case '"':
		return token.String(), true
	}
	return nil, true
}

func (q *quickReader) list() (any, bool) {
	list := []any{}
	if _, err := q.decoder.ReadToken(); err != nil {
		return nil, false
	}
	for q.decoder.PeekKind() != ']' {
		value, ok := q.value()
		if !ok {
			return nil, false
		}
		list = append(list, value)
	}
	_, err := q.decoder.ReadToken()
	return list, err == nil
}
