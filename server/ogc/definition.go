package ogc

import (
	"maps"

	"xiangtu/geo"
)

// definition answers the API definition in OpenAPI 3.0 (OGC 17-069r4, 7.3).
func (a *API) definition(r *request) (content, error) {
	document := a.openAPI(r.api)
	operations, err := operationsOf(document)
	if err != nil {
		return content{}, err
	}
	return content{document: document, page: page{
		Template: "definition", Title: "API definition", TitleZh: "接口定义", Links: r.selfLinks(),
		Body: operations,
	}}, nil
}

// openAPI describes the API at that URL.
func (a *API) openAPI(api string) object {
	tags := []object{{"name": tagAPI, "description": "What the API is and what it conforms to. 接口说明。"}}
	paths := object{
		"/":            operation(tagAPI, "getLandingPage", "The landing page, with links to everything else", nil, response("The landing page.", mediaJSON, reference("schemas", "landingPage"))),
		"/conformance": operation(tagAPI, "getConformance", "The conformance classes of the API", nil, response("The conformance classes.", mediaJSON, reference("schemas", "conformance"))),
		"/api":         operation(tagAPI, "getDefinition", "This definition", nil, response("The definition.", mediaOpenAPI, object{"type": "object"})),
		"/collections": operation(tagAPI, "getCollections", "The collections of features", nil, response("The collections.", mediaJSON, reference("schemas", "collections"))),
	}
	components := map[string]map[string]any{
		"parameters": commonParameters(), "schemas": commonSchemas(), "responses": commonResponses(), "securitySchemes": securitySchemes(),
	}
	for _, layer := range geo.Layers() {
		tags = append(tags, object{"name": string(layer.Name), "description": layer.Title + " " + layer.TitleZh})
		maps.Copy(paths, layerPaths(layer))
		maps.Copy(components["schemas"], layerSchemas(layer))
		maps.Copy(components["schemas"], receivableSchemas(layer))
	}
	for _, e := range a.Extensions {
		if e.Tag != "" {
			tags = append(tags, object{"name": e.Tag, "description": e.Description})
		}
		maps.Copy(paths, e.Paths)
		for kind, named := range e.Components {
			if components[kind] == nil {
				components[kind] = map[string]any{}
			}
			maps.Copy(components[kind], named)
		}
	}
	return object{
		"openapi": "3.0.3",
		"info": object{
			"title": title + " " + titleZh, "version": a.Version, "description": description,
			"license": object{"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
		},
		"servers":    []object{{"url": api}},
		"security":   mayIdentify(),
		"tags":       tags,
		"paths":      paths,
		"components": components,
	}
}

const tagAPI = "api"

// layerPaths describes the resources of a collection.
func layerPaths(layer *geo.Layer) object {
	name := string(layer.Name)
	path := "/collections/" + name
	capital := layer.Title
	tagged := func(id, summary string, parameters []any, answer object) object {
		return operation(name, id+"_"+name, summary, parameters, answer)
	}
	schema := response("A JSON Schema.", mediaSchema, object{"type": "object"})
	paths := object{
		path:                     tagged("getCollection", capital+": what the collection is", nil, response("The collection.", mediaJSON, reference("schemas", "collection"))),
		path + "/schema":         tagged("getSchema", capital+": the properties that features have", nil, schema),
		path + "/geojson-schema": tagged("getGeoJSONSchema", capital+": what a feature looks like in GeoJSON", nil, schema),
		path + "/queryables":     tagged("getQueryables", capital+": the properties that filters can use", nil, schema),
		path + "/sortables":      tagged("getSortables", capital+": the properties that features can be sorted by", nil, schema),
		path + "/items": tagged("getFeatures", capital+": a page of features", listParametersOf(layer),
			withHeaders(response("A page of features.", mediaGeoJSON, reference("schemas", name+"_features")))),
		path + "/items/{featureId}": tagged("getFeature", capital+": one feature", itemParametersOf(layer),
			withHeaders(response("The feature.", mediaGeoJSON, reference("schemas", name+"_feature")))),
	}
	maps.Copy(paths[path+"/items"].(object), createOf(layer))
	maps.Copy(paths[path+"/items/{featureId}"].(object), changesOf(layer))
	return paths
}

// operation describes a path that takes GET.
func operation(tag, id, summary string, parameters []any, answer object) object {
	return object{"get": object{
		"tags": []string{tag}, "operationId": id, "summary": summary,
		"parameters": append([]any{reference("parameters", "f")}, parameters...),
		"responses": object{
			"200":     answer,
			"304":     reference("responses", "notModified"),
			"400":     reference("responses", "badRequest"),
			"401":     reference("responses", "unauthenticated"),
			"404":     reference("responses", "notFound"),
			"406":     reference("responses", "notAcceptable"),
			"default": reference("responses", "failure"),
		},
	}}
}

func reference(kind, name string) object { return object{"$ref": "#/components/" + kind + "/" + name} }

// response describes an answer in both of its forms.
func response(description, jsonType string, schema object) object {
	return object{"description": description, "content": object{
		jsonType:  object{"schema": schema},
		mediaHTML: object{"schema": object{"type": "string"}},
	}}
}

// withHeaders adds the headers of answers with features.
func withHeaders(response object) object {
	response["headers"] = object{
		"Content-Crs": object{"description": "The URI of the reference system of the coordinates, between < and >.", "schema": object{"type": "string"}},
		"ETag":        object{"description": "The name of the answer, for If-None-Match.", "schema": object{"type": "string"}},
	}
	return response
}
