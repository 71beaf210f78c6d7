package cql2_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/cql2"
)

// parsed reads a filter on grids in CQL2 text.
func parsed(t testing.TB, filter string) geo.Filter {
	t.Helper()
	f, err := cql2.Parse(grids(t), filter, cql2.Options{})
	if err != nil {
		t.Fatalf("%s: %v", filter, err)
	}
	return f
}

func equal(a, b geo.Filter) bool { return reflect.DeepEqual(a, b) }

// fuzz reads whatever is given, with the examples of the standard as seeds: it ends, and what is wrong is bad input.
func fuzz(f *testing.F, language cql2.Language, seeds string, more ...string) {
	files, err := filepath.Glob(seeds)
	if err != nil || len(files) == 0 {
		f.Fatal("no seeds", err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text))
	}
	for _, text := range more {
		f.Add(text)
	}
	layer := grids(f)
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := cql2.Parse(layer, text, cql2.Options{Language: language})
		if err == nil {
			if filter == nil {
				t.Error("no filter and no error")
			}
			return
		}
		if known, ok := errors.AsType[*geo.Error](err); !ok || known.Code != geo.BadInput || known.Message == "" {
			t.Errorf("%v is no bad input", err)
		}
	})
}

func FuzzText(f *testing.F) {
	fuzz(f, cql2.Text, "testdata/examples/text/*.txt",
		"level = 1 AND (name LIKE '北\\_%' OR NOT workers * -2 ^ 2 > .5e1)", "S_WITHIN(geometry, BBOX(170, 1, -170, 2))",
		"T_DURING(INTERVAL('..', updatedAt), INTERVAL('2026-01-01', '..'))", "accenti(casei(name)) in ('a', casei('b'))", "(level=1) IS NOT NULL")
}

func FuzzJSON(f *testing.F) {
	fuzz(f, cql2.JSON, "testdata/examples/json/*.json",
		`{"op":"isNull","args":[{"op":"=","args":[{"property":"level"},1]}]}`, `{"op":"in","args":[{"property":"level"},[1,2.5]]}`)
}
