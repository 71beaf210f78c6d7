package shape

import (
	"math"
	"testing"

	"github.com/paulmach/orb"
)

// lobed is a ring around a centre, of so many positions, with nine lobes.
func lobed(centre orb.Point, radius float64, positions int) orb.Ring {
	ring := make(orb.Ring, positions)
	for i := range ring {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(positions-1))
		r := radius * (1 - 0.1*math.Cos(9*2*math.Pi*float64(i)/float64(positions-1)))
		ring[i] = orb.Point{centre[0] + r*cos, centre[1] + r*sin}
	}
	ring[positions-1] = ring[0]
	return ring
}

// comb is a ring of so many teeth, whose edges all begin and end at the same longitudes.
func comb(teeth int) orb.Ring {
	ring := orb.Ring{{1, 0}}
	for i := range teeth {
		y := float64(i) / float64(teeth)
		ring = append(ring, orb.Point{1, y}, orb.Point{0.1, y + 0.25/float64(teeth)}, orb.Point{1, y + 0.5/float64(teeth)})
	}
	return append(ring, orb.Point{1, 1}, orb.Point{2, 1}, orb.Point{2, 0}, orb.Point{1, 0})[1:]
}

func TestProverProves(t *testing.T) {
	square := orb.Ring{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}
	moved := func(ring orb.Ring, x, y float64) orb.Ring {
		ring = ring.Clone()
		for i := range ring {
			ring[i][0] += x
			ring[i][1] += y
		}
		return ring
	}
	for _, test := range []struct {
		name string
		g    orb.Geometry
		want bool
	}{
		{"a square", orb.Polygon{square}, true},
		{"a square that turns the other way", orb.Polygon{{{0, 0}, {0, 1}, {1, 1}, {1, 0}, {0, 0}}}, true},
		{"a triangle", orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}, true},
		{"vertices on straight sides", orb.Polygon{{{0, 0}, {0.3, 0}, {0.6, 0}, {1, 0}, {1, 0.5}, {1, 1}, {0, 1}, {0, 0.9}, {0, 0}}}, true},
		{"a shape of many vertices", orb.Polygon{lobed(orb.Point{116, 23}, 0.1, 5001)}, true},
		{"parts that lie apart", orb.MultiPolygon{{square}, {moved(square, 1.5, 0)}, {moved(square, 0, -7)}}, true},
		{"the whole earth", orb.Polygon{{{-180, -90}, {180, -90}, {180, 90}, {-180, 90}, {-180, -90}}}, true},
		{"the smallest numbers", orb.Polygon{{{0, 0}, {5e-324, 0}, {5e-324, 5e-324}, {0, 5e-324}, {0, 0}}}, false},

		{"a hook, which is seen as a whole from nowhere", orb.Polygon{{{0, 0}, {3, 0}, {3, 3}, {1, 3}, {1, 2}, {2, 2}, {2, 1}, {0, 1}, {0, 0}}}, true},
		{"a pentagram, which goes around twice", orb.Polygon{{{0, 1}, {-0.59, -0.81}, {0.95, 0.31}, {-0.95, 0.31}, {0.59, -0.81}, {0, 1}}}, false},
		{"a bow", orb.Polygon{{{0, 0}, {1, 1}, {1, 0}, {0, 1}, {0, 0}}}, false},
		{"an edge on itself", orb.Polygon{{{0, 0}, {2, 0}, {1, 0}, {1, 1}, {0, 0}}}, false},
		{"an edge on itself across the first vertex", orb.Polygon{{{1, 0}, {2, 0}, {2, 1}, {0, 1}, {0, 0.5}, {3, 0}, {1, 0}}}, false},
		{"a spike", orb.Polygon{{{0, 0}, {1, 0}, {1, 2}, {1, 1}, {0, 1}, {0, 0}}}, false},
		{"all on a line", orb.Polygon{{{0, 0}, {1, 1}, {2, 2}, {0, 0}}}, false},
		{"a vertex on another edge", orb.Polygon{{{0, 0}, {2, 0}, {2, 1}, {1, 0}, {0, 1}, {0, 0}}}, false},
		{"a vertex twice", orb.Polygon{{{0, 0}, {1, 0}, {0.5, 0.5}, {1, 1}, {0, 1}, {0.5, 0.5}, {0, 0}}}, false},
		{"a position repeated", orb.Polygon{{{0, 0}, {1, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}}, false},
		{"not closed", orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 1}}}, false},
		{"too few positions", orb.Polygon{{{0, 0}, {1, 0}, {0, 0}}}, false},
		{"a hole", orb.Polygon{square, {{0.2, 0.2}, {0.2, 0.4}, {0.4, 0.4}, {0.2, 0.2}}}, false},
		{"parts with an edge in common", orb.MultiPolygon{{square}, {moved(square, 1, 0)}}, false},
		{"parts that overlap", orb.MultiPolygon{{square}, {moved(square, 0.5, 0.5)}}, false},
		{"no parts", orb.MultiPolygon{}, false},
		{"no rings", orb.Polygon{}, false},
		{"beyond the earth", orb.Polygon{moved(square, 179.5, 0)}, false},
		{"beyond the pole", orb.Polygon{moved(square, 0, 89.5)}, false},
		{"no number", orb.Polygon{{{0, 0}, {1, 0}, {math.NaN(), 1}, {0, 1}, {0, 0}}}, false},
		{"no number to begin with", orb.Polygon{{{math.NaN(), 0}, {1, 0}, {1, 1}, {0, 1}, {math.NaN(), 0}}}, false},
		{"an infinite number", orb.Polygon{{{0, 0}, {math.Inf(1), 0}, {1, 1}, {0, 1}, {0, 0}}}, false},
		{"so near that rounding decides", orb.Polygon{{{0, 0}, {3, 3}, {3, 4}, {1.5, math.Nextafter(1.5, 2)}, {0, 4}, {0, 0}}}, false},
		{"a comb, for which it is too much", orb.Polygon{comb(1000)}, false},
		{"a line", orb.LineString{{0, 0}, {1, 1}}, false},
		{"a collection", orb.Collection{orb.Polygon{square}}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			var p Prover
			wkb := AppendWKB(nil, test.g)
			for range 2 {
				if got := p.Proves(wkb); got != test.want {
					t.Errorf("%v, want %v", got, test.want)
				}
			}
			if len(wkb) > 0 && p.Proves(wkb[:len(wkb)-1]) {
				t.Error("proved although it ends too early")
			}
			if p.Proves(append(wkb, 0)) {
				t.Error("proved although more follows")
			}
		})
	}
}
