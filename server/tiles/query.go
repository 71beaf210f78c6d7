package tiles

import (
	"context"
	"net/url"
	"strings"

	"xiangtu/geo"
	"xiangtu/geo/crs"
)

// asked is what the layers and the query in a URL ask for, wherever it is.
type asked struct {
	tileset *tileset
	system  crs.CRS // WGS84, GCJ02 or BD09
	query   string  // the same as a query of URLs, with its question mark; empty for none
}

// asked reads the names of layers, with commas between, and the query of a URL.
func (s *tilesets) asked(_ context.Context, names, query string) (asked, error) {
	layers, err := layersNamed(names)
	if err != nil {
		return asked{}, err
	}
	a := asked{tileset: s.of(layers)}
	if query == "" {
		return a, nil
	}
	a.system, err = parameters(query)
	if !a.system.IsWGS84() {
		a.query = "?crs=" + strings.ToLower(a.system.String())
	}
	return a, err
}

// parameters reads the query of the URL of a tile or a TileJSON.
func parameters(query string) (crs.CRS, error) {
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
