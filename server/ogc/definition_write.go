package ogc

import (
	"maps"

	"xiangtu/geo"
)

// createOf describes the making of a feature of a layer.
func createOf(layer *geo.Layer) object {
	created := object{"description": "It is made.", "headers": object{
		"Location": object{"description": "The URL of the feature.", "schema": text()},
		"ETag":     etagHeader(),
	}}
	return object{"post": change(layer, "createFeature", "make a feature", []any{contentCrs()},
		bodyOf(layer, mediaGeoJSON, "_new", "The feature. Its code is the property code, or the id."), object{"201": created})}
}

// changesOf describes the changes of a feature of a layer.
func changesOf(layer *geo.Layer) object {
	id := itemParametersOf(layer)[0]
	done := object{"204": object{"description": "It is done.", "headers": object{"ETag": etagHeader()}}}
	locked := func(required bool) object {
		description := "The ETag that the feature had when it was read, or *. Where the feature has another by now, nothing is done."
		return object{"name": ifMatch, "in": "header", "required": required, "description": description, "schema": text()}
	}
	return object{
		"put": change(layer, "replaceFeature", "replace a feature as a whole; what is not given becomes null", []any{id, contentCrs(), locked(true)},
			bodyOf(layer, mediaGeoJSON, "_new", "The feature as it is to be."), done),
		"patch": change(layer, "updateFeature", "change what the body names (RFC 7396)", []any{id, contentCrs(), locked(false)},
			bodyOf(layer, mediaMergePatch, "_patch", "The part of the feature that changes."), done),
		"delete": change(layer, "deleteFeature", "take a feature away", []any{id, locked(false)}, nil,
			object{"204": object{"description": "It is done."}}),
	}
}

func etagHeader() object {
	return object{"description": "The name of the feature as it is now, for If-Match.", "schema": text()}
}

func contentCrs() object {
	return object{"name": "Content-Crs", "in": "header", "required": false, "schema": text(),
		"description": "The URI of the reference system of the coordinates; CRS84 without it. They have the order of its axes."}
}

// bodyOf describes the body of a change.
func bodyOf(layer *geo.Layer, media, schema, description string) object {
	return object{"required": true, "description": description,
		"content": object{media: object{"schema": reference("schemas", string(layer.Name)+schema)}}}
}

// change describes an operation that changes a feature.
func change(layer *geo.Layer, id, summary string, parameters []any, body, done object) object {
	responses := object{
		"400": reference("responses", "badRequest"), "401": reference("responses", "unauthenticated"), "403": reference("responses", "forbidden"),
		"404": reference("responses", "notFound"), "409": reference("responses", "conflict"), "412": reference("responses", "preconditionFailed"),
		"413": reference("responses", "tooLarge"), "415": reference("responses", "unsupportedMedia"), "428": reference("responses", "preconditionRequired"),
		"default": reference("responses", "failure"),
	}
	maps.Copy(responses, done)
	o := object{
		"tags": []string{string(layer.Name)}, "operationId": id + "_" + string(layer.Name), "summary": layer.Title + ": " + summary,
		"parameters": parameters, "responses": responses, "security": mustIdentify(),
	}
	if body != nil {
		o["requestBody"] = body
	}
	return o
}

// receivableSchemas are those of a feature of a layer as it is sent: whole, and in part. Properties that the map derives
// or keeps may be sent along.
func receivableSchemas(layer *geo.Layer) object {
	properties := object{}
	for _, f := range layer.Fields {
		p := fieldSchema(f)
		p["description"], p["nullable"] = f.Description, true
		if f.Values != nil {
			p["enum"] = nullable(f.Values)
		}
		properties[f.Name] = p
	}
	for _, m := range layer.Members {
		p := memberSchema(m)
		p["nullable"] = true
		properties[m.Name] = p
	}
	written := object{"type": "object", "properties": properties, "additionalProperties": false, "nullable": true}
	geometry := object{"type": "object", "description": "The geometry, a " + string(layer.Geometry) + ", or a Polygon for a MultiPolygon of one."}
	feature := object{"type": object{"type": "string", "enum": []string{"Feature"}}, "properties": written, "geometry": geometry}
	name := string(layer.Name)
	return object{
		name + "_new":   object{"type": "object", "properties": feature, "required": []string{"type", "properties", "geometry"}},
		name + "_patch": object{"type": "object", "properties": feature},
	}
}

// nullable lists the values of an enumeration and null, which OpenAPI 3.0 wants named.
func nullable(values []string) []any {
	all := make([]any, 0, len(values)+1)
	for _, v := range values {
		all = append(all, v)
	}
	return append(all, nil)
}
