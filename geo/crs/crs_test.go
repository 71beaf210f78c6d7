package crs

import (
	"math"
	"testing"
)

func TestParse(t *testing.T) {
	for _, test := range []struct {
		names []string
		want  CRS
	}{
		{[]string{"WGS84", "wgs84", "WGS 84", "EPSG:4326", "epsg:4326", "4326", "CRS84", "urn:ogc:def:crs:OGC:1.3:CRS84"}, WGS84},
		{[]string{"CGCS2000", "EPSG:4490", "4490"}, CGCS2000},
		{[]string{"WEB_MERCATOR", "WebMercator", "EPSG:3857", "3857"}, WebMercator},
		{[]string{"GCJ02", "gcj02", "gcj-02", "GCJ-02"}, GCJ02},
		{[]string{"BD09", "bd-09", "bd09"}, BD09},
	} {
		for _, name := range test.names {
			got, err := Parse(name)
			if err != nil || got != test.want {
				t.Errorf("Parse(%q) = %v, %v; want %v", name, got, err, test.want)
			}
		}
		if again, err := Parse(test.want.String()); err != nil || again != test.want {
			t.Errorf("Parse(%v.String()) = %v, %v", test.want, again, err)
		}
	}
	for _, name := range []string{"", "EPSG:", "EPSG:32650", "GCJ", "4326x"} {
		if got, err := Parse(name); err == nil {
			t.Errorf("Parse(%q) = %v; want an error", name, got)
		}
	}
}

// The pairs of GCJ-02 are those of eviltransform's tests; the others follow from
// the definitions.
func TestFromWGS84(t *testing.T) {
	const side = math.Pi * earthRadius
	for _, test := range []struct {
		name      string
		crs       CRS
		lon, lat  float64
		x, y      float64
		tolerance float64
	}{
		{"the same", WGS84, 116.39, 23.57, 116.39, 23.57, 0},
		{"taken as the same", CGCS2000, 116.39, 23.57, 116.39, 23.57, 0},
		{"origin", WebMercator, 0, 0, 0, 0, 0},
		{"north-east corner", WebMercator, 180, maxLatitude, side, side, 1e-6},
		{"clamped", WebMercator, -180, -90, -side, -side, 1e-6},
		{"Shanghai", GCJ02, 121.5272106, 31.1774276, 121.531541859215, 31.17530398364597, 1e-11},
		{"Shenzhen", GCJ02, 113.912316, 22.543847, 113.9171764808363, 22.540796131694766, 1e-11},
		{"Beijing", GCJ02, 116.377817, 39.911954, 116.38404722455657, 39.91334545536069, 1e-11},
		{"Paris", GCJ02, 2.35, 48.85, 2.35, 48.85, 0},
		{"Paris", BD09, 2.35, 48.85, 2.35, 48.85, 0},
		{"just outside", GCJ02, chinaEast + 1e-9, 30, chinaEast + 1e-9, 30, 0},
	} {
		t.Run(test.crs.String()+" "+test.name, func(t *testing.T) {
			x, y := test.crs.FromWGS84(test.lon, test.lat)
			if math.Abs(x-test.x) > test.tolerance || math.Abs(y-test.y) > test.tolerance {
				t.Errorf("got %.12f, %.12f; want %.12f, %.12f", x, y, test.x, test.y)
			}
		})
	}
}

// The pair is the one that the libraries named coordtransform agree on.
func TestBaiduOnTopOfGCJ02(t *testing.T) {
	const tolerance = 1e-11
	x, y := baidu(116.404, 39.915)
	if math.Abs(x-116.41036949371029) > tolerance || math.Abs(y-39.92133699351021) > tolerance {
		t.Errorf("got %.14f, %.14f", x, y)
	}
}

func TestWavesAreSines(t *testing.T) {
	for at := -35.0; at <= 35; at += 0.01 {
		w := wavesAt(at)
		for of, got := range map[float64]float64{6: w.six, 2: w.two, 1: w.one, 1. / 3: w.third, 1. / 12: w.twelfth, 1. / 30: w.thirtieth} {
			if want := math.Sin(math.Pi * at * of); math.Abs(got-want) > 1e-12 {
				t.Fatalf("sin %vπ·%v is %v; want %v", of, at, got, want)
			}
		}
	}
}

func TestMetric(t *testing.T) {
	for c := WGS84; c <= BD09; c++ {
		if c.Metric() != (c == WebMercator) {
			t.Errorf("%v.Metric() = %v", c, c.Metric())
		}
	}
}

// Every position inside the rectangle comes back, its very border included.
func TestRoundTripOverChina(t *testing.T) {
	const steps = 97
	for c := WGS84; c <= BD09; c++ {
		for i := range steps + 1 {
			for j := range steps + 1 {
				lon := chinaWest + (chinaEast-chinaWest)*float64(i)/steps
				lat := chinaSouth + (chinaNorth-chinaSouth)*float64(j)/steps
				requireRoundTrip(t, c, min(lon, chinaEast), min(lat, chinaNorth))
			}
		}
		requireRoundTrip(t, c, 105, 35) // where the formula has a root's cusp
		requireRoundTrip(t, c, 105+1e-12, 35-1e-12)
	}
}

func TestRoundTripOutsideChina(t *testing.T) {
	for c := WGS84; c <= BD09; c++ {
		for _, p := range [][2]float64{{0, 0}, {-180, -85}, {180, 85}, {chinaWest - 0.1, 20}, {chinaEast + 0.1, 20}, {100, chinaNorth + 0.1}, {100, chinaSouth - 0.1}} {
			requireRoundTrip(t, c, p[0], p[1])
		}
	}
}

func FuzzRoundTrip(f *testing.F) {
	f.Add(116.39, 23.57)
	f.Add(105.0, 35.0)
	f.Add(math.NaN(), math.Inf(1))
	f.Fuzz(func(t *testing.T, lon, lat float64) {
		for c := WGS84; c <= BD09; c++ {
			c.ToWGS84(lon, lat)
			if inChina(lon, lat, 0) {
				requireRoundTrip(t, c, lon, lat)
			}
		}
	})
}

func requireRoundTrip(t *testing.T, c CRS, lon, lat float64) {
	t.Helper()
	x, y := c.FromWGS84(lon, lat)
	gotLon, gotLat := c.ToWGS84(x, y)
	if !(math.Abs(gotLon-lon) < 1e-9 && math.Abs(gotLat-lat) < 1e-9) {
		t.Fatalf("%v: %.12f, %.12f came back as %.12f, %.12f", c, lon, lat, gotLon, gotLat)
	}
}
