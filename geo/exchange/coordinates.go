package exchange

import (
	"github.com/paulmach/orb"

	"xiangtu/geo/shape"
)

// parseCoordinates reads the coordinates of a geometry that are as they should be, which they almost always are. ok is
// false for anything else, which package shape then reads again to say what is wrong: it is built for that, and takes
// ten times as long.
func parseCoordinates(t shape.Type, text []byte) (g orb.Geometry, ok bool) {
	c := &coordinates{text: text}
	switch t {
	case shape.Point:
		g = c.position()
	case shape.LineString:
		g = orb.LineString(c.line())
	case shape.Polygon:
		g = c.polygon()
	case shape.MultiPolygon:
		var polygons orb.MultiPolygon
		c.list(func() { polygons = append(polygons, c.polygon()) })
		g = polygons
	default:
		return nil, false
	}
	return g, !c.failed && c.at == len(text)
}

// coordinates is a cursor over the text of nested arrays, which is known to be JSON. Nothing moves it after a failure.
type coordinates struct {
	text   []byte
	at     int
	failed bool
}

func (c *coordinates) polygon() orb.Polygon {
	var rings orb.Polygon
	c.list(func() { rings = append(rings, orb.Ring(c.line())) })
	return rings
}

func (c *coordinates) line() []orb.Point {
	var points []orb.Point
	c.list(func() { points = append(points, c.position()) })
	return points
}

func (c *coordinates) position() orb.Point {
	var p orb.Point
	count := 0
	c.list(func() {
		if number := c.number(); count < len(p) {
			p[count] = number
		}
		count++
	})
	if count < len(p) {
		c.failed = true
	}
	return p
}

// list reads an array by reading each of its items.
func (c *coordinates) list(item func()) {
	if !c.skip('[') {
		c.failed = true
		return
	}
	if c.skip(']') {
		return
	}
	for {
		item()
		if c.failed || c.skip(']') {
			return
		}
		if !c.skip(',') {
			c.failed = true
			return
		}
	}
}

// skip passes a character over, and the white space before it, if it is next.
func (c *coordinates) skip(char byte) bool {
	for c.at < len(c.text) {
		switch c.text[c.at] {
		case char:
			c.at++
			return true
		case ' ', '\n', '\t', '\r':
			c.at++
		default:
			return false
		}
	}
	return false
}

func (c *coordinates) number() float64 {
	for c.at < len(c.text) && (c.text[c.at] == ' ' || c.text[c.at] == '\n' || c.text[c.at] == '\t' || c.text[c.at] == '\r') {
		c.at++
	}
	start := c.at
	for c.at < len(c.text) && shape.IsNumeric(c.text[c.at]) {
		c.at++
	}
	number, ok := shape.ParseNumber(c.text[start:c.at])
	if !ok {
		c.failed = true
	}
	return number
}
