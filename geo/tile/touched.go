package tile

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb/maptile"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/shape/mvt"
)

const (
	// MostTouched is how many tiles a change is told by; of a larger one it is said that it may touch any.
	MostTouched = 2000
	// mostWork bounds the looks at edges that it takes to find them.
	mostWork = 20_000_000
)

// IsTouched tells whether a change may alter a byte of a tile: whether the earlier or the later state of a feature
// reaches into it or its margin, and is large enough to be drawn there.
func IsTouched(c *geo.LayerChange, at Place) bool {
	if int(at.Z) < c.Layer.MinZoom {
		return false
	}
	if c.Whole {
		return true
	}
	bound := mvt.NewTile(at.Z, at.X, at.Y, mvt.Options{CRS: at.CRS, Quad: at.Quad}).Bound()
	bound = bound.Pad(180 / math.Ldexp(mvt.DefaultExtent, int(at.Z))) // half a unit, for the rounding
	for _, feature := range c.Features() {
		for _, state := range feature.States() {
			extent := state.Common().Extent
			if extent[0] > bound.Max[0] || extent[2] < bound.Min[0] || extent[1] > bound.Max[1] || extent[3] < bound.Min[1] {
				continue
			}
			o := newOutline(c.Layer, state, at.Quad, at.CRS)
			if o.isVisible(at.Z, at.X, at.Y) && o.touches(o.box(at.Z, at.X, at.Y)) {
				return true
			}
		}
	}
	return false
}

// Touched lists the tiles of the quad of web maps for which IsTouched holds, at the zooms that the layer's tiles are made
// for, level after level, each once; ok is false if they are more than MostTouched. It answers all who ask by finding
// them once. The list is shared and must not be changed.
func Touched(c *geo.LayerChange, system crs.CRS) (tiles []maptile.Tile, ok bool) {
	type touched struct {
		tiles []maptile.Tile
		ok    bool
	}
	type key struct{ system crs.CRS }
	found, _ := geo.Once(&c.Memo, key{system}, func() (touched, error) {
		tiles, ok := findTouched(c, system)
		return touched{tiles, ok}, nil
	})
	return found.tiles, found.ok
}

func findTouched(c *geo.LayerChange, system crs.CRS) (tiles []maptile.Tile, ok bool) {
	if c.Whole {
		return nil, false
	}
	search := search{found: make(map[maptile.Tile]bool), work: mostWork}
	for _, feature := range c.Features() {
		for _, state := range feature.States() {
			search.outline = newOutline(c.Layer, state, mvt.WebMercatorQuad, system)
			if !search.below(maptile.Tile{}, search.edges, false) {
				return nil, false
			}
		}
	}
	tiles = make([]maptile.Tile, 0, len(search.found))
	for at := range search.found {
		tiles = append(tiles, at)
	}
	slices.SortFunc(tiles, func(a, b maptile.Tile) int {
		return cmp.Or(cmp.Compare(a.Z, b.Z), cmp.Compare(a.Y, b.Y), cmp.Compare(a.X, b.X))
	})
	return tiles, true
}

// search goes down the tiles that an outline touches, each with the edges that its parent has.
type search struct {
	*outline
	found map[maptile.Tile]bool
	work  int
}

// below takes a tile and those below it, if the outline touches them: by one of the edges, or by being around it. It
// tells whether they are not too many.
func (s *search) below(at maptile.Tile, edges []edge, inside bool) bool {
	box := s.box(uint32(at.Z), at.X, at.Y)
	if s.work -= len(edges); s.work < 0 {
		return false
	}
	var within []edge
	for _, e := range edges {
		if e.touches(box) {
			within = append(within, e)
		}
	}
	if len(within) == 0 && !inside {
		if s.work -= len(s.edges); !s.filled || !s.contains(box.Center()) {
			return s.work > 0
		}
		inside = true
	}
	if s.isVisible(uint32(at.Z), at.X, at.Y) {
		if s.found[at] = true; len(s.found) > MostTouched {
			return false
		}
	}
	if int(at.Z) >= s.layer.MaxZoom {
		return true
	}
	for _, child := range at.Children() {
		if !s.below(child, within, inside) {
			return false
		}
	}
	return true
}
