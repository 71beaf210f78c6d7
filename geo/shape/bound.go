package shape

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// Bound gives the box around a WKB geometry, in the coordinates that the WKB
// has. The box of an empty geometry is empty (orb.Bound.IsEmpty).
func Bound(wkb []byte) (orb.Bound, error) {
	r := NewReader(wkb)
	box := orb.Bound{
		Min: orb.Point{math.Inf(1), math.Inf(1)},
		Max: orb.Point{math.Inf(-1), math.Inf(-1)},
	}
	err := r.EachRun(func(points Points) {
		for i := range points.Len() {
			x, y := points.X(i), points.Y(i)
			box.Min = orb.Point{min(box.Min[0], x), min(box.Min[1], y)}
			box.Max = orb.Point{max(box.Max[0], x), max(box.Max[1], y)}
		}
	})
	if err != nil {
		return orb.Bound{Min: orb.Point{1, 1}}, err
	}
	return box, nil
}

// EachRun reads a whole geometry and visits each run of its vertices: a point,
// a line or a ring. The run is only valid until visit returns.
func (r *Reader) EachRun(visit func(Points)) error {
	if err := r.eachRun(visit, 0); err != nil {
		return err
	}
	return r.End()
}

func (r *Reader) eachRun(visit func(Points), depth int) error {
	if depth > MaxDepth {
		return fmt.Errorf("wkb: collections nest deeper than %d", MaxDepth)
	}
	t, err := r.Header()
	if err != nil {
		return err
	}
	return r.eachRunOf(t, visit, depth)
}

func (r *Reader) eachRunOf(t Type, visit func(Points), depth int) error {
	if t == Point || t == LineString {
		points, err := r.runOf(t)
		if err == nil {
			visit(points)
		}
		return err
	}
	n, err := r.Count()
	if err != nil {
		return err
	}
	for range n {
		switch t {
		case Polygon:
			err = r.eachRunOf(LineString, visit, depth)
		case GeometryCollection:
			err = r.eachRun(visit, depth+1)
		default:
			if err = r.Member(t.Members()); err == nil {
				err = r.eachRunOf(t.Members(), visit, depth)
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *Reader) runOf(t Type) (Points, error) {
	if t == Point {
		return r.Point()
	}
	return r.Points()
}
