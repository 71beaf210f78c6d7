package mvt

import (
	"encoding/binary"
	"math"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"xiangtu/geo/crs"
)

// Whatever the WKB and the tile: no panic, orb reads the tile, everything is
// inside the buffer, no line or ring is empty, and rings turn as they should.
func FuzzAddFeature(f *testing.F) {
	f.Add(wkb.MustMarshal(orb.MultiPolygon{{{{116.3, 23.5}, {116.5, 23.5}, {116.5, 23.7}, {116.3, 23.5}}}}), uint32(10), uint32(843), uint32(443), uint8(0))
	f.Add(wkb.MustMarshal(orb.LineString{{-180, -90}, {180, 90}, {1e300, 5}}), uint32(3), uint32(4), uint32(4), uint8(3))
	f.Add(wkb.MustMarshal(orb.Collection{orb.MultiPoint{{0, 0}}, orb.Polygon{{}}}, binary.BigEndian), uint32(0), uint32(0), uint32(0), uint8(4))
	f.Add(wkb.MustMarshal(orb.LineString{{0, 0}, {math.NaN(), math.Inf(1)}}), uint32(99), uint32(math.MaxUint32), uint32(math.MaxUint32), uint8(4))
	f.Fuzz(func(t *testing.T, data []byte, z, x, y uint32, system uint8) {
		tile := NewTile(z, x, y, Options{CRS: crs.CRS(system % 5)})
		drawn, err := tile.Layer("l").AddFeature(1, data)
		if err != nil && drawn {
			t.Fatal("drawn in spite of", err)
		}
		out := tile.AppendTo(nil)
		if drawn != (len(out) > 0) {
			t.Fatalf("drawn %v, but %d bytes", drawn, len(out))
		}
		if !drawn {
			return
		}
		for _, feature := range decode(t, out)[0].Features {
			requireSound(t, feature.Geometry)
		}
	})
}

func requireSound(t *testing.T, g orb.Geometry) {
	t.Helper()
	if b := g.Bound(); b.Min[0] < -64 || b.Min[1] < -64 || b.Max[0] > 4160 || b.Max[1] > 4160 {
		t.Fatalf("beyond the buffer: %v", b)
	}
	switch g := g.(type) {
	case orb.LineString:
		requireMoving(t, g)
	case orb.MultiLineString:
		for _, line := range g {
			requireMoving(t, line)
		}
	case orb.Polygon:
		requireTurns(t, g)
	case orb.MultiPolygon:
		for _, polygon := range g {
			requireTurns(t, polygon)
		}
	}
}

// requireMoving checks that a line has two vertices and no LineTo of length 0.
func requireMoving(t *testing.T, line []orb.Point) {
	t.Helper()
	if len(line) < 2 {
		t.Fatalf("a line of %d vertices", len(line))
	}
	for i := 1; i < len(line); i++ {
		if line[i] == line[i-1] {
			t.Fatalf("vertex %d is repeated: %v", i, line)
		}
	}
}

func requireTurns(t *testing.T, polygon orb.Polygon) {
	t.Helper()
	for i, ring := range polygon {
		requireMoving(t, ring)
		// Seen with y to the north, an exterior that is clockwise on the screen
		// is counter-clockwise.
		want := orb.CCW
		if i > 0 {
			want = orb.CW
		}
		if ring.Orientation() != want {
			t.Fatalf("ring %d turns the wrong way: %v", i, ring)
		}
	}
}
