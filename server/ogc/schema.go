package ogc

import (
	"fmt"
	"slices"
	"strings"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
)

// object is a JSON object of a schema or of the API definition, where the members differ from one to the next.
type object = map[string]any

const jsonSchema = "https://json-schema.org/draft/2020-12/schema"

// geometryName is what the geometry is called among the properties of schemas and filters.
const geometryName = "geometry"

// schema answers the schema of a collection's features (OGC 23-058r2, 10): what they have when they are read.
func (a *API) schema(r *request) (content, error) {
	return a.schemaOf(r, "schema", "Schema", "属性结构", func(layer *geo.Layer) properties {
		all := fieldSchemas(layer)
		for i, f := range layer.Fields {
			if f.Kept || f.Derived {
				all[i].schema["readOnly"] = true
			}
			if f.Name == "code" {
				all[i].schema["x-ogc-role"] = "id"
			}
		}
		all = append(all, memberSchemas(layer)...)
		all = append(all, geometrySchema(layer))
		for i, p := range all {
			p.schema["x-ogc-propertySeq"] = i + 1
		}
		return all
	})
}

// queryables answers the properties that filters of a collection can use (OGC 19-079r2, 6).
func (a *API) queryables(r *request) (content, error) {
	return a.schemaOf(r, "queryables", "Queryables", "可查询属性", func(layer *geo.Layer) properties {
		return append(fieldSchemas(layer), geometrySchema(layer))
	})
}

// sortables answers the properties that features of a collection can be sorted by (OGC 23-058r2, 12).
func (a *API) sortables(r *request) (content, error) {
	return a.schemaOf(r, "sortables", "Sortables", "可排序属性", fieldSchemas)
}

// schemaOf answers a schema of a collection with the properties that of gives.
func (a *API) schemaOf(r *request, name, title, titleZh string, of func(*geo.Layer) properties) (content, error) {
	layer, err := r.layer()
	if err != nil {
		return content{}, err
	}
	all := of(layer)
	document := object{
		"$schema":              jsonSchema,
		"$id":                  r.api + "/collections/" + string(layer.Name) + "/" + name,
		"title":                layer.Title + " " + layer.TitleZh,
		"description":          "The properties of " + layerWords(layer) + ".",
		"type":                 "object",
		"properties":           all,
		"additionalProperties": false,
	}
	return content{document: document, page: page{
		Template: "schema", Title: title, TitleZh: titleZh, Layer: layer, Links: r.selfLinks(),
		Crumbs: []crumb{crumbCollections, layerCrumb(layer)}, Body: schemaRows(all),
	}}, nil
}

// schemaRow is a property in the page of a schema.
type schemaRow struct {
	Name, Type, Unit, Description string
	Values                        []string
}

func schemaRows(all properties) []schemaRow {
	var rows []schemaRow
	for _, property := range all {
		p, row := property.schema, schemaRow{Name: property.name}
		row.Description, _ = p["description"].(string)
		row.Unit, _ = p["x-ogc-unit"].(string)
		row.Values, _ = p["enum"].([]string)
		switch types := p["type"].(type) {
		case string:
			row.Type = types
		case []any:
			row.Type = strings.ReplaceAll(strings.Trim(fmt.Sprint(types), "[]"), " ", " | ")
		}
		if format, ok := p["format"].(string); ok {
			row.Type = strings.TrimSpace(row.Type + " " + format)
		}
		rows = append(rows, row)
	}
	return rows
}

// property is a property of features with its schema.
type property struct {
	name   string
	schema object
}

// properties are properties in an order that people see: GDAL makes its columns in that of a schema.
type properties []property

// MarshalJSON writes an object with a member for each property.
func (p properties) MarshalJSON() ([]byte, error) {
	text := []byte{'{'}
	for i, property := range p {
		if i > 0 {
			text = append(text, ',')
		}
		schema, err := marshal(property.schema)
		if err != nil {
			return nil, err
		}
		text = append(postgis.AppendString(text, property.name), ':')
		text = append(text, schema...)
	}
	return append(text, '}'), nil
}

// fieldSchemas gives the schema of each scalar field of a layer.
func fieldSchemas(layer *geo.Layer) properties {
	var all properties
	for _, f := range layer.Fields {
		p := fieldSchema(f)
		p["title"], p["description"] = words(f.Name), f.Description
		if f.Name == "code" {
			p["pattern"] = layer.Code
		}
		if unit := unitOf(f.Name); unit != "" {
			p["x-ogc-unit"] = unit
		}
		all = append(all, property{f.Name, p})
	}
	return all
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

// memberSchemas gives the schema of each list of members of a layer.
func memberSchemas(layer *geo.Layer) properties {
	var all properties
	for _, m := range layer.Members {
		all = append(all, property{m.Name, memberSchema(m)})
	}
	return all
}

// memberSchema is that of a list of members. It is one text, because tables of GIS programs have no lists: GDAL 3.6 makes
// (2:a,b) of them in a GeoPackage, and of that no list again.
func memberSchema(m geo.Field) object {
	return object{"title": words(m.Name), "description": strings.TrimSuffix(m.Description, ".") + ", with commas between.", "type": "string"}
}

// geometrySchema is that of the geometry: its format names the type (OGC 23-058r2, /req/schemas/properties).
func geometrySchema(layer *geo.Layer) property {
	return property{geometryName, object{
		"title":       "Geometry",
		"description": "The " + string(layer.Geometry) + " of the feature.",
		"format":      "geometry-" + strings.ToLower(string(layer.Geometry)),
		"x-ogc-role":  "primary-geometry",
	}}
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
