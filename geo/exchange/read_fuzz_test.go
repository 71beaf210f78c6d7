package exchange

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/crs"
)

// Whatever a file holds, it is read to its end or to an error, and each feature is a record or a refusal.
func FuzzReader(f *testing.F) {
	good := station(1)
	f.Add(good)
	f.Add(`{"type":"FeatureCollection","features":[` + good + `]}`)
	f.Add("\x1e" + good + "\n\x1e" + good)
	f.Add("\x1f\x8b\x08\x00")
	f.Add(`{"type":"Feature","id":1,"properties":null,"geometry":null}`)
	f.Add(`{"type":"Feature","properties":{"code":"S","name":{"a":[1,{"b":2}]},"townCodes":[[]]},"geometry":{"type":"GeometryCollection","geometries":[]}}`)
	f.Add(strings.Replace(good, "站", "\xff\x00", 1))
	f.Add(strings.Replace(good, "[116", "[[[[116", 1))
	f.Add(strings.Replace(good, "116", "-1e400", 1))
	f.Fuzz(func(t *testing.T, text string) {
		for _, layer := range geo.Layers() {
			next := 0
			for r, err := range NewReader(layer, strings.NewReader(text), crs.BD09).Records(t.Context()) {
				if err != nil {
					break
				}
				if r.Index != next {
					t.Fatalf("record %d follows %d", r.Index, next-1)
				}
				next++
				if r.Refusal != nil {
					if r.Refusal.Rule == "" || r.Refusal.Reason == "" || r.Refusal.Index != r.Index {
						t.Fatalf("a refusal that does not say why: %+v", r.Refusal)
					}
					continue
				}
				if r.Code == "" || len(r.Geometry) == 0 || len(r.Values) != len(layer.Fields) {
					t.Fatalf("a record that is not whole: %+v", r)
				}
			}
		}
	})
}

// grid is a feature as most are: a polygon of 33 vertices with seven decimals.
func grid(i int) string {
	const vertices = 32
	var ring strings.Builder
	for v := range vertices + 1 {
		sin, cos := math.Sincos(2 * math.Pi * float64(v%vertices) / vertices)
		fmt.Fprintf(&ring, "[%.7f,%.7f],", 113+float64(i%100)*0.03+0.01*cos, 22+0.01*sin)
	}
	code := fmt.Sprintf("445203001%03d%02d", i/99%999+1, i%99+1)
	return fmt.Sprintf(`{"type":"Feature","properties":{"code":%q,"name":"网格%d","level":2,"workers":%d,"villageCode":%q,"parentCode":%q,"provenance":"造"},`+
		`"geometry":{"type":"MultiPolygon","coordinates":[[[%s]]]}}`, code, i, i%12, code[:12], code[:12], strings.TrimSuffix(ring.String(), ","))
}

// BenchmarkReader reads points, which are little but properties, and polygons, which are little but coordinates.
func BenchmarkReader(b *testing.B) {
	const features = 10000
	for _, test := range []struct {
		layer   geo.LayerName
		feature func(int) string
	}{{geo.Stations, station}, {geo.Grids, grid}} {
		layer, ok := geo.LayerNamed(test.layer)
		if !ok {
			b.Fatalf("there are no %s", test.layer)
		}
		var text strings.Builder
		for i := range features {
			text.WriteString(test.feature(i) + "\n")
		}
		b.Run(string(test.layer), func(b *testing.B) {
			b.SetBytes(int64(text.Len()))
			b.ReportAllocs()
			for b.Loop() {
				for r, err := range NewReader(layer, strings.NewReader(text.String()), crs.WGS84).Records(b.Context()) {
					if err != nil || r.Refusal != nil {
						b.Fatal(err, r.Refusal)
					}
				}
			}
			b.ReportMetric(float64(features*b.N)/b.Elapsed().Seconds(), "features/s")
		})
	}
}
