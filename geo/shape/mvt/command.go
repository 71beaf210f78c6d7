package mvt

import "encoding/binary"

// commands is the geometry of a feature: the commands of the specification's
// section 4.3, which move a cursor over the grid.
type commands struct {
	bytes  []byte
	cursor vertex
}

const (
	moveTo    = 1
	lineTo    = 2
	closePath = 7
	countBits = 3
)

func (c *commands) reset() { c.bytes, c.cursor = c.bytes[:0], vertex{} }

func (c *commands) command(id, count int) {
	c.bytes = binary.AppendUvarint(c.bytes, uint64(count<<countBits|id))
}

func (c *commands) to(v vertex) {
	c.bytes = appendDelta(appendDelta(c.bytes, v.x-c.cursor.x), v.y-c.cursor.y)
	c.cursor = v
}

// appendDelta appends a parameter: zigzag, then varint. Most fit in a byte.
func appendDelta(dst []byte, d int64) []byte {
	u := uint64(d<<1 ^ d>>63)
	if u < 0x80 {
		return append(dst, byte(u))
	}
	return binary.AppendUvarint(dst, u)
}

// points writes a Point or MultiPoint.
func (c *commands) points(vertices []vertex) {
	c.command(moveTo, len(vertices))
	for _, v := range vertices {
		c.to(v)
	}
}

// line writes one line of at least two vertices, no two in a row the same.
func (c *commands) line(vertices []vertex) {
	c.command(moveTo, 1)
	c.to(vertices[0])
	c.command(lineTo, len(vertices)-1)
	for _, v := range vertices[1:] {
		c.to(v)
	}
}

// ring writes one ring of at least three vertices, without the repeated one,
// from the first to the last or backwards.
func (c *commands) ring(vertices []vertex, backwards bool) {
	if !backwards {
		c.line(vertices)
	} else {
		c.command(moveTo, 1)
		c.to(vertices[0])
		c.command(lineTo, len(vertices)-1)
		for i := len(vertices) - 1; i > 0; i-- {
			c.to(vertices[i])
		}
	}
	c.command(closePath, 1)
}

// area is twice the signed area of a ring on the grid, by the surveyor's
// formula. With y to the south it is positive for a ring that runs clockwise
// on the screen, as exteriors do.
func area(ring []vertex) int64 {
	var sum int64
	last := ring[len(ring)-1]
	for _, v := range ring {
		sum += last.x*v.y - v.x*last.y
		last = v
	}
	return sum
}
