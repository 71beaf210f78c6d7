// Package geo is the domain: the layers of a district's map, their features, and how to ask for them. It knows nothing
// of SQL, HTTP or GraphQL.
package geo

import (
	"regexp"
	"slices"
	"strings"
)

// LayerName names a layer, as in URLs and tables: lower case, plural.
type LayerName string

// GeometryType is the one type of geometry that a layer has, named as in GeoJSON.
type GeometryType string

// The types of geometry that layers have.
const (
	Point        GeometryType = "Point"
	LineString   GeometryType = "LineString"
	MultiPolygon GeometryType = "MultiPolygon"
)

// Layer describes a named set of features with one geometry type. Every surface reads layers from the registry.
type Layer struct {
	Name             LayerName
	Singular         string // what one feature is called, in lower case: town
	Title            string // in English
	TitleZh          string // in Chinese
	Geometry         GeometryType
	MinZoom, MaxZoom int     // the zooms that tiles are made for
	Code             string  // the form of a code, a regular expression that matches it whole
	CodeMeaning      string  // the form of a code in words
	Fields           []Field // scalar fields, the common ones first; their order is that of properties
	Members          []Field // lists of codes that belong to a feature, in their order: a belt's villages
	GroupBy          []Group // what features can be counted by
	New              func() Feature

	codeForm *regexp.Regexp // of Code
}

// Group is something to count features by: a field, or the beginning of one.
type Group struct {
	Name   string // townCode
	Field  string // the field that the key comes from: code
	Prefix int    // so many characters of it; 0 for all
}

// Field finds a scalar field by its name.
func (l *Layer) Field(name string) (Field, bool) {
	i := slices.IndexFunc(l.Fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, false
	}
	return l.Fields[i], true
}

// Group finds a grouping by its name.
func (l *Layer) Group(name string) (Group, bool) {
	i := slices.IndexFunc(l.GroupBy, func(g Group) bool { return g.Name == name })
	if i < 0 {
		return Group{}, false
	}
	return l.GroupBy[i], true
}

// FieldNames lists the names of the scalar fields, for messages.
func (l *Layer) FieldNames() string {
	names := make([]string, len(l.Fields))
	for i, f := range l.Fields {
		names[i] = f.Name
	}
	return strings.Join(names, ", ")
}

// AllFields is the set of all scalar fields.
func (l *Layer) AllFields() FieldSet {
	return FieldSet(1)<<len(l.Fields) - 1
}

// Set is the set of the named parts of a feature: scalar fields, or geometry, bbox and labelPoint.
func (l *Layer) Set(names ...string) FieldSet {
	var set FieldSet
	for _, name := range names {
		switch name {
		case "geometry":
			set |= WithGeometry
		case "bbox":
			set |= WithBBox
		case "labelPoint":
			set |= WithLabelPoint
		default:
			if i := slices.IndexFunc(l.Fields, func(f Field) bool { return f.Name == name }); i >= 0 {
				set |= 1 << i
			}
		}
	}
	return set
}
