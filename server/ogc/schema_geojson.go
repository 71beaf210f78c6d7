package ogc

import "xiangtu/geo"

// geoJSONSchema answers what a feature of a collection looks like in GeoJSON, as a JSON Schema that it can be checked
// with; schema tells the same of the properties alone, whatever the format.
func (a *API) geoJSONSchema(r *request) (content, error) {
	layer, err := r.layer()
	if err != nil {
		return content{}, err
	}
	all := featureSchemas(layer)
	document := objectOf(object{
		"type":       object{"type": "string", "const": "Feature"},
		"id":         text(),
		"properties": object{"type": "object", "properties": all, "additionalProperties": false},
		"geometry":   object{"oneOf": []object{{"type": "null"}, geometryOf(string(layer.Geometry), depthOf(layer.Geometry))}},
	}, "type", "id", "properties", "geometry")
	document["$schema"] = jsonSchema
	document["$id"] = r.api + "/collections/" + string(layer.Name) + "/geojson-schema"
	document["title"] = layer.Title + " " + layer.TitleZh
	document["description"] = "A feature of " + layerWords(layer) + " in GeoJSON. Members that are not mentioned, such as links, may come too."
	return content{document: document, page: page{
		Template: "schema", Title: "GeoJSON schema", TitleZh: "GeoJSON 结构", Layer: layer, Links: r.selfLinks(),
		Crumbs: []crumb{crumbCollections, layerCrumb(layer)}, Body: schemaRows(all),
	}}, nil
}

// featureSchemas gives the schema of each property in GeoJSON. One that can be null has two types.
func featureSchemas(layer *geo.Layer) properties {
	all := fieldSchemas(layer)
	for i, f := range layer.Fields {
		if f.Nullable {
			all[i].schema["type"] = []any{all[i].schema["type"], "null"}
		}
	}
	return append(all, memberSchemas(layer)...)
}

// depthOf is the number of arrays around the positions of a geometry (RFC 7946, 3.1).
func depthOf(t geo.GeometryType) int {
	switch t {
	case geo.Point:
		return 0
	case geo.LineString:
		return 1
	default:
		return 3
	}
}
