package shape

import "github.com/paulmach/orb"

// Type is one of the seven geometry types. The values are the codes of WKB.
type Type uint8

// The geometry types, numbered as in WKB.
const (
	Point              Type = 1
	LineString         Type = 2
	Polygon            Type = 3
	MultiPoint         Type = 4
	MultiLineString    Type = 5
	MultiPolygon       Type = 6
	GeometryCollection Type = 7
)

// typeNames are the names of GeoJSON, at the index of their WKB code.
var typeNames = [...]string{
	"", "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon", "GeometryCollection",
}

// String gives the GeoJSON name.
func (t Type) String() string {
	if t.valid() {
		return typeNames[t]
	}
	return "unknown"
}

// ParseType reads a GeoJSON name, which is case-sensitive.
func ParseType(name string) (Type, bool) {
	for t := Point; t <= GeometryCollection; t++ {
		if typeNames[t] == name {
			return t, true
		}
	}
	return 0, false
}

// TypeOf gives the type of an orb geometry; 0 for nil and for what is none of
// the seven.
func TypeOf(g orb.Geometry) Type {
	if g == nil {
		return 0
	}
	t, _ := ParseType(g.GeoJSONType())
	return t
}

func (t Type) valid() bool { return t >= Point && t <= GeometryCollection }

// Members gives the type of the members of a Multi type; 0 of the others.
func (t Type) Members() Type {
	if t >= MultiPoint && t <= MultiPolygon {
		return t - 3
	}
	return 0
}
