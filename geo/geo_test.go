package geo_test

import (
	"errors"
	"regexp"
	"testing"

	"xiangtu/geo"
)

func TestPinyin(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"曲溪街道": "qu xi jie dao",
		"锡场镇":  "xi chang zhen",
		"第1组":  "di 1 zu",
		"珠海（揭阳）产业转移工业园":    "zhu hai jie yang chan ye zhuan yi gong ye yuan",
		"Jiedong District": "jiedong district",
		"":                 "",
	} {
		if got := geo.Pinyin(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestParseID(t *testing.T) {
	t.Parallel()
	village := &geo.Village{Core: geo.Core{Code: "445203001001"}}
	layer, code, ok := geo.ParseID(village.ID())
	if !ok || layer.Name != geo.Villages || code != "445203001001" {
		t.Errorf("%s is %v %s %v", village.ID(), layer, code, ok)
	}
	for _, id := range []string{"", "villages", "villages:", "people:1", ":1"} {
		if _, _, ok := geo.ParseID(id); ok {
			t.Errorf("%q passes for an identifier", id)
		}
	}
}

func TestBoxCheck(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		box geo.Box
		ok  bool
	}{
		{geo.Box{116, 23, 117, 24}, true},
		{geo.Box{179, -10, -179, 10}, true}, // across the antimeridian
		{geo.Box{-180, -90, 180, 90}, true},
		{geo.Box{116, 24, 117, 23}, false},
		{geo.Box{23, 116, 24, 117}, false}, // latitude first
		{geo.Box{-181, 0, 0, 1}, false},
	} {
		if e := test.box.Check(); (e == nil) != test.ok {
			t.Errorf("%v: %v", test.box, e)
		}
	}
}

func TestErrorPaths(t *testing.T) {
	t.Parallel()
	e := geo.Invalid("[0]", "no number").At("bbox").At("where")
	if e.Error() != "where.bbox[0]: no number" {
		t.Error(e)
	}
	cause := errors.New("cause")
	if !errors.Is(&geo.Error{Code: geo.Internal, Cause: cause}, cause) {
		t.Error("the cause is lost")
	}
}

// Every layer of the registry is whole.
func TestRegistry(t *testing.T) {
	t.Parallel()
	for _, layer := range geo.Layers() {
		if layer.New().Layer() != layer.Name {
			t.Errorf("a new feature of %s says that it is of %s", layer.Name, layer.New().Layer())
		}
		if layer.Fields[0].Name != "code" {
			t.Errorf("the first field of %s is %s, not the code", layer.Name, layer.Fields[0].Name)
		}
		if _, err := regexp.Compile(layer.Code); err != nil {
			t.Errorf("the form of a code of %s: %v", layer.Name, err)
		}
		if layer.MinZoom < 0 || layer.MaxZoom > 22 || layer.MinZoom > layer.MaxZoom {
			t.Errorf("%s is drawn from %d to %d", layer.Name, layer.MinZoom, layer.MaxZoom)
		}
		for i, f := range layer.Fields {
			if f.Of == nil || f.Of(layer.New()) == nil || f.Description == "" || f.Column == "" {
				t.Errorf("%s.%s is not whole", layer.Name, f.Name)
			}
			if set := layer.Set(f.Name); !set.Has(i) {
				t.Errorf("the set of %s.%s does not have it", layer.Name, f.Name)
			}
		}
		for _, g := range layer.GroupBy {
			if _, ok := layer.Field(g.Field); !ok {
				t.Errorf("%s groups by %s, which it does not have", layer.Name, g.Field)
			}
		}
	}
	for _, r := range geo.Relations() {
		if _, ok := geo.LayerNamed(r.From); !ok {
			t.Errorf("%s leads from no layer", r.Name)
		}
		if _, ok := geo.LayerNamed(r.To); !ok {
			t.Errorf("%s leads to no layer", r.Name)
		}
	}
}
