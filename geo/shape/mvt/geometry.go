package mvt

import (
	"fmt"

	"xiangtu/geo/shape"
)

// geometry is what of a feature is drawn in the tile, by kind: a feature of a
// tile has one kind, so a mixed collection becomes up to three.
type geometry struct {
	tile     *Tile
	points   []vertex
	lines    commands
	polygons commands
}

func (g *geometry) reset() {
	g.points = g.points[:0]
	g.lines.reset()
	g.polygons.reset()
}

func (g *geometry) empty() bool {
	return len(g.points) == 0 && len(g.lines.bytes) == 0 && len(g.polygons.bytes) == 0
}

func (g *geometry) read(wkb []byte) error {
	r := shape.NewReader(wkb)
	if err := g.any(&r, 0); err != nil {
		return err
	}
	return r.End()
}

func (g *geometry) any(r *shape.Reader, depth int) error {
	if depth > shape.MaxDepth {
		return fmt.Errorf("wkb: collections nest deeper than %d", shape.MaxDepth)
	}
	t, err := r.Header()
	if err != nil {
		return err
	}
	switch t {
	case shape.Point, shape.LineString, shape.Polygon:
		return g.single(r, t)
	}
	n, err := r.Count()
	if err != nil {
		return err
	}
	for range n {
		if t == shape.GeometryCollection {
			err = g.any(r, depth+1)
		} else if err = r.Member(t.Members()); err == nil {
			err = g.single(r, t.Members())
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *geometry) single(r *shape.Reader, t shape.Type) error {
	switch t {
	case shape.Point:
		return g.point(r)
	case shape.LineString:
		return g.line(r)
	}
	return g.polygon(r)
}

func (g *geometry) point(r *shape.Reader) error {
	points, err := r.Point()
	if err != nil {
		return err
	}
	around, err := g.project(points)
	if err == nil && g.tile.clip.holds(around) {
		g.points = append(g.points, g.tile.ring...)
	}
	return err
}

func (g *geometry) line(r *shape.Reader) error {
	points, err := r.Points()
	if err != nil {
		return err
	}
	around, err := g.project(points)
	if err != nil || g.invisible(around) {
		return err
	}
	if g.tile.clip.holds(around) {
		g.lines.line(g.tile.ring)
		return nil
	}
	g.clippedLine(g.tile.ring)
	return nil
}

// clippedLine writes the parts of a line that are inside the tile's box.
func (g *geometry) clippedLine(line []vertex) {
	part := g.tile.scratch[:0]
	for i := 1; i < len(line); i++ {
		from, to, ok := g.tile.clip.clipSegment(line[i-1], line[i])
		if !ok || from == to {
			continue
		}
		if len(part) > 0 && part[len(part)-1] != from {
			g.lines.line(part)
			part = part[:0]
		}
		part = append(appendNew(part, from), to)
	}
	if len(part) > 0 {
		g.lines.line(part)
	}
	g.tile.scratch = part
}

func (g *geometry) polygon(r *shape.Reader) error {
	n, err := r.Count()
	if err != nil {
		return err
	}
	drawn := true
	for i := range n {
		points, err := r.Points()
		if err != nil {
			return err
		}
		if !drawn {
			continue // a hole of what is not there
		}
		kept, err := g.ring(points, i == 0)
		if err != nil {
			return err
		}
		drawn = kept || i > 0
	}
	return nil
}

// ring writes one ring, and tells whether anything of it is left to draw.
func (g *geometry) ring(points shape.Points, exterior bool) (bool, error) {
	t := g.tile
	around, err := g.project(points)
	if err != nil || g.invisible(around) {
		return false, err
	}
	t.ring = open(t.ring)
	if !t.clip.holds(around) {
		t.clipRing()
	}
	if len(t.ring) < 3 {
		return false, nil
	}
	turn := area(t.ring)
	if turn == 0 {
		return false, nil
	}
	g.polygons.ring(t.ring, turn > 0 != exterior)
	return true, nil
}

// project puts a run on the grid, in the tile's ring buffer.
func (g *geometry) project(points shape.Points) (around box, err error) {
	g.tile.ring, around, err = g.tile.projection.run(g.tile.ring[:0], points)
	return around, err
}

// invisible tells whether a line or ring is outside the tile or smaller than
// half a pixel of the screen.
func (g *geometry) invisible(around box) bool {
	halfPixel := int64(g.tile.extent / (2 * screenPixels))
	return !g.tile.clip.meets(around) || around.smaller(max(1, halfPixel))
}
