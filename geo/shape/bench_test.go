package shape

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"xiangtu/geo/crs"
)

// BenchmarkAppendGeoJSON writes a map like the demonstration's: 3,013 polygons
// of 70 vertices with seven decimals.
func BenchmarkAppendGeoJSON(b *testing.B) {
	const features, vertices = 3013, 70
	ring := make(orb.Ring, vertices)
	for i := range ring {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / (vertices - 1))
		ring[i] = orb.Point{116.39 + 0.0123456*cos, 23.57 + 0.0123456*sin}
	}
	wkb := AppendWKB(nil, orb.MultiPolygon{{ring}})
	for _, system := range []crs.CRS{crs.WGS84, crs.GCJ02, crs.WebMercator} {
		b.Run(system.String(), func(b *testing.B) {
			var dst []byte
			b.ReportAllocs()
			for b.Loop() {
				dst = dst[:0]
				for range features {
					var err error
					if dst, err = AppendGeoJSON(dst, wkb, Options{Precision: 7, CRS: system}); err != nil {
						b.Fatal(err)
					}
				}
			}
			b.SetBytes(int64(len(dst)))
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*features*vertices), "ns/vertex")
		})
	}
}
