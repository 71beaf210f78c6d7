package tile

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"sync"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/geo/shape/mvt"
)

// Source is where the features of tiles come from: the store, or a snapshot of it.
type Source interface {
	EachTileRow(ctx context.Context, layer *geo.Layer, filter geo.Filter, bound orb.Bound, visible [2]float64, each func(row *postgis.TileRow) error) error
}

// Drawer draws tiles. It keeps its buffers, and is safe for concurrent use.
type Drawer struct {
	names   map[geo.LayerName][]string // of the properties that tiles carry
	buffers sync.Pool                  // of *[]byte
}

// NewDrawer makes a drawer.
func NewDrawer() *Drawer {
	d := &Drawer{names: make(map[geo.LayerName][]string), buffers: sync.Pool{New: func() any { return new([]byte) }}}
	for _, layer := range geo.Layers() {
		for _, field := range postgis.TileFields(layer) {
			d.names[layer.Name] = append(d.names[layer.Name], field.Name)
		}
	}
	return d
}

// Draw draws the tile as a protocol buffer, which has no byte where there is nothing to see. Layers whose lowest zoom
// lies deeper are left out; beyond a layer's greatest zoom the tile is drawn all the same.
func (d *Drawer) Draw(ctx context.Context, from Source, at Place, selections []Selection) ([]byte, error) {
	tile := mvt.NewTile(at.Z, at.X, at.Y, mvt.Options{CRS: at.CRS, Quad: at.Quad})
	bound := tile.Bound()
	// What is smaller than half a pixel at the end of the bound that is nearer to a pole is not seen anywhere in it.
	visible := at.Quad.HalfPixel(at.Z, max(math.Abs(bound.Min[1]), math.Abs(bound.Max[1])))
	for _, selection := range selections {
		if int(at.Z) < selection.Layer.MinZoom {
			continue
		}
		if err := d.draw(ctx, from, tile.Layer(string(selection.Layer.Name)), selection, bound, visible); err != nil {
			return nil, err
		}
	}
	return d.encode(tile), nil
}

// encode gives the tile's bytes in a slice of their length, for those who keep it.
func (d *Drawer) encode(tile *mvt.Tile) []byte {
	buffer := d.buffers.Get().(*[]byte)
	defer d.buffers.Put(buffer)
	*buffer = tile.AppendTo((*buffer)[:0])
	return bytes.Clone(*buffer)
}

// draw adds the features of a layer to its layer in a tile.
func (d *Drawer) draw(ctx context.Context, from Source, to *mvt.Layer, selection Selection, bound orb.Bound, visible [2]float64) error {
	layer := selection.Layer
	names := d.names[layer.Name]
	keys := make([]uint32, len(names))
	for i, name := range names {
		keys[i] = to.Key(name)
	}
	return from.EachTileRow(ctx, layer, selection.Filter, bound, visible, func(row *postgis.TileRow) error {
		drawn, err := to.AddFeature(uint64(row.FID), row.Geometry)
		if err != nil {
			return fmt.Errorf("draw %s %d: %w", layer.Singular, row.FID, err)
		}
		if !drawn {
			return nil
		}
		for i, key := range keys {
			set(to, key, row.Property(i))
		}
		return nil
	})
}

// set gives the feature that was added last a property, unless it is null.
func set(to *mvt.Layer, key uint32, p postgis.Property) {
	switch {
	case p.Null:
	case p.Type == geo.Integer:
		to.SetInt(key, p.Int)
	case p.Type == geo.Number:
		to.SetFloat(key, p.Float)
	case p.Type == geo.Boolean:
		to.SetBool(key, p.Truth)
	default:
		to.SetString(key, string(p.Text))
	}
}
