package exchange

import (
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
)

// texts are JSON and what is nearly that.
func texts() []string {
	all := []string{
		``, ` `, `{}`, `[]`, `[[[]]]`, `{"a":1}`, ` { "a" : [ 1 , -0.5e+3 , "x" ] } `, `{"a":1,"a":2}`, `{"a":1,}`, `[1,]`, `[,1]`, `{"a"}`, `{"a":}`, `{a:1}`, `{1:1}`,
		`01`, `-`, `-0`, `1.`, `.5`, `1e`, `1e5`, `1E-5`, `+1`, `0x1`, `1_0`, `NaN`, `Infinity`, `true`, `tru`, `truth`, `null`, `nul`, `false`,
		`"a`, `"\"`, `"\u00e9"`, `"\u00g9"`, `"\ud800"`, `"\x"`, `"\\"`, "\"\n\"", "\"\x00\"", "\"\xff\"", "\x00", "[1\x00]", `[1 2]`, `{"a":1 "b":2}`, `[}`, `{"a":[}`, `{]`, `1 2`,
		strings.Repeat("[", deepest) + strings.Repeat("]", deepest), strings.Repeat("[", deepest+1) + strings.Repeat("]", deepest+1),
	}
	good := station(1)
	for i := 0; i < len(good); i += 7 {
		all = append(all, good[:i], good[:i]+"\x00"+good[i:], good[:i]+good[i+1:])
	}
	for _, change := range [][2]string{
		{`"站"`, `"\u7ad9"`}, {`"站"`, `"\ud800"`}, {`"站"`, "\"\xff\""}, {`"站"`, `7`}, {`"站"`, `null`}, {`"站"`, `["站"]`}, {`"站"`, `{"a":1,"a":2}`}, {`"站"`, `true`}, {`"站"`, `"\u0000"`},
		{`"name"`, `"n\u0061me"`}, {`"name"`, "\"name\xff\""}, {`"name"`, `"code"`}, {`"name"`, `"x"`}, {`"name"`, `"revision"`}, {`"properties"`, `"type"`}, {`"type":"Feature"`, "\"\":\"\xde\""},
		{`"name"`, `"x":{"a":[1,{"b":"\u00e9"},null]},"name"`}, {`"name"`, `"x":{"a":1,"a":2},"name"`}, {`"name"`, `"x":["\ud800"],"name"`}, {`"name"`, "\"x\":[\"\xff\"],\"name\""}, {`"name"`, `"x":{"\u0061":1,"a":2},"name"`},
		{`["445203001"]`, `null`}, {`["445203001"]`, `["445203001","445203001"]`}, {`["445203001"]`, `[1]`}, {`["445203001"]`, `["\u0000"]`}, {`["445203001"]`, `"445203001"`},
		{`{"type":"Feature"`, `{"id":"S1","type":"Feature"`}, {`{"type":"Feature"`, `{"id":1.50,"type":"Feature"`}, {`{"type":"Feature"`, `{"id":[1],"type":"Feature"`}, {`{"type":"Feature"`, `{"bbox":[1,2],"type":"Feature"`},
		{`{"type":"Feature"`, `{"type":"feature"`}, {`{"type":"Feature"`, `{"type":7`}, {`{"type":"Feature",`, `{`},
		{`{"type":"Point",`, `{`}, {`"Point"`, `"MultiPoint"`}, {`"Point"`, `"Polygon"`}, {`"Point"`, `"P"`}, {`[116.1,23.5]`, `[116.1,23.5,7,8]`}, {`[116.1,23.5]`, `[116.1]`}, {`[116.1,23.5]`, `[]`}, {`[116.1,23.5]`, `null`}, {`[116.1,23.5]`, `[1e999,0]`}, {`[116.1,23.5]`, `[200,0]`},
		{`[116.1,23.5]`, `[116.1,23.5],"coordinates":[1,2]`}, {`{"type":"Point","coordinates":[116.1,23.5]}`, `null`}, {`{"type":"Point","coordinates":[116.1,23.5]}`, `{}`}, {`{"type":"Point","coordinates":[116.1,23.5]}`, `{"coordinates":[116.1,23.5],"type":"Point"}`},
	} {
		all = append(all, strings.Replace(good, change[0], change[1], 1))
	}
	return all
}

// reference tells whether a text is one value of JSON, for two readers that are not ours.
func reference(t *testing.T, text string) bool {
	t.Helper()
	d := jsontext.NewDecoder(strings.NewReader(text), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))
	_, err := d.ReadValue()
	if err == nil {
		_, end := d.ReadToken()
		err = end
		if errors.Is(end, io.EOF) {
			err = nil
		}
	}
	valid := json.Valid([]byte(text))
	if valid != (err == nil) {
		t.Skipf("encoding/json and jsontext do not agree on %q: %v", text, err)
	}
	return valid
}

// What is sound for the cursor is what is JSON for others.
func FuzzSound(f *testing.F) {
	for _, text := range texts() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := cursorOver([]byte(text))
		sound := c.pass(deepest)
		c.Peek()
		sound = sound && c.At == len(text)
		if nests := strings.Count(text, "[") + strings.Count(text, "{"); nests > deepest && !sound {
			return
		}
		if want := reference(t, text); sound != want {
			t.Errorf("%q: %v, want %v", text, sound, want)
		}
	})
}
