package exchange

import (
	"fmt"
	"strconv"
	"strings"

	"xiangtu/geo"
	"xiangtu/geo/crs"
)

// System is the reference system of a file's coordinates: one that the program converts by itself, or any other EPSG
// code, whose coordinates stay as they are for the database to transform.
type System struct {
	CRS  crs.CRS
	EPSG int // 0 where CRS says it all
}

// ParseSystem reads the name of a reference system: one of crs.Parse, or EPSG:4527 or 4527 for any other code. Whether
// there is such a code is the database's to say.
func ParseSystem(name string) (System, error) {
	system, err := crs.Parse(name)
	if err == nil {
		return System{CRS: system}, nil
	}
	digits := strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(name)), "EPSG:")
	const largest = 998999 // PostGIS keeps the codes beyond for itself
	if code, err := strconv.Atoi(digits); err == nil && code > 0 && code <= largest {
		return System{EPSG: code}, nil
	}
	return System{}, fmt.Errorf("unknown reference system %q: give WGS84, CGCS2000, WEB_MERCATOR, GCJ02, BD09, or a code such as EPSG:4527", name)
}

// String gives the name that ParseSystem reads.
func (s System) String() string {
	if s.EPSG != 0 {
		return "EPSG:" + strconv.Itoa(s.EPSG)
	}
	return s.CRS.String()
}

// equal tells whether positions mean the same in both.
func (s System) equal(t System) bool {
	return s == t || s.EPSG == 0 && t.EPSG == 0 && s.CRS.IsWGS84() && t.CRS.IsWGS84()
}

// statedSystem reads a name of a reference system that stands in a file, also as a URN: urn:ogc:def:crs:EPSG::4490.
func statedSystem(name string) (System, error) {
	const prefix = "urn:ogc:def:crs:"
	short := name
	if rest, ok := strings.CutPrefix(strings.ToLower(name), prefix); ok {
		authority, _, _ := strings.Cut(rest, ":")
		code := rest[strings.LastIndexByte(rest, ':')+1:]
		if short = code; authority == "epsg" {
			short = "epsg:" + code
		}
	}
	system, err := ParseSystem(short)
	if err != nil {
		return system, geo.Invalid("crs", "the file is in %.80q: %v", name, err)
	}
	return system, nil
}

// agreed gives the system that a file is read in: the one that it states, which must be the one that is asked for, if
// one is.
func agreed(stated System, asked *System) (System, error) {
	if asked == nil || stated.equal(*asked) {
		return stated, nil
	}
	return stated, geo.Invalid("crs", "the file says that its coordinates are %v, and it is read as %v: say which it is with --crs", stated, *asked)
}

// Geocentric is the error of coordinates in a system of that kind, which count from the centre of the earth.
func Geocentric(name string) error {
	return geo.Invalid("crs", "%s is geocentric, with coordinates X, Y and Z from the centre of the earth: a geographic system is needed, such as EPSG:4490, or a projected one, such as EPSG:4527", name)
}
