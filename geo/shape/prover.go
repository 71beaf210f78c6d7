package shape

import (
	"cmp"
	"math"
	"slices"
)

// Prover proves polygons valid (OGC 06-103r4, 6.1.11.1), at a tenth of what it takes to find out whether they are: what is far
// apart need not be looked at, and what is so close that rounding could deceive is left to PostGIS. It keeps memory from one
// geometry to the next, and is not safe for concurrent use.
type Prover struct {
	edges  []edge
	byLeft []leftEnd
}

// edge goes from a to b. Its box is that of the two.
type edge struct{ ax, ay, bx, by, left, right, bottom, top float64 }

// leftEnd is where an edge begins as one goes from west to east.
type leftEnd struct {
	x    float64
	edge int
}

// perEdge is how many others an edge may be compared with, on average, before a proof is given up: of boundaries it is some
// ten, and of the teeth of a comb as many as there are.
const perEdge = 64

// Proves tells that a Polygon or MultiPolygon of WKB, in degrees, is valid for certain and lies within ±180 and ±90. It is false
// where one is not, and also where that is not seen at a glance: where a polygon has holes, where the boxes of two touch, where a
// position is repeated, and where an edge passes another so closely that the sign of a determinant is not certain.
func (p *Prover) Proves(wkb []byte) bool {
	r := NewReader(wkb)
	t, err := r.Header()
	if err != nil {
		return false
	}
	switch t {
	case Polygon:
		_, ok := p.polygon(&r)
		return ok && r.End() == nil
	case MultiPolygon:
		return p.polygons(&r) && r.End() == nil
	}
	return false
}

func (p *Prover) polygons(r *Reader) bool {
	const most = 16
	n, err := r.Count()
	if err != nil || n == 0 || n > most {
		return false
	}
	var boxes [most]edge
	for i := range n {
		if r.Member(Polygon) != nil {
			return false
		}
		box, ok := p.polygon(r)
		if !ok || slices.ContainsFunc(boxes[:i], box.near) {
			return false
		}
		boxes[i] = box
	}
	return true
}

// polygon proves the next polygon, and gives its box.
func (p *Prover) polygon(r *Reader) (box edge, ok bool) {
	if n, err := r.Count(); err != nil || n != 1 {
		return box, false
	}
	ring, err := r.Points()
	if err != nil {
		return box, false
	}
	if box, ok = p.take(ring); !ok {
		return box, false
	}
	around := p.goesAround(box.left/2+box.right/2, box.bottom/2+box.top/2)
	return box, around || p.turnsWell() && p.isSimple()
}

// goesAround tells that the ring goes once around a position, and always in the same direction as seen from there: then it does
// not meet itself.
func (p *Prover) goesAround(x, y float64) bool {
	direction := side(p.edges[0], x, y)
	times := 0
	for _, e := range p.edges {
		if direction == 0 || side(e, x, y) != direction {
			return false
		}
		if e.ay < y && e.by >= y {
			times++
		}
	}
	return times == 1
}

// take reads the edges of a ring, and gives the box of them. It is false for a ring that is not closed, has too few edges, one
// without a length, or a position off the earth.
func (p *Prover) take(ring Points) (box edge, ok bool) {
	const least, longitudes, latitudes = 3, 180, 90
	n := ring.Len() - 1
	if n < least {
		return box, false
	}
	p.edges = p.edges[:0]
	box = edge{left: math.Inf(1), right: math.Inf(-1), bottom: math.Inf(1), top: math.Inf(-1)}
	ax, ay := ring.X(0), ring.Y(0)
	for i := 1; i <= n; i++ {
		bx, by := ring.X(i), ring.Y(i)
		e := edge{ax: ax, ay: ay, bx: bx, by: by, left: min(ax, bx), right: max(ax, bx), bottom: min(ay, by), top: max(ay, by)}
		if ax == bx && ay == by {
			return box, false
		}
		p.edges = append(p.edges, e)
		box.left, box.right = min(box.left, e.left), max(box.right, e.right)
		box.bottom, box.top = min(box.bottom, e.bottom), max(box.top, e.top)
		ax, ay = bx, by
	}
	closed := ax == ring.X(0) && ay == ring.Y(0)
	// NaN is within nothing, and min and max hand it on.
	within := box.left >= -longitudes && box.right <= longitudes && box.bottom >= -latitudes && box.top <= latitudes
	return box, closed && within
}

// turnsWell tells that no edge goes back upon the one before it.
func (p *Prover) turnsWell() bool {
	before := p.edges[len(p.edges)-1]
	for _, e := range p.edges {
		onward := goesOn(before.ax, e.ax, e.bx) || goesOn(before.ay, e.ay, e.by)
		if !onward && side(before, e.bx, e.by) == 0 {
			return false
		}
		before = e
	}
	return true
}

// goesOn tells whether b lies between a and c.
func goesOn(a, b, c float64) bool { return a < b && b < c || a > b && b > c }

// isSimple tells that edges which do not follow each other have no point in common.
func (p *Prover) isSimple() bool {
	p.byLeft = p.byLeft[:0]
	for i, e := range p.edges {
		p.byLeft = append(p.byLeft, leftEnd{e.left, i})
	}
	slices.SortFunc(p.byLeft, func(a, b leftEnd) int { return cmp.Compare(a.x, b.x) })
	left := perEdge * len(p.edges)
	for i, first := range p.byLeft {
		a := p.edges[first.edge]
		for _, second := range p.byLeft[i+1:] {
			if second.x > a.right {
				break
			}
			if left--; left < 0 {
				return false
			}
			b := p.edges[second.edge]
			if a.near(b) && !p.follow(first.edge, second.edge) && !apart(a, b) && !apart(b, a) {
				return false
			}
		}
	}
	return true
}

// follow tells whether two edges of the ring meet at a vertex.
func (p *Prover) follow(i, j int) bool {
	between := max(i, j) - min(i, j)
	return between == 1 || between == len(p.edges)-1
}

// near tells whether two boxes have a point in common.
func (e edge) near(other edge) bool {
	return e.left <= other.right && other.left <= e.right && e.bottom <= other.top && other.bottom <= e.top
}

// apart tells that an edge lies on one side of the line of another.
func apart(line, e edge) bool {
	a := side(line, e.ax, e.ay)
	return a != 0 && a == side(line, e.bx, e.by)
}

// side tells on which side of a line a position lies: 1 on its left, -1 on its right, 0 where the sign is not certain. The error
// of the determinant is that of Shewchuk, Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates
// (1997), ccwerrboundA in section 4.3; what is lost where products become too small is added.
func side(line edge, x, y float64) int {
	const epsilon, lost = 0x1p-53, 0x1p-1000
	const bound = (3 + 16*epsilon) * epsilon
	// The conversions keep products from being computed as parts of the difference, which is not what the bound is for.
	one := float64((line.ax - x) * (line.by - y))
	other := float64((line.ay - y) * (line.bx - x))
	switch d, uncertain := one-other, bound*(math.Abs(one)+math.Abs(other))+lost; {
	case d > uncertain:
		return 1
	case d < -uncertain:
		return -1
	}
	return 0
}
