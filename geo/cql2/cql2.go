// Package cql2 reads filters in the Common Query Language (CQL2, OGC 21-065r2), as text and as JSON, into the filter
// tree of package geo. Both encodings go through the same rules of types, so that what can be said in one can be said in
// the other, and means the same.
package cql2

import (
	"unicode/utf8"

	"xiangtu/geo"
)

// Language is an encoding of CQL2, by its name in filter-lang (OGC 19-079r2).
type Language string

// The encodings of CQL2.
const (
	Text Language = "cql2-text"
	JSON Language = "cql2-json"
)

// Limits of a filter. Each has its own error.
const (
	longest   = 1 << 18 // bytes
	deepest   = 50      // brackets, functions and operators in each other
	mostTests = 1000    // conditions in all
	mostItems = 10000   // values in a list
)

// Options say how a filter is to be read.
type Options struct {
	Language Language // Text if it is empty
	// ToWGS84 converts a position of the filter's geometries, its coordinates in the order that they are written in,
	// into longitude and latitude of WGS 84. Nil if they are that already.
	ToWGS84 func(x, y float64) (lon, lat float64)
	Path    string // of the argument that the filter is, for errors
}

// Parse reads a filter on the features of a layer. Its properties are the scalar fields of the layer, by their names,
// and geometry. The error is a *geo.Error of the code BadInput: it says at which character of the text, or at which
// JSON pointer, something stands that cannot stand there, and what would be right.
func Parse(layer *geo.Layer, text string, o Options) (geo.Filter, error) {
	return parse(&scope{layer: layer, options: o, geometries: []string{"geometry"}}, text)
}

func parse(s *scope, text string) (geo.Filter, error) {
	switch {
	case len(text) > longest:
		return nil, geo.Invalid(s.options.Path, "the filter has %d bytes; %d at the most", len(text), longest)
	case !utf8.ValidString(text):
		return nil, geo.Invalid(s.options.Path, "the filter is not UTF-8")
	}
	switch s.options.Language {
	case Text, "":
		return parseText(s, text)
	case JSON:
		return parseJSON(s, text)
	default:
		return nil, geo.Invalid(s.options.Path, "there is no filter language %q: there are %s and %s", s.options.Language, Text, JSON)
	}
}

// ConformanceClasses lists the URIs of the conformance classes of CQL2 that filters follow, of both encodings.
func ConformanceClasses() []string {
	const base = "http://www.opengis.net/spec/cql2/1.0/conf/"
	return []string{
		base + "cql2-text", base + "cql2-json",
		base + "basic-cql2", base + "advanced-comparison-operators",
		base + "case-insensitive-comparison", base + "accent-insensitive-comparison",
		base + "basic-spatial-functions", base + "basic-spatial-functions-plus", base + "spatial-functions",
		base + "temporal-functions", base + "property-property", base + "arithmetic",
	}
}
