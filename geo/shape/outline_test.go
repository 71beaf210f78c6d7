package shape_test

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"xiangtu/geo/shape"
)

// square is of one degree, with a hole in its middle.
func square() orb.MultiPolygon {
	return orb.MultiPolygon{{
		{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}},
		{{0.4, 0.4}, {0.4, 0.6}, {0.6, 0.6}, {0.6, 0.4}, {0.4, 0.4}},
	}}
}

func TestOutlineNearest(t *testing.T) {
	t.Parallel()
	o := shape.NewOutline(square())
	for _, test := range []struct {
		p, nearest, vertex orb.Point
		distance           float64
	}{
		{orb.Point{0.2, -1}, orb.Point{0.2, 0}, orb.Point{0, 0}, 1},
		{orb.Point{2, 1}, orb.Point{1, 1}, orb.Point{1, 1}, 1},
		{orb.Point{0.5, 0.45}, orb.Point{0.5, 0.4}, orb.Point{0.4, 0.4}, 0.05},
		{orb.Point{1, 0.7}, orb.Point{1, 0.7}, orb.Point{1, 1}, 0},
	} {
		nearest, distance := o.Nearest(test.p)
		if nearest != test.nearest || math.Abs(distance-test.distance) > 1e-12 {
			t.Errorf("%v: %v at %v, want %v at %v", test.p, nearest, distance, test.nearest, test.distance)
		}
		if vertex := o.NearestVertex(test.p); vertex != test.vertex {
			t.Errorf("%v: the vertex %v, want %v", test.p, vertex, test.vertex)
		}
	}
}

func TestOutlineReaching(t *testing.T) {
	t.Parallel()
	const tolerance = 1e-6
	o := shape.NewOutline(square())
	for _, test := range []struct {
		name   string
		line   orb.LineString
		longer int // how many ends are drawn out
		inside *orb.Point
	}{
		{"both ends beyond", orb.LineString{{-1, 0.2}, {2, 0.2}}, 0, nil},
		{"both ends a little before", orb.LineString{{1e-7, 0.2}, {1 - 1e-7, 0.2}}, 2, nil},
		{"on an edge", orb.LineString{{0, 0.2}, {2, 0.2}}, 1, nil},
		{"at a vertex", orb.LineString{{0, 0}, {1, 1}}, 0, nil},
		{"from the hole to the outside", orb.LineString{{0.5, 0.4 + 1e-7}, {0.5, -1}}, 0, nil},
		{"a little before the hole", orb.LineString{{0.5, 0.4 - 1e-7}, {0.5, -1}}, 1, nil},
		{"its end within", orb.LineString{{-1, 0.2}, {0.5, 0.2}}, 0, &orb.Point{0.5, 0.2}},
		{"its beginning within", orb.LineString{{0.5, 0.2}, {-1, 0.2}}, 0, &orb.Point{0.5, 0.2}},
		{"both within", orb.LineString{{0.2, 0.2}, {0.5, 0.2}}, 0, &orb.Point{0.2, 0.2}},
	} {
		reaching, inside := o.Reaching(test.line, tolerance)
		if got := len(reaching) - len(test.line); got != test.longer {
			t.Errorf("%s: %d ends are drawn out, want %d", test.name, got, test.longer)
		}
		if (inside == nil) != (test.inside == nil) || inside != nil && *inside != *test.inside {
			t.Errorf("%s: %v lies within, want %v", test.name, inside, test.inside)
		}
		if test.longer == 0 {
			continue
		}
		for _, end := range []orb.Point{reaching[0], reaching[len(reaching)-1]} {
			if _, distance := o.Nearest(end); distance == 0 {
				t.Errorf("%s: the end %v is on the outline, not over it", test.name, end)
			}
		}
	}
}

func TestOutlineAdded(t *testing.T) {
	t.Parallel()
	o := shape.NewOutline(square())
	half := orb.MultiPolygon{{{{0, 0}, {0.25, 0}, {0.25, 1 + 1e-15}, {0, 1}, {0, 0}}}}
	added := o.Added(half, 1e-9)
	if len(added) != 2 || added[0] != (orb.Point{0.25, 0}) || added[1] != (orb.Point{0.25, 1 + 1e-15}) {
		t.Errorf("added %v", added)
	}
}

func TestIsSliver(t *testing.T) {
	t.Parallel()
	rectangle := func(metresWide, metresLong float64) orb.Polygon { // on the equator
		const degree = 111_319.49
		x, y := metresWide/degree, metresLong/degree
		return orb.Polygon{{{0, 0}, {x, 0}, {x, y}, {0, y}, {0, 0}}}
	}
	for _, test := range []struct {
		wide, long float64
		sliver     bool
	}{
		{0.9, 0.9, true}, {1.2, 1.2, false}, {0.05, 1000, true}, {0.2, 1000, false},
	} {
		if got := shape.IsSliver(rectangle(test.wide, test.long)); got != test.sliver {
			t.Errorf("%v by %v metres: %v", test.wide, test.long, got)
		}
	}
}
