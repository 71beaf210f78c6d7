// Package crs converts positions between WGS 84 and the reference systems that
// a caller of the map can ask for. It knows nothing of geometries: every
// function takes and gives one position, in the order longitude, latitude
// (or x, y).
package crs

import (
	"fmt"
	"strings"
	"unicode"
)

// CRS is a coordinate reference system. Its zero value is WGS84, in which the
// map is stored.
type CRS uint8

const (
	// WGS84 is EPSG:4326 in the axis order of CRS84: longitude, latitude, degrees.
	WGS84 CRS = iota
	// CGCS2000 is EPSG:4490. It is taken as equal to WGS 84: the two ellipsoids
	// differ by 0.1 mm in the semi-minor axis and the frames by some centimetres,
	// which is less than the map's own accuracy.
	CGCS2000
	// WebMercator is EPSG:3857, in metres.
	WebMercator
	// GCJ02 is the shifted system of Chinese base maps (Amap, Tencent), degrees.
	GCJ02
	// BD09 is Baidu's shift on top of GCJ-02, degrees.
	BD09
)

// Parse reads the name of a reference system, in any case: a name of the
// GraphQL enum (WGS84, CGCS2000, WEB_MERCATOR, GCJ02, BD09), a common spelling
// (gcj-02, bd-09), or a code (EPSG:4326, 4326, CRS84, EPSG:4490, EPSG:3857).
// The error of an unknown name lists what is known.
func Parse(s string) (CRS, error) {
	name := strings.Map(func(r rune) rune {
		if r == '-' || r == '_' || r == ' ' {
			return -1
		}
		return unicode.ToUpper(r)
	}, s)
	switch strings.TrimPrefix(name, "EPSG:") {
	case "WGS84", "CRS84", "OGC:CRS84", "4326",
		"URN:OGC:DEF:CRS:OGC:1.3:CRS84", "HTTP://WWW.OPENGIS.NET/DEF/CRS/OGC/1.3/CRS84":
		return WGS84, nil
	case "CGCS2000", "4490":
		return CGCS2000, nil
	case "WEBMERCATOR", "3857":
		return WebMercator, nil
	case "GCJ02":
		return GCJ02, nil
	case "BD09":
		return BD09, nil
	}
	return WGS84, fmt.Errorf("unknown reference system %q: known are WGS84 (EPSG:4326), CGCS2000 (EPSG:4490), WEB_MERCATOR (EPSG:3857), GCJ02 and BD09", s)
}

// String gives the name in the GraphQL enum.
func (c CRS) String() string {
	switch c {
	case WGS84:
		return "WGS84"
	case CGCS2000:
		return "CGCS2000"
	case WebMercator:
		return "WEB_MERCATOR"
	case GCJ02:
		return "GCJ02"
	case BD09:
		return "BD09"
	}
	return fmt.Sprintf("CRS(%d)", uint8(c))
}

// Metric tells whether coordinates are metres rather than degrees. Two decimals
// of a metre are about as fine as seven of a degree.
func (c CRS) Metric() bool { return c == WebMercator }

// IsWGS84 tells whether positions are those of WGS 84 unchanged, so that a
// caller can leave out the conversion.
func (c CRS) IsWGS84() bool { return c == WGS84 || c == CGCS2000 }

// FromWGS84 converts a position from WGS 84 into c.
func (c CRS) FromWGS84(lon, lat float64) (x, y float64) {
	switch c {
	case WebMercator:
		return toMercator(lon, lat)
	case GCJ02:
		return toShifted(gcj02, lon, lat)
	case BD09:
		return toShifted(bd09, lon, lat)
	}
	return lon, lat
}

// ToWGS84 converts a position in c into WGS 84. It is the inverse of FromWGS84
// to below 1e-9 degrees, for any position inside China's rectangle and for any
// that lies more than the shift (about 1 km) outside it.
func (c CRS) ToWGS84(x, y float64) (lon, lat float64) {
	switch c {
	case WebMercator:
		return fromMercator(x, y)
	case GCJ02:
		return fromShifted(gcj02, x, y)
	case BD09:
		return fromShifted(bd09, x, y)
	}
	return x, y
}
