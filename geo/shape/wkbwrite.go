package shape

import (
	"encoding/binary"
	"math"
	"slices"

	"github.com/paulmach/orb"
)

// AppendWKB appends the little-endian WKB of g, without an SRID, to dst. A nil
// geometry is written as an empty collection, an orb.Ring or orb.Bound as a
// Polygon.
func AppendWKB(dst []byte, g orb.Geometry) []byte {
	return appendWKB(slices.Grow(dst, sizeOfWKB(g)), g)
}

// sizeOfWKB is how many bytes the WKB of a geometry of the map has; of others at least some.
func sizeOfWKB(g orb.Geometry) int {
	const head, count = 1 + 4, 4
	size := head + count
	switch g := g.(type) {
	case orb.LineString:
		size += len(g) * PointSize
	case orb.Polygon:
		for _, ring := range g {
			size += count + len(ring)*PointSize
		}
	case orb.MultiPolygon:
		for _, polygon := range g {
			size += sizeOfWKB(polygon)
		}
	default:
		size += PointSize
	}
	return size
}

func appendWKB(dst []byte, g orb.Geometry) []byte {
	switch g := g.(type) {
	case orb.Point:
		return appendVertex(appendHeader(dst, Point), g)
	case orb.LineString:
		return appendVertices(appendHeader(dst, LineString), g)
	case orb.Ring:
		return appendWKB(dst, orb.Polygon{g})
	case orb.Bound:
		return appendWKB(dst, g.ToPolygon())
	case orb.Polygon:
		dst = appendCount(appendHeader(dst, Polygon), len(g))
		for _, ring := range g {
			dst = appendVertices(dst, ring)
		}
		return dst
	case orb.MultiPoint:
		return appendMembers(dst, MultiPoint, g)
	case orb.MultiLineString:
		return appendMembers(dst, MultiLineString, g)
	case orb.MultiPolygon:
		return appendMembers(dst, MultiPolygon, g)
	case orb.Collection:
		return appendMembers(dst, GeometryCollection, g)
	}
	return appendCount(appendHeader(dst, GeometryCollection), 0)
}

func appendMembers[G orb.Geometry](dst []byte, t Type, members []G) []byte {
	dst = appendCount(appendHeader(dst, t), len(members))
	for _, m := range members {
		dst = appendWKB(dst, m)
	}
	return dst
}

func appendHeader(dst []byte, t Type) []byte {
	const littleEndian = 1
	return binary.LittleEndian.AppendUint32(append(dst, littleEndian), uint32(t))
}

func appendCount(dst []byte, n int) []byte {
	return binary.LittleEndian.AppendUint32(dst, uint32(n))
}

func appendVertices(dst []byte, points []orb.Point) []byte {
	dst = slices.Grow(appendCount(dst, len(points)), len(points)*PointSize)
	for _, p := range points {
		dst = appendVertex(dst, p)
	}
	return dst
}

func appendVertex(dst []byte, p orb.Point) []byte {
	dst = binary.LittleEndian.AppendUint64(dst, math.Float64bits(p[0]))
	return binary.LittleEndian.AppendUint64(dst, math.Float64bits(p[1]))
}
