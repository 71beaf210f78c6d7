package mvt

import "math"

// box is a rectangle on the grid, its edges included.
type box struct{ min, max vertex }

func emptyBox() box {
	return box{vertex{math.MaxInt64, math.MaxInt64}, vertex{math.MinInt64, math.MinInt64}}
}

func (b *box) add(v vertex) {
	b.min.x, b.max.x = min(b.min.x, v.x), max(b.max.x, v.x)
	b.min.y, b.max.y = min(b.min.y, v.y), max(b.max.y, v.y)
}

func (b *box) holds(o box) bool {
	return o.min.x >= b.min.x && o.max.x <= b.max.x && o.min.y >= b.min.y && o.max.y <= b.max.y
}

func (b *box) meets(o box) bool {
	return o.min.x <= b.max.x && o.max.x >= b.min.x && o.min.y <= b.max.y && o.max.y >= b.min.y
}

// smaller tells whether both sides are shorter than size.
func (b *box) smaller(size int64) bool {
	return b.max.x-b.min.x < size && b.max.y-b.min.y < size
}

// side is one of the four half-planes whose intersection is a box.
type side struct {
	vertical bool  // the limit is of x
	upper    bool  // the limit is the greatest allowed
	limit    int64 // still inside
}

func (b *box) sides() [4]side {
	return [4]side{{true, false, b.min.x}, {true, true, b.max.x}, {false, false, b.min.y}, {false, true, b.max.y}}
}

// depth is how far inside the side v lies, negative outside.
func (s side) depth(v vertex) int64 {
	at := v.y
	if s.vertical {
		at = v.x
	}
	if s.upper {
		return s.limit - at
	}
	return at - s.limit
}

// cross is where the segment between a vertex inside and one outside meets the
// side. It is always taken from the inside, so that an edge that two polygons
// share is cut at one place.
func (s side) cross(inside, outside vertex) vertex {
	in, out := s.depth(inside), s.depth(outside)
	t := float64(in) / (float64(in) - float64(out))
	if s.vertical {
		return vertex{s.limit, between(inside.y, outside.y, t)}
	}
	return vertex{between(inside.x, outside.x, t), s.limit}
}

func between(a, b int64, t float64) int64 { return a + int64(math.Round(float64(b-a)*t)) }

// clipRing cuts the ring in t.ring to the tile's box, by Sutherland and
// Hodgman's algorithm: side after side, from one buffer into the other. Where
// the ring falls apart it stays one, joined along the box, outside of what is
// seen.
func (t *Tile) clipRing() {
	for _, s := range t.clip.sides() {
		if len(t.ring) == 0 {
			return
		}
		dst := t.scratch[:0]
		last := t.ring[len(t.ring)-1]
		lastInside := s.depth(last) >= 0
		for _, v := range t.ring {
			inside := s.depth(v) >= 0
			if inside && !lastInside {
				dst = appendNew(dst, s.cross(v, last))
			} else if !inside && lastInside {
				dst = appendNew(dst, s.cross(last, v))
			}
			if inside {
				dst = appendNew(dst, v)
			}
			last, lastInside = v, inside
		}
		t.ring, t.scratch = open(dst), t.ring
	}
}

// appendNew appends v unless it repeats the last vertex.
func appendNew(dst []vertex, v vertex) []vertex {
	if len(dst) > 0 && dst[len(dst)-1] == v {
		return dst
	}
	return append(dst, v)
}

// open leaves out the end of a ring that repeats its start.
func open(ring []vertex) []vertex {
	for len(ring) > 1 && ring[len(ring)-1] == ring[0] {
		ring = ring[:len(ring)-1]
	}
	return ring
}

// clipSegment cuts a segment to the box; false if nothing of it is inside.
func (b *box) clipSegment(from, to vertex) (vertex, vertex, bool) {
	for _, s := range b.sides() {
		fromInside, toInside := s.depth(from) >= 0, s.depth(to) >= 0
		switch {
		case !fromInside && !toInside:
			return from, to, false
		case !fromInside:
			from = s.cross(to, from)
		case !toInside:
			to = s.cross(from, to)
		}
	}
	return from, to, true
}
