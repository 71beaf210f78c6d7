package crs

import (
	"fmt"
	"strings"
)

// Reference is a reference system as the OGC APIs name it: by a URI, which also says in what order its axes come. Its
// zero value is CRS84, longitude before latitude.
type Reference struct {
	CRS           CRS
	LatitudeFirst bool // as EPSG has it for 4326 and 4490; longitude, or x, comes first otherwise
}

// The beginnings of URIs. No authority has the shifted systems of Chinese base maps, so their URIs are this project's:
// longitude first, in degrees. They are URNs, which no client tries to fetch.
const (
	ogcURI     = "http://www.opengis.net/def/crs/OGC/1.3/"
	epsgURI    = "http://www.opengis.net/def/crs/EPSG/0/"
	shiftedURI = "urn:x-xiangtu:crs:"
)

// named lists the references with their URI and their safe CURIE, the one of the map itself first. It is never written.
var named = []struct {
	reference  Reference
	uri, curie string
}{
	{Reference{CRS: WGS84}, ogcURI + "CRS84", "[OGC:CRS84]"},
	{Reference{CRS: WGS84, LatitudeFirst: true}, epsgURI + "4326", "[EPSG:4326]"},
	{Reference{CRS: CGCS2000, LatitudeFirst: true}, epsgURI + "4490", "[EPSG:4490]"},
	{Reference{CRS: WebMercator}, epsgURI + "3857", "[EPSG:3857]"},
	{Reference{CRS: GCJ02}, shiftedURI + "GCJ02", "[XIANGTU:GCJ02]"},
	{Reference{CRS: BD09}, shiftedURI + "BD09", "[XIANGTU:BD09]"},
}

// References lists the references that have a URI, CRS84 first.
func References() []Reference {
	all := make([]Reference, len(named))
	for i, n := range named {
		all[i] = n.reference
	}
	return all
}

// ParseReference reads the URI of a reference system, in http or https, as the OGC URN (urn:ogc:def:crs:EPSG::4326) or
// as a safe CURIE ([EPSG:4326]), all in any case. A bare name such as EPSG:4326 is refused, because people mean either
// order of axes by it. The error lists the URIs that are known.
func ParseReference(s string) (Reference, error) {
	uri := s
	if rest, secure := cutPrefixFold(s, "https://"); secure {
		uri = "http://" + rest
	}
	if name, isURN := cutPrefixFold(s, "urn:ogc:def:crs:"); isURN {
		uri = urnToURI(name)
	}
	for _, n := range named {
		if strings.EqualFold(uri, n.uri) || strings.EqualFold(s, n.curie) {
			return n.reference, nil
		}
	}
	known := make([]string, len(named))
	for i, n := range named {
		known[i] = n.uri
	}
	return Reference{}, fmt.Errorf("%.80q is not the URI of a reference system that is known: known are %s", s, strings.Join(known, ", "))
}

// urnToURI turns what an OGC URN names, authority:version:code, into the URI of the same (OGC 07-092r3).
func urnToURI(name string) string {
	authority, rest, _ := strings.Cut(name, ":")
	version, code, _ := strings.Cut(rest, ":")
	if version == "" {
		version = "0"
	}
	return "http://www.opengis.net/def/crs/" + authority + "/" + version + "/" + code
}

func cutPrefixFold(s, prefix string) (rest string, found bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// URI names the reference system; it is empty for one that is not in References, such as Web Mercator with y first.
func (r Reference) URI() string {
	for _, n := range named {
		if n.reference == r {
			return n.uri
		}
	}
	return ""
}

// FromWGS84 converts a position from longitude and latitude of WGS 84, and gives its coordinates in the order of the
// reference's axes.
func (r Reference) FromWGS84(lon, lat float64) (first, second float64) {
	x, y := r.CRS.FromWGS84(lon, lat)
	if r.LatitudeFirst {
		return y, x
	}
	return x, y
}

// ToWGS84 converts a position, whose coordinates are in the order of the reference's axes, into longitude and latitude
// of WGS 84.
func (r Reference) ToWGS84(first, second float64) (lon, lat float64) {
	if r.LatitudeFirst {
		first, second = second, first
	}
	return r.CRS.ToWGS84(first, second)
}
