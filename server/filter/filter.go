// Package filter reads the parameters of a URL that say which features are wanted by a filter (OGC API - Features -
// Part 3, OGC 19-079r2). It is shared by the surfaces, and is none itself.
package filter

import (
	"net/url"

	"xiangtu/geo"
	"xiangtu/geo/cql2"
	"xiangtu/geo/crs"
)

// The parameters of a URL.
const (
	filterName   = "filter"
	languageName = "filter-lang"
	crsName      = "filter-crs"
)

// Names lists the parameters that Parse reads, for a surface that refuses those that it does not know.
func Names() []string { return []string{filterName, languageName, crsName} }

// Parse reads the filter on a layer from the parameters of a URL:
//
//   - filter, in CQL2;
//   - filter-lang, its encoding: cql2-text, which is the default, or cql2-json;
//   - filter-crs, the reference system of its geometries: a URI, whose axes are in the order of the authority, or a name
//     of ours (wgs84, gcj02 …), whose order is longitude, latitude. The default is CRS84.
//
// The filter is nil if none is given. The error is a *geo.Error whose path is the name of the parameter.
func Parse(layer *geo.Layer, values url.Values) (geo.Filter, error) {
	for _, name := range Names() {
		switch given := values[name]; {
		case len(given) > 1:
			return nil, geo.Invalid(name, "given %d times; give it once", len(given))
		case len(given) == 1 && !values.Has(filterName):
			return nil, geo.Invalid(name, "it says how filter is to be read, and there is none")
		}
	}
	if !values.Has(filterName) {
		return nil, nil //nolint:nilnil // a nil filter lets everything pass
	}
	options := cql2.Options{Path: filterName}
	if values.Has(languageName) {
		options.Language = cql2.Language(values.Get(languageName))
		if options.Language != cql2.Text && options.Language != cql2.JSON {
			return nil, geo.Invalid(languageName, "there is no filter language %.40q: there are %s and %s", options.Language, cql2.Text, cql2.JSON)
		}
	}
	if values.Has(crsName) {
		reference, err := parseReference(values.Get(crsName))
		if err != nil {
			return nil, geo.Invalid(crsName, "%v", err)
		}
		if reference.LatitudeFirst || !reference.CRS.IsWGS84() {
			options.ToWGS84 = reference.ToWGS84
		}
	}
	return cql2.Parse(layer, values.Get(filterName), options)
}

// parseReference reads a reference system by its URI, or by a name of ours.
func parseReference(s string) (crs.Reference, error) {
	reference, err := crs.ParseReference(s)
	if err == nil {
		return reference, nil
	}
	if system, byName := crs.Parse(s); byName == nil {
		return crs.Reference{CRS: system}, nil
	}
	return reference, err
}
