package mvt

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/planar"
)

// Cut polygons have the area, and cut lines the length, that orb's clipping
// gives them, but for what rounding to the grid can change.
func TestClippingIsOrbs(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	tile := NewTile(10, 843, 443, Options{})
	box := orb.Bound{Min: orb.Point{-64, -64}, Max: orb.Point{4160, 4160}}
	for range 500 {
		ring := star(random, orb.Point{random.Float64() * 4096, random.Float64() * 4096}, 100+random.Float64()*5000, 4+random.IntN(40))
		line := orb.LineString(ring)

		polygon, _ := drawnAlone(t, tile, orb.Polygon{ring}).(orb.Polygon)
		want := clip.Polygon(box, orb.Polygon{ring}.Clone())
		if off := math.Abs(planar.Area(polygon) - planar.Area(want)); off > planar.Length(ring)+4*4224 {
			t.Fatalf("the area is off by %v for %v", off, ring)
		}

		lines := drawnAlone(t, tile, line)
		wantLines := clip.LineString(box, line.Clone())
		if off := math.Abs(planar.Length(lines) - planar.Length(wantLines)); off > 2*float64(len(line)+4) {
			t.Fatalf("the length is off by %v for %v", off, line)
		}
	}
}

// drawnAlone gives what a tile like this one draws of one geometry.
func drawnAlone(t *testing.T, like *Tile, g orb.Geometry) orb.Geometry {
	t.Helper()
	tile := NewTile(10, 843, 443, Options{})
	drawn, err := tile.Layer("l").AddFeature(1, onTile(like, g))
	if err != nil {
		t.Fatal(err)
	}
	if !drawn {
		return orb.MultiPolygon{}
	}
	return decode(t, tile.AppendTo(nil))[0].Features[0].Geometry
}

// star gives a ring of n corners around a middle, each at its own distance.
func star(random *rand.Rand, middle orb.Point, radius float64, n int) orb.Ring {
	ring := make(orb.Ring, n+1)
	for i := range n {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / float64(n))
		r := radius * (0.3 + 0.7*random.Float64())
		ring[i] = orb.Point{middle[0] + r*cos, middle[1] + r*sin}
	}
	ring[n] = ring[0]
	return ring
}
