package mvt

import (
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"xiangtu/geo/crs"
)

// BenchmarkTile draws a map like the demonstration's: 3,013 polygons of 70
// vertices in one tile.
func BenchmarkTile(b *testing.B) {
	const side, vertices = 55, 70
	like := NewTile(10, 843, 443, Options{})
	random := rand.New(rand.NewPCG(5, 6))
	var grids [][]byte
	for i := range 3013 {
		middle := orb.Point{float64(i%side) * DefaultExtent / side, float64(i/side) * DefaultExtent / side}
		grids = append(grids, onTile(like, orb.MultiPolygon{{star(random, middle, 50, vertices-1)}}))
	}
	for _, system := range []crs.CRS{crs.WGS84, crs.GCJ02} {
		b.Run(system.String(), func(b *testing.B) {
			var dst []byte
			b.ReportAllocs()
			for b.Loop() {
				tile := NewTile(10, 843, 443, Options{CRS: system})
				layer := tile.Layer("grids")
				level := layer.Key("level")
				for i, wkb := range grids {
					drawn, err := layer.AddFeature(uint64(i), wkb)
					if err != nil {
						b.Fatal(err)
					}
					if drawn {
						layer.SetInt(level, int64(i%3+1))
					}
				}
				dst = tile.AppendTo(dst[:0])
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(grids)*vertices), "ns/vertex")
		})
	}
}
