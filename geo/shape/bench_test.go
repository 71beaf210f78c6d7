package shape

import (
	"fmt"
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

// BenchmarkProves proves polygons as a file of grids has them, of 33 vertices, and boundaries of 2,000.
func BenchmarkProves(b *testing.B) {
	for _, vertices := range []int{33, 2000} {
		b.Run(fmt.Sprint(vertices), func(b *testing.B) {
			wkb := AppendWKB(nil, orb.MultiPolygon{{lobed(orb.Point{116.39, 23.57}, 0.0123456, vertices)}})
			var prover Prover
			b.ReportAllocs()
			for b.Loop() {
				if !prover.Proves(wkb) {
					b.Fatal("not proved")
				}
			}
		})
	}
}
