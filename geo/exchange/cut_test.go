package exchange

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// What is cut out of the window is what jsontext finds, and what cannot be read has the same reason in the same place.
func FuzzCut(f *testing.F) {
	good := station(1)
	for _, text := range texts() {
		f.Add(text)
		f.Add(good + "\n" + text + good)
		f.Add(`{"features":[` + text + `]}`)
		f.Add(`{"a":1,"features" : [` + good + ` , ` + text + `,` + good + `] , "crs":null} `)
		f.Add(`{"features":[` + good + `]` + text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "NaN") || strings.Contains(text, "Infinity") {
			t.Skip("what is cut out may have numbers that JSON does not have")
		}
		read := func(cuts bool, size int) (all []string) {
			s := newScanner(strings.NewReader(text), nil, 0)
			s.cuts, s.window.buffer = cuts, make([]byte, size)
			d := newDecoder(stations(t), mapped(stations(t), nil), false, false)
			for {
				p, err := s.next()
				if err == nil {
					d.reserve(memory{}, 1, len(p.text))
					_, err = s.decode(d, p)
				}
				if err != nil {
					reason := err.Error()
					if size < bufferSize { // jsontext quotes half a character where a read ends in one
						reason, _, _ = strings.Cut(reason, "character")
					}
					return append(all, reason)
				}
				all = append(all, strings.TrimSpace(string(p.text)))
			}
		}
		for _, size := range []int{100, 1000, bufferSize} {
			want := read(false, size) // nothing is cut out
			// In a list, jsontext may take the value that it misses for what follows the last one.
			last := len(want) - 1
			plainly := append(slices.Clone(want[:last]), strings.Replace(want[last], "after array element (expecting ',' or ']')", "at start of value", 1))
			if got := read(true, size); !reflect.DeepEqual(got, want) && !reflect.DeepEqual(got, plainly) {
				t.Errorf("%q in a window of %d:\ngot  %q\nwant %q", text, size, got, want)
			}
		}
	})
}
