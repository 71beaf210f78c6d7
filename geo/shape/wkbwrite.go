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
	switch g := g.(type) {
	case orb.Point:
		return appendVertex(appendHeader(dst, Point), g)
	case orb.LineString:
		return appendVertices(appendHeader(dst, LineString), g)
	case orb.Ring:
		return AppendWKB(dst, orb.Polygon{g})
	case orb.Bound:
		return AppendWKB(dst, g.ToPolygon())
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
		dst = AppendWKB(dst, m)
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
