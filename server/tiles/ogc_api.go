package tiles

import (
	"xiangtu/geo"
	"xiangtu/server/moment"
)

const relVectorTilesets = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"

// OGCClasses are the conformance classes of OGC API - Tiles and of tile matrix sets that the surface keeps.
func OGCClasses() []string {
	const api, sets = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/", "http://www.opengis.net/spec/tms/2.0/conf/"
	return []string{
		api + "core", api + "tileset", api + "tilesets-list", api + "dataset-tilesets", api + "geodata-tilesets",
		api + "collections-selection", api + "datetime", api + "mvt", api + "oas30",
		sets + "tilematrixset", sets + "json-tilematrixset", sets + "tilematrixsetlimits", sets + "json-tilematrixsetlimits",
		sets + "tilesetmetadata", sets + "json-tilesetmetadata",
	}
}

// OGCLinks are the links of the landing page, whose URL is api, to the tiles.
func OGCLinks(api string) []Link {
	return append(both(api+"/tiles", relVectorTilesets, "Vector tiles of all layers"),
		both(api+"/tileMatrixSets", "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes", "The quads that tiles are drawn for")...)
}

// OGCCollectionLinks are the links of a collection to its tiles.
func OGCCollectionLinks(api string, layer *geo.Layer) []Link {
	return both(api+"/collections/"+string(layer.Name)+"/tiles", relVectorTilesets, layer.Title+" as vector tiles")
}

// both links to a resource in both of its forms.
func both(address, rel, title string) []Link {
	return []Link{
		{Href: address + "?f=json", Rel: rel, Type: mediaJSON, Title: title},
		{Href: address + "?f=html", Rel: rel, Type: mediaHTML, Title: title},
	}
}

// object is a piece of an OpenAPI definition.
type object = map[string]any

// OGCPaths describes the paths of the surface in OpenAPI 3.0, below the URL of the API.
func OGCPaths() map[string]any {
	paths := object{
		"/tileMatrixSets":                   get("getTileMatrixSets", "The tile matrix sets that tiles are drawn for", mediaJSON, form("json", "html")),
		"/tileMatrixSets/{tileMatrixSetId}": get("getTileMatrixSet", "A tile matrix set", mediaJSON, matrixSetParameter(), form("json", "html")),
	}
	add := func(prefix, id, of string, own ...any) {
		own = append(own, inQuery("filter", "Only features for which this condition in CQL2 holds, in every layer."), inQuery("filter-lang", "The encoding of filter: cql2-text or cql2-json."), inQuery("filter-crs", "The reference system of the geometries in filter."),
			inQuery(moment.Datetime, "A time such as 2026-01-31T08:00:00Z, or an interval of two with / between, of which one may be .. for open: the map is shown as it stood at the time, or at the end of the interval."))
		paths[prefix+"/tiles"] = get("getTilesets"+id, "The tilesets of "+of, mediaJSON, append(own, form("json", "html"))...)
		own = append(own, inQuery("crs", "The system of the base map that tiles of WebMercatorQuad lie on: wgs84, gcj02 or bd09."), matrixSetParameter())
		paths[prefix+"/tiles/{tileMatrixSetId}"] = get("getTileset"+id, "A tileset of "+of, mediaJSON, append(own, form("json", "html", "tilejson"))...)
		own = append(own, inPath("tileMatrix", "The level, from 0, or from 1 in CGCS2000Quad."), inPath("tileRow", "The row, from 0 in the north."), inPath("tileCol", "The column, from 0 in the west."))
		paths[prefix+"/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}"] = get("getTile"+id, "A tile of "+of+"; one without features has no byte", mediaMVT, append(own, form("mvt"))...)
	}
	add("", "", "all layers", inQuery("collections", "The layers that tiles have, with commas between; all without it."))
	for _, layer := range geo.Layers() {
		add("/collections/"+string(layer.Name), "_"+string(layer.Name), string(layer.Name))
	}
	return paths
}

func get(id, summary, media string, parameters ...any) object {
	failure := object{"description": "What is wrong with the request.", "content": object{"application/problem+json": object{"schema": object{"$ref": "#/components/schemas/problem"}}}}
	content := object{media: object{"schema": object{"type": "object"}}, mediaHTML: object{"schema": object{"type": "string"}}}
	if media == mediaMVT {
		content = object{media: object{"schema": object{"type": "string", "format": "binary"}}}
	}
	return object{"get": object{
		"operationId": id, "summary": summary, "tags": []string{OGCTag}, "parameters": append([]any{}, parameters...),
		"responses": object{
			"200": object{"description": summary + ".", "content": content},
			"400": failure, "401": failure, "404": failure,
		},
	}}
}

// OGCTag is the tag of the operations of OGCPaths.
const OGCTag = "tiles"

func inQuery(name, description string) object {
	return object{"name": name, "in": "query", "description": description, "required": false, "schema": object{"type": "string"}}
}

func inPath(name, description string) object {
	return object{"name": name, "in": "path", "description": description, "required": true, "schema": object{"type": "integer", "minimum": 0}}
}

func matrixSetParameter() object {
	var ids []string
	for i := range quads {
		ids = append(ids, quads[i].id)
	}
	return object{"name": "tileMatrixSetId", "in": "path", "description": "The tile matrix set.", "required": true, "schema": object{"type": "string", "enum": ids}}
}

func form(forms ...string) object {
	return object{"name": "f", "in": "query", "description": "The form of the answer.", "required": false, "schema": object{"type": "string", "enum": forms, "default": forms[0]}}
}
