package tiles

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"xiangtu/geo"
	"xiangtu/geo/crs"
)

// maxZoom is the deepest zoom that tiles are drawn for; a tile is then 10 m wide.
const maxZoom = 22

// place is which tile a request asks for, of any layers.
type place struct {
	z, x, y uint32
	system  crs.CRS // WGS84, GCJ02 or BD09
}

// request is what the URL of a tile asks for.
type request struct {
	place
	tileset *tileset
}

// parse reads the URL of a tile. Its error is a geo.Error.
func (s *tilesets) parse(r *http.Request) (request, error) {
	var at request
	row, ok := strings.CutSuffix(r.PathValue("y"), ".mvt")
	if !ok {
		return at, &geo.Error{Code: geo.NotFound, Message: "the URL of a tile is /tiles/{layers}/{z}/{x}/{y}.mvt"}
	}
	var err error
	if at.tileset, err = s.named(r.PathValue("layers")); err != nil {
		return at, err
	}
	if at.z, err = number("z", r.PathValue("z"), maxZoom); err != nil {
		return at, err
	}
	last := uint32(1)<<at.z - 1
	if at.x, err = number("x", r.PathValue("x"), last); err != nil {
		return at, err
	}
	if at.y, err = number("y", row, last); err != nil {
		return at, err
	}
	at.system, err = parameters(r.URL.RawQuery)
	return at, err
}

// number reads decimal digits as a number from 0 to last.
func number(name, digits string, last uint32) (uint32, error) {
	const longest = 10 // digits of a uint32
	var n uint64
	for i := range len(digits) {
		if digits[i] < '0' || digits[i] > '9' {
			return 0, geo.Invalid(name, "%q is not a number", digits)
		}
		n = n*10 + uint64(digits[i]-'0')
		if i >= longest {
			break
		}
	}
	switch {
	case digits == "":
		return 0, geo.Invalid(name, "a number is missing")
	case n > uint64(last):
		return 0, &geo.Error{Code: geo.NotFound, Path: name, Message: fmt.Sprintf("there is no tile at %s; the last one is %d", digits, last)}
	}
	return uint32(n), nil
}

// parameters reads the query of the URL of a tile or a TileJSON.
func parameters(query string) (crs.CRS, error) {
	if query == "" {
		return crs.WGS84, nil
	}
	values, err := url.ParseQuery(query)
	if err != nil {
		return crs.WGS84, geo.Invalid("", "the query of the URL cannot be read: it is not URL-encoded")
	}
	for name, given := range values {
		switch {
		case name != "crs":
			return crs.WGS84, geo.Invalid(name, "this parameter is not known here; known is crs (wgs84, gcj02 or bd09)")
		case len(given) > 1:
			return crs.WGS84, geo.Invalid(name, "this parameter is given more than once")
		}
	}
	system, err := crs.Parse(values.Get("crs"))
	switch {
	case err != nil, system == crs.WebMercator:
		return crs.WGS84, geo.Invalid("crs", "%q is not for tiles: they lie in Web Mercator, under a base map in wgs84, gcj02 or bd09", values.Get("crs"))
	case system.IsWGS84():
		return crs.WGS84, nil
	}
	return system, nil
}

// query is the query of URLs for tiles in a system, with its question mark.
func query(system crs.CRS) string {
	if system.IsWGS84() {
		return ""
	}
	return "?crs=" + strings.ToLower(system.String())
}
