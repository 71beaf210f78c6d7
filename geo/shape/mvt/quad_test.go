package mvt

import (
	"math"
	"testing"
)

// Tianditu's matrix set c: level 1 is two tiles of 256 pixels of 0.703125°, and each level halves them.
func TestTheGeographicQuadIsThatOfTianditu(t *testing.T) {
	for _, test := range []struct {
		z, columns, rows uint32
		pixel            float64 // degrees
	}{
		{1, 2, 1, 0.703125},
		{2, 4, 2, 0.3515625},
		{10, 1024, 512, 0.001373291015625},
		{18, 262144, 131072, 5.36441802978515625e-6},
	} {
		if columns, rows := GeographicQuad.Size(test.z); columns != test.columns || rows != test.rows {
			t.Errorf("level %d has %d × %d tiles, want %d × %d", test.z, columns, rows, test.columns, test.rows)
		}
		tile := NewTile(test.z, test.columns-1, test.rows-1, Options{Quad: GeographicQuad})
		bound, margin := tile.Bound(), test.pixel*256*DefaultBuffer/DefaultExtent
		for i, off := range []float64{
			bound.Min[0] - (180 - 256*test.pixel - margin), bound.Min[1] - (-90 - margin),
			bound.Max[0] - (180 + margin), bound.Max[1] - (-90 + 256*test.pixel + margin),
		} {
			if math.Abs(off) > 1e-9 {
				t.Errorf("level %d: side %d of the last tile is off by %v: %v", test.z, i, off, bound)
			}
		}
		if half := GeographicQuad.HalfPixel(test.z, 60); half[0] != test.pixel/4 || half[1] != test.pixel/4 {
			t.Errorf("level %d: half a pixel of 512 is %v, want a quarter of %v", test.z, half, test.pixel)
		}
	}
}
