package exchange

import (
	"maps"
	"slices"
	"strings"

	"xiangtu/geo"
)

// usual are the names of columns that hold a position or a geometry in files of people, in lower case.
var usual = map[string][]string{
	geometryColumn:  {"geometry", "geom", "wkt", "the_geom", "shape", "wkb_geometry", "几何", "图形", "空间位置"},
	longitudeColumn: {"longitude", "lon", "lng", "long", "x", "经度", "东经", "lon_wgs84"},
	latitudeColumn:  {"latitude", "lat", "y", "纬度", "北纬", "lat_wgs84"},
}

// target is where the value of a column goes: what a decoder asks for each.
type target struct {
	field  int // index in layer.Fields, or -1
	member int // index in layer.Members, or -1
}

// columnMap says for each column of a file what it holds.
type columnMap struct {
	targets  map[string]target
	position map[string]string // geometry, longitude, latitude: the column
	wanted   []string          // columns that were named and must be there
}

// mapped is the map of a file whose properties are known only as they come: by their exact names, or as asked for.
func mapped(layer *geo.Layer, asked map[string]string) columnMap {
	m := columnMap{targets: make(map[string]target), position: make(map[string]string)}
	for i, f := range layer.Fields {
		m.put(layerColumn(f.Name, asked), target{field: i, member: -1})
	}
	for i, member := range layer.Members {
		m.put(layerColumn(member.Name, asked), target{field: -1, member: i})
	}
	for field, column := range asked {
		m.wanted = append(m.wanted, column)
		if field == geometryColumn || field == longitudeColumn || field == latitudeColumn {
			m.position[field] = column
		}
	}
	slices.Sort(m.wanted)
	return m
}

func layerColumn(field string, asked map[string]string) string {
	if column, ok := asked[field]; ok {
		return column
	}
	return field
}

// uses tells whether what a column holds is read.
func (m *columnMap) uses(column string) bool {
	_, target := m.targets[column]
	return target || slices.Contains(slices.Collect(maps.Values(m.position)), column)
}

func (m *columnMap) put(column string, t target) { m.targets[column] = t }

// resolve is the map of a table whose columns are known. A field's column is the one that is asked for, or has its
// name, or its name in the database, in any case; a format that cuts names to ten characters is forgiven for it.
func resolve(layer *geo.Layer, columns []string, asked map[string]string) (columnMap, error) {
	for field, column := range asked {
		if !slices.Contains(columns, column) {
			return columnMap{}, geo.Invalid("map", "%s=%s: the file has no column %.40q; it has %s", field, column, column, listed(columns))
		}
	}
	m := columnMap{targets: make(map[string]target), position: make(map[string]string)}
	find := columnFinder{columns: columns, asked: asked, taken: slices.Collect(maps.Values(asked))}.find
	for i, f := range layer.Fields {
		if column, ok := find(f.Name, f.Name, f.Column); ok {
			m.put(column, target{field: i, member: -1})
		}
	}
	for i, member := range layer.Members {
		if column, ok := find(member.Name, member.Name, member.Column); ok {
			m.put(column, target{field: -1, member: i})
		}
	}
	for _, part := range []string{geometryColumn, longitudeColumn, latitudeColumn} {
		if column, ok := find(part, usual[part]...); ok {
			if _, isField := m.targets[column]; !isField || asked[part] != "" {
				m.position[part] = column
			}
		}
	}
	return m, nil
}

// columnFinder finds the column of a field among those of a file.
type columnFinder struct {
	columns []string
	asked   map[string]string
	taken   []string // columns that hold something else
}

func (f columnFinder) find(field string, names ...string) (string, bool) {
	if column, ok := f.asked[field]; ok {
		return column, true
	}
	exactly := func(a, b string) bool { return a == b }
	for _, same := range []func(a, b string) bool{exactly, strings.EqualFold, cutShort} {
		for _, name := range names {
			i := slices.IndexFunc(f.columns, func(column string) bool {
				return same(strings.TrimSpace(column), name) && !slices.Contains(f.taken, column)
			})
			if i >= 0 {
				return f.columns[i], true
			}
		}
	}
	return "", false
}

// cutShort tells whether a column is a name as a DBF cuts it: to ten characters.
func cutShort(column, name string) bool {
	const dbf = 10
	return len(column) == dbf && len(name) > dbf && strings.EqualFold(column, name[:dbf])
}

// listed names some columns for a message.
func listed(columns []string) string {
	const most = 40
	if len(columns) == 0 {
		return "none"
	}
	names := slices.Clone(columns[:min(len(columns), most)])
	for i, name := range names {
		names[i] = shortened(name)
	}
	text := strings.Join(names, ", ")
	if len(columns) > most {
		text += ", …"
	}
	return text
}
