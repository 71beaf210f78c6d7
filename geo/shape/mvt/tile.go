// Package mvt writes Mapbox Vector Tiles 2.1
// (github.com/mapbox/vector-tile-spec) straight from WKB: every vertex is read,
// projected, put on the tile's grid, clipped and written without a geometry
// being built in between.
package mvt

import (
	"encoding/binary"

	"github.com/paulmach/orb"

	"xiangtu/geo/crs"
)

const (
	// DefaultExtent is the width of a tile in its own units.
	DefaultExtent = 4096
	// DefaultBuffer is how far geometry reaches over the tile's edges, in units
	// of the default extent: eight pixels, for strokes and circles of that size.
	DefaultBuffer = 64
	// screenPixels is the width at which MapLibre draws a tile.
	screenPixels = 512
)

// Options say how a tile is laid out. The zero value is what map clients expect.
type Options struct {
	// Extent is the width of the tile in units; 0 means DefaultExtent.
	Extent uint32
	// Buffer is the width in units of the margin that is kept around the tile;
	// 0 means DefaultBuffer.
	Buffer uint32
	// CRS moves the map under a base map in GCJ02 or BD09. The others move
	// nothing: how a tile is projected is for Quad to say.
	CRS crs.CRS
	// Quad is the pyramid that the tile belongs to.
	Quad Quad
}

// Tile is one tile being written: ask it for its layers, add features to them,
// then append it. A Tile keeps its buffers between features and is for one
// goroutine.
type Tile struct {
	projection projection
	clip       box
	extent     uint32
	layers     []*Layer

	ring, scratch []vertex
}

// NewTile starts the tile in column x and row y of level z of its quad, row 0 in
// the north. Levels reach to 30.
func NewTile(z, x, y uint32, o Options) *Tile {
	if o.Extent == 0 {
		o.Extent = DefaultExtent
	}
	if o.Buffer == 0 {
		o.Buffer = DefaultBuffer
	}
	low, high := -int64(o.Buffer), int64(o.Extent)+int64(o.Buffer)
	return &Tile{
		projection: newProjection(z, x, y, o),
		clip:       box{vertex{low, low}, vertex{high, high}},
		extent:     o.Extent,
	}
}

// Layer gives the layer of that name, which is started when it is new. A layer
// that gets no feature is not written.
func (t *Tile) Layer(name string) *Layer {
	for _, l := range t.layers {
		if l.name == name {
			return l
		}
	}
	l := newLayer(t, name)
	t.layers = append(t.layers, l)
	return l
}

// Bound is the box in WGS 84 that holds whatever can be drawn in the tile and
// its buffer: what to ask the store for.
func (t *Tile) Bound() orb.Bound {
	p := &t.projection
	low, high := float64(t.clip.min.x), float64(t.clip.max.x)
	box := orb.Bound{
		Min: orb.Point{p.longitude(low), p.latitude(high) / radian},
		Max: orb.Point{p.longitude(high), p.latitude(low) / radian},
	}
	if p.moved {
		box = p.origin(box)
	}
	return box
}

// AppendTo appends the tile's protocol buffer to dst: nothing at all when no
// layer has a feature.
func (t *Tile) AppendTo(dst []byte) []byte {
	for _, l := range t.layers {
		l.flush()
		if len(l.features) > 0 {
			dst = append(dst, tileLayer)
			dst = binary.AppendUvarint(dst, uint64(l.size()))
			dst = l.appendTo(dst)
		}
	}
	return dst
}
