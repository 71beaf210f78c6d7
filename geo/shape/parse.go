package shape

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/paulmach/orb"
)

// ParseGeoJSON reads a GeoJSON geometry (RFC 7946) of any of the seven types, or
// a Feature that has one. What follows longitude and latitude in a position,
// an altitude above all, is dropped: the map is two-dimensional. Unknown
// members are ignored, as the RFC asks.
//
// It checks how the text is built, not whether the geometry is sound: that is
// Validate. Every error is an *Error.
func ParseGeoJSON(data []byte) (orb.Geometry, error) {
	v, wrong := decoded(data)
	if wrong != nil {
		return nil, wrong
	}
	return FromJSON(v)
}

// decoded decodes the one JSON value of a text.
func decoded(data []byte) (any, *Error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	var v any
	if err := decoder.Decode(&v); err != nil {
		return nil, notJSON(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, fault(CodeInvalidGeoJSON, "something follows the geometry at byte %d", decoder.InputOffset())
	}
	return v, nil
}

func notJSON(err error) *Error {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return fault(CodeInvalidGeoJSON, "not JSON: %v at byte %d", err, syntax.Offset)
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return fault(CodeInvalidGeoJSON, "not JSON: the text ends too early")
	}
	return fault(CodeInvalidGeoJSON, "not JSON: %v", err)
}

// FromJSON is ParseGeoJSON for a value that is decoded already: maps, slices
// and numbers (float64, json.Number, int, int64), as encoding/json and GraphQL
// give them. Coordinates may still be text, a json.RawMessage.
func FromJSON(v any) (orb.Geometry, error) {
	g, err := parseObject(v)
	if err != nil {
		return nil, err
	}
	return g, nil
}

func parseObject(v any) (orb.Geometry, *Error) {
	object, ok := v.(map[string]any)
	if !ok || object["type"] != "Feature" {
		return parseGeometry(v, 0)
	}
	inner, ok := object["geometry"]
	if !ok {
		return nil, fault(CodeInvalidGeoJSON, `the Feature has no member "geometry"`)
	}
	if inner == nil {
		return nil, fault(CodeEmptyGeometry, "null; the Feature needs a geometry").inside("geometry")
	}
	g, err := parseGeometry(inner, 0)
	if err != nil {
		return nil, err.inside("geometry")
	}
	return g, nil
}

func parseGeometry(v any, depth int) (orb.Geometry, *Error) {
	object, ok := v.(map[string]any)
	if !ok {
		return nil, fault(CodeInvalidGeoJSON, "%s; a geometry is an object with type and coordinates", kindOf(v))
	}
	t, err := parseType(object)
	if err != nil {
		return nil, err
	}
	member := "coordinates"
	if t == GeometryCollection {
		member = "geometries"
	}
	inner, ok := object[member]
	if !ok {
		return nil, fault(CodeInvalidGeoJSON, "the %v has no member %q", t, member)
	}
	if text, ok := inner.(json.RawMessage); ok {
		if g, ok := ReadCoordinates(t, text); ok {
			return g, nil
		}
		if inner, err = decoded(text); err != nil {
			return nil, err
		}
	}
	var g orb.Geometry
	if t == GeometryCollection {
		g, err = parseCollection(inner, depth+1)
	} else {
		g, err = parseCoordinates(t, inner)
	}
	if err != nil {
		return nil, err.inside(member)
	}
	return g, nil
}

func parseType(object map[string]any) (Type, *Error) {
	v, ok := object["type"]
	if !ok {
		return 0, fault(CodeInvalidGeoJSON, `the geometry has no member "type"`)
	}
	name, ok := v.(string)
	if !ok {
		return 0, fault(CodeInvalidGeoJSON, "%s; a type is a string", kindOf(v)).inside("type")
	}
	if t, ok := ParseType(name); ok {
		return t, nil
	}
	if name == "Feature" || name == "FeatureCollection" {
		return 0, fault(CodeWrongType, "a %s cannot stand here; give one geometry", name).inside("type")
	}
	return 0, fault(CodeInvalidGeoJSON, "%.40q is no geometry type; there are %s", name, strings.Join(typeNames[1:], ", ")).inside("type")
}

// parseCoordinates reads the coordinates of any type but GeometryCollection.
func parseCoordinates(t Type, v any) (orb.Geometry, *Error) {
	switch t {
	case Point:
		if array, ok := v.([]any); ok && len(array) == 0 {
			return nil, fault(CodeEmptyGeometry, "an empty Point has no place; give longitude and latitude")
		}
		return as[orb.Point](parsePosition(v))
	case LineString:
		return as[orb.LineString](parseLine(v))
	case Polygon:
		return as[orb.Polygon](parsePolygon(v))
	case MultiPoint:
		return as[orb.MultiPoint](parseList(v, parsePosition))
	case MultiLineString:
		return as[orb.MultiLineString](parseList(v, parseLine))
	default:
		return as[orb.MultiPolygon](parseList(v, parsePolygon))
	}
}

// as makes a result an interface without turning a nil slice into a geometry.
func as[G orb.Geometry](g G, err *Error) (orb.Geometry, *Error) {
	if err != nil {
		return nil, err
	}
	return g, nil
}

func parseCollection(v any, depth int) (orb.Geometry, *Error) {
	if depth > MaxDepth {
		return nil, fault(CodeInvalidGeoJSON, "collections nest deeper than %d", MaxDepth)
	}
	return as[orb.Collection](parseList(v, func(v any) (orb.Geometry, *Error) { return parseGeometry(v, depth) }))
}

func parsePolygon(v any) (orb.Polygon, *Error) {
	return parseList(v, func(v any) (orb.Ring, *Error) { return parseList(v, parsePosition) })
}

func parseLine(v any) (orb.LineString, *Error) { return parseList(v, parsePosition) }

func parseList[T any](v any, parse func(any) (T, *Error)) ([]T, *Error) {
	array, ok := v.([]any)
	if !ok {
		return nil, fault(CodeInvalidGeoJSON, "%s where an array should be", kindOf(v))
	}
	list := make([]T, len(array))
	for i, item := range array {
		var err *Error
		if list[i], err = parse(item); err != nil {
			return nil, err.at(i)
		}
	}
	return list, nil
}

func parsePosition(v any) (orb.Point, *Error) {
	array, ok := v.([]any)
	if !ok {
		return orb.Point{}, fault(CodeInvalidGeoJSON, "%s where a position [longitude, latitude] should be", kindOf(v))
	}
	if len(array) < 2 {
		return orb.Point{}, fault(CodeInvalidGeoJSON, "a position of %d numbers; it needs [longitude, latitude]", len(array))
	}
	var p orb.Point
	for i, item := range array {
		number, err := parseNumber(item)
		if err != nil {
			return p, err.at(i)
		}
		if i < len(p) {
			p[i] = number
		}
	}
	return p, nil
}

func parseNumber(v any) (float64, *Error) {
	switch v := v.(type) {
	case json.Number:
		number, err := v.Float64()
		if err != nil {
			return 0, fault(CodeNotFinite, "%.40s is too large for a coordinate", v)
		}
		return number, nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, fault(CodeNotFinite, "%v; a coordinate is a finite number", v)
		}
		return v, nil
	case int:
		return float64(v), nil
	case int64:
		return float64(v), nil
	}
	return 0, fault(CodeInvalidGeoJSON, "%s where a number should be", kindOf(v))
}

// kindOf names a JSON value for a message.
func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return fmt.Sprint(v)
	case string:
		return fmt.Sprintf("the string %.40q", v)
	case json.Number, float64, int, int64:
		return fmt.Sprintf("the number %.40s", fmt.Sprint(v))
	case []any:
		return "an array"
	case map[string]any:
		return "an object"
	}
	return fmt.Sprintf("a value of type %T", v)
}
