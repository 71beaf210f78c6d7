package exchange

import (
	"maps"
	"reflect"
	"strings"
	"testing"

	"xiangtu/geo"
)

// What is read in one go is JSON, and comes out as it does by jsontext, refusals and all.
func FuzzPlain(f *testing.F) {
	for _, text := range texts() {
		f.Add(text, false)
		f.Add(text, true)
	}
	f.Fuzz(func(t *testing.T, text string, loose bool) {
		isJSON := reference(t, text)
		read := func(plainly bool) (Record, *decoder, bool) {
			d := newDecoder(stations(t), mapped(stations(t), map[string]string{"name": "name"}), loose, false)
			d.reserve(memory{}, 1, len(text))
			ok := false
			record := d.fill(3, func(f *feature) {
				f.text = []byte(text)
				if plainly {
					ok = f.readPlain()
				} else {
					f.readByTokens()
				}
			})
			return record, d, ok
		}
		got, by, ok := read(true)
		if !ok {
			return
		}
		if !isJSON {
			t.Fatalf("%q is no JSON, and is read", text)
		}
		want, reference, _ := read(false)
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%q:\ngot  %+v %+v\nwant %+v %+v", text, got, got.Refusal, want, want.Refusal)
		}
		if !maps.Equal(by.ignored, reference.ignored) || !maps.Equal(by.seen, reference.seen) || by.stray != reference.stray {
			t.Errorf("%q: saw %v %v %v, want %v %v %v", text, by.ignored, by.seen, by.stray, reference.ignored, reference.seen, reference.stray)
		}
	})
}

// Almost all features are read the fast way: it is of no use otherwise.
func TestUsualFeaturesArePlain(t *testing.T) {
	layer, _ := geo.LayerNamed(geo.Grids)
	for _, text := range []string{
		grid(1),
		strings.Replace(grid(1), `"properties"`, `"id":"44520300100102","properties"`, 1),
		strings.Replace(grid(1), `"workers"`, `"another":null,"workers"`, 1),
		strings.Replace(grid(1), `"workers"`, `"more":{"a":[1,{"b":"c\\n"},null],"d":{}},"workers"`, 1),
		strings.Replace(grid(1), `网格`, `\u7f51\u683c`, 1),
		strings.ReplaceAll(grid(1), `,`, ` , `),
	} {
		d := newDecoder(layer, mapped(layer, nil), false, false)
		d.reserve(memory{}, 1, len(text))
		r := d.fill(0, func(f *feature) {
			if f.text = []byte(text); !f.readPlain() {
				t.Errorf("not plain: %s", text)
			}
		})
		if r.Refusal != nil {
			t.Errorf("%s: %v", text, r.Refusal)
		}
	}
}
