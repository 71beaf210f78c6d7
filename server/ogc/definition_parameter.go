package ogc

import (
	"fmt"

	"xiangtu/geo"
	"xiangtu/geo/cql2"
	"xiangtu/geo/crs"
)

// parameter describes a parameter of the query of a URL.
func parameter(name, description string, schema object) object {
	return object{"name": name, "in": "query", "description": description, "required": false, "schema": schema}
}

// listed describes a parameter whose values have commas between.
func listed(p object) object {
	p["style"], p["explode"] = "form", false
	return p
}

// commonParameters are those that every collection has.
func commonParameters() map[string]any {
	system := object{"type": "string", "format": "uri", "enum": referenceURIs(), "default": crs.Reference{}.URI()}
	const axes = "The coordinates have the order of its axes: latitude comes first in EPSG:4326 and EPSG:4490, longitude or x in the others."
	return map[string]any{
		"f": parameter("f", "The form of the answer; it overrules the header Accept.", object{"type": "string", "enum": []string{"json", "html"}}),
		"limit": listed(parameter("limit", fmt.Sprintf("How many features a page has at most. More than %d is taken for %d.", maxLimit, maxLimit),
			object{"type": "integer", "minimum": 1, "maximum": maxLimit, "default": defaultLimit})),
		"cursor": parameter("cursor", "Where the page goes on. It comes from the links next and prev, and belongs to the query of that page.", object{"type": "string"}),
		"bbox": listed(parameter("bbox", "Only features whose geometry has a point in common with this box: the least of each axis, then the greatest, in bbox-crs. "+
			"One whose west is greater than its east crosses the antimeridian. Of six numbers the third and the sixth are heights, which the map does not have.",
			object{"type": "array", "items": object{"type": "number"}, "minItems": 4, "maxItems": 6})),
		"bbox-crs": parameter("bbox-crs", "The reference system of bbox. "+axes, system),
		"crs":      parameter("crs", "The reference system of the answer. "+axes, system),
		"datetime": parameter("datetime", "A time such as 2026-01-31T08:00:00Z, or an interval of two with / between, of which one may be .. for open. "+
			"The map is shown as it stood at the time, or at the end of the interval; without it as it stands.", object{"type": "string"}),
		"filter": parameter("filter", "Only features for which this condition in CQL2 holds (OGC 21-065r2), such as areaSquareMetres > 1e6 AND name LIKE '%村'. "+
			"Its properties are the queryables.", text()),
		"filter-lang":  parameter("filter-lang", "The encoding of filter.", object{"type": "string", "enum": []string{string(cql2.Text), string(cql2.JSON)}, "default": string(cql2.Text)}),
		"filter-crs":   parameter("filter-crs", "The reference system of the geometries in filter. "+axes, system),
		"skipGeometry": parameter("skipGeometry", "Whether the geometry is left out; null stands in its place.", object{"type": "boolean", "default": false}),
	}
}

// itemParametersOf describes the parameters of one feature of a layer.
func itemParametersOf(layer *geo.Layer) []any {
	id := object{"name": "featureId", "in": "path", "required": true, "description": "The code of the feature. " + layer.CodeMeaning, "schema": object{"type": "string"}}
	return append([]any{id}, formParametersOf(layer)...)
}

// formParametersOf describes the parameters that say how features of a layer are written.
func formParametersOf(layer *geo.Layer) []any {
	return []any{
		reference("parameters", "crs"),
		listed(parameter("properties", "The properties that the answer has; all without it.",
			object{"type": "array", "items": object{"type": "string", "enum": propertyNames(layer)}})),
		reference("parameters", "skipGeometry"),
		reference("parameters", "datetime"),
	}
}

// listParametersOf describes the parameters of a page of features of a layer.
func listParametersOf(layer *geo.Layer) []any {
	var parameters []any
	for _, name := range []string{"limit", "cursor", "bbox", "bbox-crs", "filter", "filter-lang", "filter-crs"} {
		parameters = append(parameters, reference("parameters", name))
	}
	parameters = append(parameters, formParametersOf(layer)...)
	parameters = append(parameters, listed(parameter("sortby", "The properties by which features are sorted, the first one first: with - before a name from the greatest to the least. "+
		"Of equals, and without it, the least code comes first.", object{"type": "array", "minItems": 1, "items": object{"type": "string", "pattern": "[+|-]?[A-Za-z_].*"}})))
	for _, f := range layer.Fields {
		schema := fieldSchema(f)
		if f.Name == "code" {
			schema["pattern"] = layer.Code
		}
		parameters = append(parameters, listed(parameter(f.Name, "Only features that have this value: "+f.Description, schema)))
	}
	return parameters
}
