package shape

import "github.com/paulmach/orb"

// Flatten takes a collection apart: all its points, however nested, as one MultiPoint, its lines as one
// MultiLineString and its polygons as one MultiPolygon; what it has none of is left out.
func Flatten(c orb.Collection) []orb.Geometry {
	var points orb.MultiPoint
	var lines orb.MultiLineString
	var polygons orb.MultiPolygon
	var visit func(g orb.Geometry)
	visit = func(g orb.Geometry) {
		switch g := g.(type) {
		case orb.Point:
			points = append(points, g)
		case orb.MultiPoint:
			points = append(points, g...)
		case orb.LineString:
			lines = append(lines, g)
		case orb.MultiLineString:
			lines = append(lines, g...)
		case orb.Polygon:
			polygons = append(polygons, g)
		case orb.MultiPolygon:
			polygons = append(polygons, g...)
		case orb.Collection:
			for _, part := range g {
				visit(part)
			}
		}
	}
	visit(c)
	var parts []orb.Geometry
	if len(points) > 0 {
		parts = append(parts, points)
	}
	if len(lines) > 0 {
		parts = append(parts, lines)
	}
	if len(polygons) > 0 {
		parts = append(parts, polygons)
	}
	return parts
}
