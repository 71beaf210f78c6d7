package shape

import (
	"reflect"
	"testing"

	"github.com/paulmach/orb"
)

func TestFlatten(t *testing.T) {
	t.Parallel()
	ring := orb.Ring{{0, 0}, {1, 0}, {1, 1}, {0, 0}}
	nested := orb.Collection{
		orb.Point{1, 2},
		orb.Collection{orb.MultiPoint{{3, 4}}, orb.Polygon{ring}, orb.Collection{}},
		orb.MultiPolygon{{ring}},
	}
	want := []orb.Geometry{
		orb.MultiPoint{{1, 2}, {3, 4}},
		orb.MultiPolygon{{ring}, {ring}},
	}
	if got := Flatten(nested); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := Flatten(orb.Collection{}); len(got) != 0 {
		t.Errorf("nothing flattens to %v", got)
	}
}
