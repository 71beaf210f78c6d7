package ogc

import (
	"maps"

	"xiangtu/geo"
	"xiangtu/server/problem"
)

// text, texts and links are schemas that others are made of.
func text() object  { return object{"type": "string"} }
func texts() object { return listOfSchema(text()) }
func links() object { return listOfSchema(reference("schemas", "link")) }

func listOfSchema(items object) object { return object{"type": "array", "items": items} }

// objectOf is the schema of an object with these properties, of which some must be there.
func objectOf(properties object, required ...string) object {
	return object{"type": "object", "properties": properties, "required": required}
}

// commonSchemas are those of the resources that are not features.
func commonSchemas() map[string]any {
	number := object{"type": "number"}
	return map[string]any{
		"link": objectOf(object{
			"href": text(), "rel": text(), "type": text(), "hreflang": text(), "title": text(), "templated": object{"type": "boolean"},
		}, "href", "rel"),
		"landingPage": objectOf(object{"title": text(), "description": text(), "links": links()}, "links"),
		"conformance": objectOf(object{"links": links(), "conformsTo": texts()}, "conformsTo"),
		"collections": objectOf(object{"links": links(), "collections": listOfSchema(reference("schemas", "collection"))}, "links", "collections"),
		"collection": objectOf(object{
			"id": text(), "title": text(), "description": text(), "links": links(), "itemType": text(), "crs": texts(), "storageCrs": text(), "published": object{"type": "boolean"},
			"extent": objectOf(object{"spatial": objectOf(object{
				"bbox": object{"type": "array", "minItems": 1, "items": object{"type": "array", "minItems": 4, "maxItems": 4, "items": number}},
				"crs":  text(),
			}, "bbox", "crs")}, "spatial"),
		}, "id", "links", "crs", "storageCrs"),
		"problem":               problemSchema(),
		"geometry_Point":        geometryOf("Point", depthOf(geo.Point)),
		"geometry_LineString":   geometryOf("LineString", depthOf(geo.LineString)),
		"geometry_MultiPolygon": geometryOf("MultiPolygon", depthOf(geo.MultiPolygon)),
	}
}

// problemSchema is that of RFC 9457 with our members.
func problemSchema() object {
	text := object{"type": "string"}
	path := object{"type": "string", "description": "The parameter, or the part of the body, that is wrong."}
	place := object{
		"type": "array", "items": object{"type": "number"}, "minItems": 2, "maxItems": 2,
		"description": "Longitude and latitude where a geometry breaks.",
	}
	fault := objectOf(object{"detail": text, "code": text, "path": path, "place": place}, "detail", "code")
	errors := listOfSchema(fault)
	errors["description"] = "All that is wrong, where that is more than one thing: the first 100."
	return objectOf(object{
		"type": text, "title": text, "status": object{"type": "integer"}, "detail": text, "instance": text, "code": text,
		"path": path, "place": place, "errors": errors, "requestId": text, "available": listOfSchema(text),
	}, "title", "status")
}

// geometryOf is the schema of a geometry of RFC 7946, whose positions are in so many arrays.
func geometryOf(name string, depth int) object {
	coordinates := object{"type": "array", "minItems": 2, "maxItems": 2, "items": object{"type": "number"}}
	for range depth {
		coordinates = listOfSchema(coordinates)
	}
	return objectOf(object{"type": object{"type": "string", "enum": []string{name}}, "coordinates": coordinates}, "type", "coordinates")
}

// layerSchemas are those of a feature of a layer, and of a page of them.
func layerSchemas(layer *geo.Layer) object {
	properties := object{}
	for _, f := range layer.Fields {
		p := fieldSchema(f)
		p["description"] = f.Description
		if f.Nullable {
			p["nullable"] = true
		}
		properties[f.Name] = p
	}
	for _, m := range layer.Members {
		properties[m.Name] = memberSchema(m)
	}
	written := objectOf(properties)
	delete(written, "required") // the parameter properties can leave out each
	written["additionalProperties"] = false
	feature := object{
		"type": object{"type": "string", "enum": []string{"Feature"}}, "id": text(), "properties": written,
		"geometry": object{"type": "object", "nullable": true, "allOf": []object{reference("schemas", "geometry_"+string(layer.Geometry))}},
	}
	alone := maps.Clone(feature)
	alone["links"] = links()
	count := object{"type": "integer", "minimum": 0}
	name := string(layer.Name)
	return object{
		name + "_feature": objectOf(alone, "type", "id", "properties", "geometry", "links"),
		name + "_features": objectOf(object{
			"type": object{"type": "string", "enum": []string{"FeatureCollection"}}, "links": links(),
			"timeStamp": object{"type": "string", "format": "date-time"}, "numberMatched": count, "numberReturned": count,
			"features": listOfSchema(objectOf(feature, "type", "id", "properties", "geometry")),
		}, "type", "features", "links", "timeStamp", "numberMatched", "numberReturned"),
	}
}

// commonResponses are the answers that every resource can give.
func commonResponses() map[string]any {
	refusal := func(description string) object {
		return object{"description": description, "content": object{problem.ContentType: object{"schema": reference("schemas", "problem")}}}
	}
	return map[string]any{
		"notModified":          object{"description": "What the client has, as If-None-Match says, still holds."},
		"badRequest":           refusal("A parameter is wrong: path names it, detail says what would be right."),
		"notFound":             refusal("There is no such collection or feature."),
		"unauthenticated":      refusal("A change needs a key or a token, and so does what is not published."),
		"forbidden":            refusal("The role and the scope of the key do not reach so far."),
		"conflict":             refusal("What is there stands in the way: the code is taken, or others name the feature."),
		"preconditionFailed":   refusal("The feature has been changed since it was read."),
		"preconditionRequired": refusal("If-Match is missing."),
		"tooLarge":             refusal("The body is too large."),
		"unsupportedMedia":     refusal("The body is of another media type."),
		"notAcceptable":        refusal("The client takes none of the forms that there are."),
		"failure":              refusal("The server could not answer."),
	}
}
