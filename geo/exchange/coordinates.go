package exchange

import (
	"github.com/paulmach/orb"

	"xiangtu/geo/shape"
)

// parseCoordinates reads the coordinates of a geometry that are as they should be, which they almost always are. ok is
// false for anything else, which package shape then reads again to say what is wrong: it is built for that, and takes
// ten times as long.
func parseCoordinates(t shape.Type, text []byte) (g orb.Geometry, ok bool) {
	c := &coordinates{cursor: cursor{text: text}}
	g, ok = c.geometry(t)
	return g, ok && c.at == len(text)
}

// coordinates reads nested arrays, in text that is known to be JSON. What it gives lies in its own memory, and is valid
// until that is reset.
type coordinates struct {
	cursor
	points   []orb.Point
	rings    []orb.Ring
	polygons []orb.Polygon
}

// reset begins with another text. Memory for a geometry that was unusually large is given up.
func (c *coordinates) reset(text []byte) {
	const usual = 1 << 15
	c.text, c.at = text, 0
	if cap(c.points) > usual {
		c.points = nil
	}
	c.points, c.rings, c.polygons = c.points[:0], c.rings[:0], c.polygons[:0]
}

func (c *coordinates) geometry(t shape.Type) (g orb.Geometry, ok bool) {
	switch t {
	case shape.Point:
		return c.point()
	case shape.LineString:
		g, ok = c.line()
	case shape.Polygon:
		g, ok = c.polygon()
	case shape.MultiPolygon:
		g, ok = c.multiPolygon()
	}
	return g, ok
}

func (c *coordinates) multiPolygon() (orb.MultiPolygon, bool) {
	first := len(c.polygons)
	ok := c.list(func() bool {
		polygon, ok := c.polygon()
		c.polygons = append(c.polygons, polygon)
		return ok
	})
	return c.polygons[first:], ok
}

func (c *coordinates) polygon() (orb.Polygon, bool) {
	first := len(c.rings)
	ok := c.list(func() bool {
		line, ok := c.line()
		c.rings = append(c.rings, orb.Ring(line))
		return ok
	})
	return c.rings[first:], ok
}

func (c *coordinates) line() (orb.LineString, bool) {
	first := len(c.points)
	ok := c.list(func() bool {
		point, ok := c.point()
		c.points = append(c.points, point)
		return ok
	})
	return c.points[first:], ok
}

// list reads an array by reading each of its items.
func (c *coordinates) list(item func() bool) bool {
	if !c.skip('[') {
		return false
	}
	if c.skip(']') {
		return true
	}
	for item() {
		if c.skip(']') {
			return true
		}
		if !c.skip(',') {
			return false
		}
	}
	return false
}

// point reads a position, of which it drops what follows the first two numbers.
func (c *coordinates) point() (p orb.Point, ok bool) {
	if !c.skip('[') || !c.number(&p[0]) || !c.skip(',') || !c.number(&p[1]) {
		return p, false
	}
	for c.skip(',') {
		var dropped float64
		if !c.number(&dropped) {
			return p, false
		}
	}
	return p, c.skip(']')
}

func (c *coordinates) number(value *float64) bool {
	c.peek()
	number, length := shape.LeadingNumber(c.text[c.at:])
	*value = number
	c.at += length
	return length > 0
}
