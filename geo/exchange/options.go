package exchange

import (
	"slices"
	"strings"

	"xiangtu/geo"
)

// Options say how a file is to be read, where it does not say so itself.
type Options struct {
	Format      Format            // empty: by the content, then by the name
	System      *System           // of the coordinates; nil: the one that the file states, or else WGS 84
	Columns     map[string]string // the file's column of a field, a list of members, or one of geometry, longitude and latitude
	Encoding    Encoding          // empty: UTF-8, or GB18030 where a table is not valid UTF-8
	SourceLayer string            // of a file with several
	SwapAxes    bool              // the file has latitude (or northing) first
	MaxFeature  int               // bytes that one feature may have; 0 for the constant of that name
}

// The parts of a position that Options.Columns can name, beside fields and members.
const (
	geometryColumn  = "geometry"
	longitudeColumn = "longitude"
	latitudeColumn  = "latitude"
)

// ParseColumns reads pairs such as name=名称: a field of the layer and the column of the file that holds it.
func ParseColumns(layer *geo.Layer, pairs []string) (map[string]string, error) {
	columns := make(map[string]string)
	for _, pair := range pairs {
		field, column, ok := strings.Cut(pair, "=")
		if !ok || column == "" {
			return nil, geo.Invalid("map", "%.80q is not of the form field=column, such as name=名称", pair)
		}
		known := mappable(layer)
		if !slices.Contains(known, field) {
			return nil, geo.Invalid("map", "%s have no field %.40q; there are %s", layer.Name, field, strings.Join(known, ", "))
		}
		if _, twice := columns[field]; twice {
			return nil, geo.Invalid("map", "the field %s is given twice", field)
		}
		columns[field] = column
	}
	return columns, nil
}

// mappable lists what a column of a file can hold.
func mappable(layer *geo.Layer) []string {
	var names []string
	for _, f := range layer.Fields {
		if !f.Kept {
			names = append(names, f.Name)
		}
	}
	for _, m := range layer.Members {
		names = append(names, m.Name)
	}
	return append(names, geometryColumn, longitudeColumn, latitudeColumn)
}
