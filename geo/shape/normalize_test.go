package shape

import (
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"xiangtu/geo/crs"
)

func TestNormalize(t *testing.T) {
	backwards := slices.Clone(square)
	slices.Reverse(backwards)
	holeBackwards := slices.Clone(hole)
	slices.Reverse(holeBackwards)

	for _, test := range []struct {
		name string
		in   orb.Geometry
		want Type
		out  orb.Geometry
	}{
		{"as it should be", orb.MultiPolygon{{square, hole}}, MultiPolygon, orb.MultiPolygon{{square, hole}}},
		{"promoted", orb.Polygon{square}, MultiPolygon, orb.MultiPolygon{{square}}},
		{"promoted point", orb.Point{1, 2}, MultiPoint, orb.MultiPoint{{1, 2}}},
		{"promoted line", orb.LineString{{1, 2}, {3, 4}}, MultiLineString, orb.MultiLineString{{{1, 2}, {3, 4}}}},
		{"reduced", orb.MultiLineString{{{1, 2}, {3, 4}}}, LineString, orb.LineString{{1, 2}, {3, 4}}},
		{"shell clockwise", orb.Polygon{backwards, holeBackwards}, Polygon, orb.Polygon{square, hole}},
		{"any type", orb.Collection{orb.Polygon{backwards}}, 0, orb.Collection{orb.Polygon{square}}},
		{"a ring", backwards, MultiPolygon, orb.MultiPolygon{{square}}},
		{"a bound", square.Bound(), Polygon, orb.Polygon{square}},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := orb.Clone(test.in)
			got, err := Normalize(test.in, test.want)
			if err != nil || !orb.Equal(got, test.out) {
				t.Errorf("got %v, %v; want %v", got, err, test.out)
			}
			if !orb.Equal(before, test.in) {
				t.Errorf("the argument was changed to %v", test.in)
			}
		})
	}
}

func TestNormalizeRefuses(t *testing.T) {
	for _, test := range []struct {
		in      orb.Geometry
		want    Type
		message string
	}{
		{orb.Point{1, 2}, MultiPolygon, "a MultiPolygon is needed, not a Point"},
		{orb.MultiPoint{{1, 2}, {3, 4}}, Point, "a Point is needed; this MultiPoint has not exactly one member"},
		{orb.MultiPolygon{}, Polygon, "has not exactly one member"},
		{orb.Collection{orb.Point{1, 2}}, Point, "not a GeometryCollection"},
	} {
		_, err := Normalize(test.in, test.want)
		requireFault(t, err, CodeWrongType, "", test.message)
	}
}

func TestReproject(t *testing.T) {
	in := orb.MultiPolygon{{square}}
	out := Reproject(in, crs.WebMercator.FromWGS84)
	if orb.Equal(in, out) || in[0][0][1] != (orb.Point{4, 0}) {
		t.Errorf("got %v from %v", out, in)
	}
	back := Reproject(out, crs.WebMercator.ToWGS84).(orb.MultiPolygon)
	if p := back[0][0][2]; p[0] < 3.999999999 || p[0] > 4.000000001 {
		t.Errorf("came back as %v", back)
	}
}

func TestBound(t *testing.T) {
	for _, test := range []struct {
		name string
		in   orb.Geometry
		want orb.Bound
	}{
		{"point", orb.Point{1, 2}, orb.Bound{Min: orb.Point{1, 2}, Max: orb.Point{1, 2}}},
		{"polygons", orb.MultiPolygon{{square, hole}, {distant}}, orb.Bound{Max: orb.Point{14, 4}}},
		{"collection", orb.Collection{orb.Point{-1, 2}, orb.LineString{{0, 0}, {1, 5}}}, orb.Bound{Min: orb.Point{-1, 0}, Max: orb.Point{1, 5}}},
	} {
		got, err := Bound(AppendWKB(nil, test.in))
		if err != nil || got != test.want {
			t.Errorf("%s: got %v, %v; want %v", test.name, got, err, test.want)
		}
	}
	if empty, err := Bound(AppendWKB(nil, orb.MultiPolygon{})); err != nil || !empty.IsEmpty() {
		t.Errorf("empty: got %v, %v", empty, err)
	}
	if box, err := Bound([]byte{1, 2, 3}); err == nil || !box.IsEmpty() {
		t.Errorf("broken: got %v, %v", box, err)
	}
}
