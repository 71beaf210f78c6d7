package ogc

import (
	"slices"
	"strings"

	"xiangtu/geo"
)

// object is a JSON object of a schema or of the API definition, where the members differ from one to the next.
type object = map[string]any

const jsonSchema = "https://json-schema.org/draft/2020-12/schema"

// geometryName is what the geometry is called among the properties of schemas and filters.
const geometryName = "geometry"

// schema answers the schema of a collection's features (OGC 23-058r2, 10): what they have when they are read.
func (a *API) schema(r *request) (content, error) {
	return a.schemaOf(r, "schema", "Schema", "属性结构", func(layer *geo.Layer) object {
		properties := fieldSchemas(layer)
		for i, f := range layer.Fields {
			p := properties[f.Name].(object)
			p["x-ogc-propertySeq"] = i + 1
			if f.Kept || f.Derived {
				p["readOnly"] = true
			}
		}
		properties["code"].(object)["x-ogc-role"] = "id"
		for i, m := range layer.Members {
			p := memberSchema(m)
			p["x-ogc-propertySeq"] = len(layer.Fields) + 1 + i
			properties[m.Name] = p
		}
		g := geometrySchema(layer)
		g["x-ogc-role"] = "primary-geometry"
		g["x-ogc-propertySeq"] = len(properties) + 1
		properties[geometryName] = g
		return properties
	})
}

// queryables answers the properties that filters of a collection can use (OGC 19-079r2, 6).
func (a *API) queryables(r *request) (content, error) {
	return a.schemaOf(r, "queryables", "Queryables", "可查询属性", func(layer *geo.Layer) object {
		properties := fieldSchemas(layer)
		g := geometrySchema(layer)
		g["x-ogc-role"] = "primary-geometry"
		properties[geometryName] = g
		return properties
	})
}

// sortables answers the properties that features of a collection can be sorted by (OGC 23-058r2, 12).
func (a *API) sortables(r *request) (content, error) {
	return a.schemaOf(r, "sortables", "Sortables", "可排序属性", fieldSchemas)
}

// schemaOf answers a schema of a collection with the properties that of gives.
func (a *API) schemaOf(r *request, name, title, titleZh string, of func(*geo.Layer) object) (content, error) {
	layer, err := r.layer()
	if err != nil {
		return content{}, err
	}
	properties := of(layer)
	document := object{
		"$schema":              jsonSchema,
		"$id":                  r.api + "/collections/" + string(layer.Name) + "/" + name,
		"title":                layer.Title + " " + layer.TitleZh,
		"description":          "The properties of " + layerWords(layer) + ".",
		"type":                 "object",
		"properties":           properties,
		"additionalProperties": false,
	}
	return content{document: document, page: page{
		Template: "schema", Title: title, TitleZh: titleZh, Layer: layer, Links: r.selfLinks(),
		Crumbs: []crumb{crumbCollections, layerCrumb(layer)}, Body: schemaRows(layer, properties),
	}}, nil
}

// schemaRow is a property in the page of a schema.
type schemaRow struct {
	Name, Type, Unit, Description string
	Values                        []string
}

// schemaRows lists properties in the order of the layer, the geometry last.
func schemaRows(layer *geo.Layer, properties object) []schemaRow {
	names := propertyNames(layer)
	var rows []schemaRow
	for _, name := range append(names, geometryName) {
		p, ok := properties[name].(object)
		if !ok {
			continue
		}
		row := schemaRow{Name: name}
		row.Description, _ = p["description"].(string)
		row.Unit, _ = p["x-ogc-unit"].(string)
		row.Values, _ = p["enum"].([]string)
		row.Type, _ = p["type"].(string)
		if format, ok := p["format"].(string); ok {
			row.Type = strings.TrimSpace(row.Type + " " + format)
		}
		rows = append(rows, row)
	}
	return rows
}

// fieldSchemas gives the schema of each scalar field of a layer, by name.
func fieldSchemas(layer *geo.Layer) object {
	properties := make(object, len(layer.Fields)+1)
	for _, f := range layer.Fields {
		p := fieldSchema(f)
		p["title"], p["description"] = words(f.Name), f.Description
		if f.Name == "code" {
			p["pattern"] = layer.Code
		}
		if unit := unitOf(f.Name); unit != "" {
			p["x-ogc-unit"] = unit
		}
		properties[f.Name] = p
	}
	return properties
}

// fieldSchema gives the type of a field, as JSON Schema and OpenAPI have it.
func fieldSchema(f geo.Field) object {
	switch f.Type {
	case geo.Integer:
		return object{"type": "integer"}
	case geo.Number:
		return object{"type": "number", "format": "double"}
	case geo.Boolean:
		return object{"type": "boolean"}
	case geo.Time:
		return object{"type": "string", "format": "date-time"}
	default:
		if f.Values != nil {
			return object{"type": "string", "enum": f.Values}
		}
		return object{"type": "string"}
	}
}

// memberSchema is that of a list of members. It is one text, because tables of GIS programs have no lists: GDAL 3.6 makes
// (2:a,b) of them in a GeoPackage, and of that no list again.
func memberSchema(m geo.Field) object {
	return object{"title": words(m.Name), "description": strings.TrimSuffix(m.Description, ".") + ", with commas between.", "type": "string"}
}

// geometrySchema is that of the geometry: its format names the type (OGC 23-058r2, /req/schemas/properties).
func geometrySchema(layer *geo.Layer) object {
	return object{
		"title":       "Geometry",
		"description": "The " + string(layer.Geometry) + " of the feature.",
		"format":      "geometry-" + strings.ToLower(string(layer.Geometry)),
	}
}

// unitOf tells the unit of a field in UCUM: the registry has it in the names of fields.
func unitOf(name string) string {
	switch {
	case strings.HasSuffix(name, "SquareMetres"):
		return "m2"
	case strings.HasSuffix(name, "Metres"):
		return "m"
	}
	return ""
}

// words writes the name of a field as words: areaSquareMetres becomes Area square metres.
func words(name string) string {
	var b strings.Builder
	for i, letter := range name {
		switch {
		case i == 0:
			b.WriteString(strings.ToUpper(string(letter)))
		case letter >= 'A' && letter <= 'Z':
			b.WriteString(" " + strings.ToLower(string(letter)))
		default:
			b.WriteRune(letter)
		}
	}
	return b.String()
}

// layerWords calls the features of a layer in a sentence.
func layerWords(layer *geo.Layer) string { return strings.ToLower(layer.Title) }

// propertyNames lists the properties that features of a layer have in GeoJSON.
func propertyNames(layer *geo.Layer) []string {
	var names []string
	for _, f := range slices.Concat(layer.Fields, layer.Members) {
		names = append(names, f.Name)
	}
	return names
}
