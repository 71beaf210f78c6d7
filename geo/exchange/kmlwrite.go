package exchange

import (
	"bytes"
	"encoding/xml"

	"xiangtu/geo"
	"xiangtu/geo/shape"
)

// kmlEncoder writes KML 2.2 (OGC 07-147r2): a Placemark a feature, named as the feature, with the other properties as
// typed data of a schema. The name is not repeated there: GDAL takes «name» and «Name» for the same.
type kmlEncoder struct{ RowOptions }

const placemarkName = "name"

// NewKML makes an encoder of KML, whose coordinates are of WGS 84.
func NewKML(o RowOptions) RowEncoder { return kmlEncoder{o} }

// kmlTypes are the types that a SimpleField can have; it has none of times.
var kmlTypes = map[geo.FieldType]string{geo.Text: "string", geo.Time: "string", geo.Integer: "int", geo.Number: "double", geo.Boolean: "bool"}

func (e kmlEncoder) Begin(dst []byte) []byte {
	name := string(e.Layer.Name)
	dst = append(dst, xml.Header+`<kml xmlns="http://www.opengis.net/kml/2.2"><Document id="`+name+`_kml"><name>`...)
	dst = appendXML(dst, []byte(name))
	dst = append(dst, "</name>\n<Schema name=\""+name+`" id="`+name+"\">\n"...)
	for _, c := range e.Columns {
		if c.Name == placemarkName {
			continue
		}
		dst = append(dst, `<SimpleField name="`+c.Name+`" type="`+kmlTypes[c.Type]+"\"><displayName>"...)
		dst = append(appendXML(dst, []byte(c.Name)), "</displayName></SimpleField>\n"...)
	}
	return append(dst, "</Schema>\n<Folder><name>"+name+"</name>\n"...)
}

func (e kmlEncoder) Append(dst []byte, row *Row) ([]byte, error) {
	before := len(dst)
	dst = append(dst, "<Placemark>"...)
	for i, c := range e.Columns {
		if c.Name == placemarkName {
			dst = append(dst, "<name>"...)
			dst = append(appendXML(dst, row.Values[i].Text), "</name>"...)
		}
	}
	dst = append(dst, `<ExtendedData><SchemaData schemaUrl="#`+string(e.Layer.Name)+`">`...)
	for i, c := range e.Columns {
		v := row.Values[i]
		if v.Null || c.Name == placemarkName {
			continue
		}
		dst = append(dst, `<SimpleData name="`+c.Name+`">`...)
		if c.Type == geo.Text {
			dst = appendXML(dst, v.Text)
		} else {
			dst = appendPlain(dst, c.Type, v)
		}
		dst = append(dst, "</SimpleData>"...)
	}
	dst = append(dst, "</SchemaData></ExtendedData>"...)
	dst, err := shape.AppendKML(dst, row.Geometry, e.Shape)
	if err != nil {
		return dst[:before], err
	}
	return append(dst, "</Placemark>\n"...), nil
}

func (e kmlEncoder) End(dst []byte) []byte { return append(dst, "</Folder>\n</Document></kml>\n"...) }

// appendXML appends text as the content of an element. Characters that XML cannot hold become the replacement character.
func appendXML(dst, text []byte) []byte {
	if !bytes.ContainsFunc(text, func(c rune) bool { return c < ' ' || c == '<' || c == '>' || c == '&' || c >= 0xfffe }) {
		return append(dst, text...)
	}
	out := bytes.NewBuffer(dst)
	_ = xml.EscapeText(out, text) // a buffer takes everything
	return out.Bytes()
}
