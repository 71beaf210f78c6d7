package shape

import (
	"bytes"
	"slices"

	"github.com/paulmach/orb"

	"xiangtu/geo/jsonscan"
)

// Coordinates reads the coordinates of geometries that are as they should be, which they almost always are, out of a text,
// which is JSON as far as it reads. What it gives lies in its own memory, and is valid until that is reset. The zero
// value is ready.
type Coordinates struct {
	cursor   jsonscan.Cursor
	points   []orb.Point
	rings    []orb.Ring
	polygons []orb.Polygon
	dropped  bool
}

// Dropped tells whether a position that was read ever had more than its first two numbers, which are all that is kept.
func (c *Coordinates) Dropped() bool { return c.dropped }

// ReadCoordinates reads the coordinates of a geometry of the type. ok is false for anything that is not as it should be,
// which ParseGeoJSON then reads again to say what is wrong: it is built for that, and takes ten times as long.
func ReadCoordinates(t Type, text []byte) (g orb.Geometry, ok bool) {
	c := Coordinates{points: make([]orb.Point, 0, bytes.Count(text, []byte(","))/2+1)} // a position has one comma in it, and one before it
	g, length := c.Leading(t, text)
	return g, length > 0 && length == len(text)
}

// Reset forgets what was read. Memory for a geometry that was unusually large is given up.
func (c *Coordinates) Reset() {
	const usual = 1 << 15
	if cap(c.points) > usual {
		c.points = nil
	}
	c.points, c.rings, c.polygons = c.points[:0], c.rings[:0], c.polygons[:0]
}

// Leading is ReadCoordinates of the array at the beginning of a text. It tells how long that is; 0 where it is not as it
// should be.
func (c *Coordinates) Leading(t Type, text []byte) (g orb.Geometry, length int) {
	c.cursor = jsonscan.Cursor{Text: text}
	var ok bool
	switch t {
	case Point:
		g, ok = c.point()
	case LineString:
		g, ok = c.line()
	case Polygon:
		g, ok = c.polygon()
	case MultiPolygon:
		g, ok = c.multiPolygon()
	}
	if !ok {
		return nil, 0
	}
	return g, c.cursor.At
}

func (c *Coordinates) multiPolygon() (orb.MultiPolygon, bool) {
	first := len(c.polygons)
	ok := c.cursor.List(func() bool {
		polygon, ok := c.polygon()
		c.polygons = append(c.polygons, polygon)
		return ok
	})
	return slices.Clip(c.polygons[first:]), ok
}

func (c *Coordinates) polygon() (orb.Polygon, bool) {
	first := len(c.rings)
	ok := c.cursor.List(func() bool {
		line, ok := c.line()
		c.rings = append(c.rings, orb.Ring(line))
		return ok
	})
	return slices.Clip(c.rings[first:]), ok
}

func (c *Coordinates) line() (orb.LineString, bool) {
	first := len(c.points)
	ok := c.cursor.List(func() bool {
		point, ok := c.point()
		c.points = append(c.points, point)
		return ok
	})
	return slices.Clip(c.points[first:]), ok
}

// point reads a position, of which it drops what follows the first two numbers.
func (c *Coordinates) point() (p orb.Point, ok bool) {
	if !c.cursor.Skip('[') || !c.number(&p[0]) || !c.cursor.Skip(',') || !c.number(&p[1]) {
		return p, false
	}
	for c.cursor.Skip(',') {
		var dropped float64
		if !c.number(&dropped) {
			return p, false
		}
		c.dropped = true
	}
	return p, c.cursor.Skip(']')
}

func (c *Coordinates) number(value *float64) bool {
	c.cursor.Peek()
	number, length, ofJSON := leadingNumber(c.cursor.Text[c.cursor.At:])
	*value = number
	c.cursor.At += length
	return ofJSON
}
