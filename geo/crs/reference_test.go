package crs

import (
	"math"
	"strings"
	"testing"
)

func TestParseReference(t *testing.T) {
	for _, test := range []struct {
		names []string
		want  Reference
	}{
		{[]string{
			"http://www.opengis.net/def/crs/OGC/1.3/CRS84", "https://www.opengis.net/def/crs/OGC/1.3/CRS84",
			"urn:ogc:def:crs:OGC:1.3:CRS84", "[OGC:CRS84]",
		}, Reference{CRS: WGS84}},
		{[]string{
			"http://www.opengis.net/def/crs/EPSG/0/4326", "HTTPS://www.opengis.net/def/crs/epsg/0/4326",
			"urn:ogc:def:crs:EPSG::4326", "[EPSG:4326]", "[epsg:4326]",
		}, Reference{CRS: WGS84, LatitudeFirst: true}},
		{[]string{"http://www.opengis.net/def/crs/EPSG/0/4490", "urn:ogc:def:crs:EPSG::4490", "[EPSG:4490]"},
			Reference{CRS: CGCS2000, LatitudeFirst: true}},
		{[]string{"http://www.opengis.net/def/crs/EPSG/0/3857", "urn:ogc:def:crs:EPSG::3857", "[EPSG:3857]"}, Reference{CRS: WebMercator}},
		{[]string{"urn:x-xiangtu:crs:GCJ02", "URN:X-XIANGTU:CRS:gcj02", "[XIANGTU:GCJ02]"}, Reference{CRS: GCJ02}},
		{[]string{"urn:x-xiangtu:crs:BD09", "[xiangtu:bd09]"}, Reference{CRS: BD09}},
	} {
		for _, name := range test.names {
			if got, err := ParseReference(name); err != nil || got != test.want {
				t.Errorf("ParseReference(%q) = %+v, %v; want %+v", name, got, err, test.want)
			}
		}
	}
}

func TestReferencesThatAreNotKnown(t *testing.T) {
	for _, name := range []string{
		"", "EPSG:4326", "4326", "CRS84", "[EPSG:32650]", "http://www.opengis.net/def/crs/EPSG/0/32650",
		"http://www.opengis.net/def/crs/EPSG/0/4326/", "urn:ogc:def:crs:EPSG", "urn:ogc:def:crs:", "urn:x-xiangtu:crs:WGS84",
	} {
		got, err := ParseReference(name)
		if err == nil {
			t.Errorf("ParseReference(%q) = %+v; want an error", name, got)
			continue
		}
		for _, r := range References() {
			if !strings.Contains(err.Error(), r.URI()) {
				t.Errorf("%v: does not list %s", err, r.URI())
			}
		}
	}
}

func TestURIsNameTheirReference(t *testing.T) {
	for i, r := range References() {
		if i == 0 && r != (Reference{}) {
			t.Errorf("the first is %+v, not CRS84", r)
		}
		if again, err := ParseReference(r.URI()); err != nil || again != r {
			t.Errorf("%s is %+v, %v; want %+v", r.URI(), again, err, r)
		}
	}
	if got := (Reference{CRS: WebMercator, LatitudeFirst: true}).URI(); got != "" {
		t.Errorf("Web Mercator with y first has the URI %s", got)
	}
}

func TestReferenceAxes(t *testing.T) {
	const lon, lat = 116.3916016, 23.5708004
	mercatorX, mercatorY := WebMercator.FromWGS84(lon, lat)
	gcjX, gcjY := GCJ02.FromWGS84(lon, lat)
	bdX, bdY := BD09.FromWGS84(lon, lat)
	for uri, want := range map[string][2]float64{
		"http://www.opengis.net/def/crs/OGC/1.3/CRS84": {lon, lat},
		"http://www.opengis.net/def/crs/EPSG/0/4326":   {lat, lon},
		"http://www.opengis.net/def/crs/EPSG/0/4490":   {lat, lon},
		"http://www.opengis.net/def/crs/EPSG/0/3857":   {mercatorX, mercatorY},
		"urn:x-xiangtu:crs:GCJ02":                      {gcjX, gcjY},
		"urn:x-xiangtu:crs:BD09":                       {bdX, bdY},
	} {
		r, err := ParseReference(uri)
		if err != nil {
			t.Fatal(err)
		}
		first, second := r.FromWGS84(lon, lat)
		if first != want[0] || second != want[1] {
			t.Errorf("%s: %v, %v; want %v", uri, first, second, want)
		}
		backLon, backLat := r.ToWGS84(first, second)
		if math.Abs(backLon-lon) > 1e-9 || math.Abs(backLat-lat) > 1e-9 {
			t.Errorf("%s: %v, %v came back as %v, %v", uri, lon, lat, backLon, backLat)
		}
	}
}
