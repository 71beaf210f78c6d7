package input

import (
	"fmt"
	"maps"
	"math"
	"strings"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/shape"
	"xiangtu/graph/scalar"
)

// farthest is the greatest distance that a filter may ask for, in metres.
const farthest = 1_000_000

var spatialOps = map[string]geo.SpatialOp{
	"intersects": geo.Intersects, "disjoint": geo.Disjoint, "contains": geo.ContainsIt, "coveredBy": geo.CoveredBy,
	"touches": geo.Touches, "crosses": geo.Crosses, "overlaps": geo.Overlaps, "equals": geo.Equals,
}

// parseSpatial reads a SpatialFilter: exactly one test.
func parseSpatial(v any, path string) (geo.Filter, error) {
	members, err := object(v, path)
	if err != nil {
		return nil, err
	}
	system, _ := members["crs"].(crs.CRS)
	tests := maps.Clone(members)
	delete(tests, "crs")
	name, value, err := only(tests, path, "one test; combine several with and")
	if err != nil {
		return nil, err
	}
	path += "." + name
	switch name {
	case "bbox":
		return parseBox(value, system, path)
	case "within":
		members, err := object(value, path)
		if err != nil {
			return nil, err
		}
		of, err := parseOperand(members["of"], path+".of")
		if err != nil {
			return nil, err
		}
		metres, err := number(members["metres"], path+".metres")
		if err != nil {
			return nil, err
		}
		if metres < 0 || metres > farthest {
			return nil, geo.Invalid(path+".metres", "%v is not within 0 and %d metres", metres, farthest)
		}
		return geo.Within{Of: of, Metres: metres}, nil
	}
	of, err := parseOperand(value, path)
	if err != nil {
		return nil, err
	}
	return geo.Spatial{Op: spatialOps[name], Of: of}, nil
}

// only gives the one member that is set.
func only(v any, path, what string) (string, any, error) {
	members, err := object(v, path)
	if err != nil {
		return "", nil, err
	}
	var names []string
	for _, name := range sortedKeys(members) {
		if members[name] != nil {
			names = append(names, name)
		}
	}
	if len(names) != 1 {
		return "", nil, geo.Invalid(path, "give exactly %s; it has %d (%s)", what, len(names), strings.Join(names, ", "))
	}
	return names[0], members[names[0]], nil
}

func parseBox(v any, system crs.CRS, path string) (geo.Filter, error) {
	items := list(v)
	if len(items) != 4 {
		return nil, geo.Invalid(path, "a box is four numbers: west, south, east, north; it has %d", len(items))
	}
	var box geo.Box
	for i, item := range items {
		n, err := number(item, fmt.Sprintf("%s[%d]", path, i))
		if err != nil {
			return nil, err
		}
		box[i] = n
	}
	if !system.IsWGS84() {
		box = box.Map(system.ToWGS84)
	}
	if e := box.Check(); e != nil {
		return nil, e.At(path)
	}
	return geo.InBox{Box: box}, nil
}

// parseOperand reads a GeometryOperand: a geometry or a feature.
func parseOperand(v any, path string) (geo.Operand, error) {
	name, value, err := only(v, path, "one of geometry and feature")
	if err != nil {
		return geo.Operand{}, err
	}
	path += "." + name
	members, err := object(value, path)
	if err != nil {
		return geo.Operand{}, err
	}
	if name == "feature" {
		name, _ := members["layer"].(string)
		layer, ok := geo.LayerNamed(geo.LayerName(name))
		if !ok {
			return geo.Operand{}, geo.Invalid(path+".layer", "there is no layer %q", name)
		}
		code, _ := members["code"].(string)
		return geo.Operand{Feature: &geo.Ref{Layer: layer, Code: code}, Path: path}, nil
	}
	from, _ := members["crs"].(crs.CRS)
	given, _ := members["geojson"].(scalar.Geometry)
	g, err := ToWGS84(given.Given, from, path+".geojson")
	return geo.Operand{Geometry: g, Path: path + ".geojson"}, err
}

// ToWGS84 turns a geometry that a caller gave into WGS 84, and checks it.
func ToWGS84(g orb.Geometry, from crs.CRS, path string) (orb.Geometry, error) {
	if !from.IsWGS84() {
		g = shape.Reproject(g, from.ToWGS84)
	}
	if err := shape.Validate(g); err != nil {
		return nil, scalar.Explain(err, path)
	}
	return g, nil
}

// PointToWGS84 turns a point that a caller gave into WGS 84, and checks it.
func PointToWGS84(x, y float64, from *crs.CRS, path string) (orb.Point, error) {
	system := crs.WGS84
	if from != nil {
		system = *from
	}
	lon, lat := system.ToWGS84(x, y)
	if !(math.Abs(lon) <= 180 && math.Abs(lat) <= 90) {
		return orb.Point{}, geo.Invalid(path, "longitude %v, latitude %v in %s is not on the earth: is longitude first?", x, y, system)
	}
	return orb.Point{lon, lat}, nil
}
