package geo

import "github.com/paulmach/orb"

// Box is west, south, east and north in degrees. One whose west is greater than its east crosses the antimeridian
// (RFC 7946, 5.2).
type Box [4]float64

// Check says what is wrong with the box, as an Error without a path, or nil.
func (b Box) Check() *Error {
	for i, v := range b {
		limit, axis := 180.0, "longitude"
		if i%2 == 1 {
			limit, axis = 90, "latitude"
		}
		if !(v >= -limit && v <= limit) {
			return Invalid("", "%v is no %s: a box is west, south, east, north in degrees", v, axis)
		}
	}
	if b[1] > b[3] {
		return Invalid("", "south %v is greater than north %v: a box is west, south, east, north in degrees", b[1], b[3])
	}
	return nil
}

// Map gives the box of the corners as f moves them, as from one reference system to another.
func (b Box) Map(f func(x, y float64) (float64, float64)) Box {
	x, y := f(b[0], b[1])
	moved := Box{x, y, x, y}
	for _, corner := range [][2]float64{{b[2], b[1]}, {b[0], b[3]}, {b[2], b[3]}} {
		x, y := f(corner[0], corner[1])
		moved = Box{min(moved[0], x), min(moved[1], y), max(moved[2], x), max(moved[3], y)}
	}
	return moved
}

// Parts gives the box as one that does not cross the antimeridian, or as two.
func (b Box) Parts() []orb.Bound {
	if b[0] <= b[2] {
		return []orb.Bound{{Min: orb.Point{b[0], b[1]}, Max: orb.Point{b[2], b[3]}}}
	}
	return []orb.Bound{
		{Min: orb.Point{b[0], b[1]}, Max: orb.Point{180, b[3]}},
		{Min: orb.Point{-180, b[1]}, Max: orb.Point{b[2], b[3]}},
	}
}
