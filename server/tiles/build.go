package tiles

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/geo/shape/mvt"
)

// builder draws tiles from the store.
type builder struct {
	store     *postgis.Store
	names     map[geo.LayerName][]string // of the properties that tiles carry
	durations *prometheus.HistogramVec
	buffers   sync.Pool // of *[]byte
}

func newBuilder(store *postgis.Store, registry prometheus.Registerer) (*builder, error) {
	b := &builder{
		store: store,
		names: make(map[geo.LayerName][]string),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "xiangtu_tile_build_duration_seconds",
			Help:    "Time to draw a tile from the database, by zoom.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
		}, []string{"zoom"}),
		buffers: sync.Pool{New: func() any { return new([]byte) }},
	}
	for _, layer := range geo.Layers() {
		for _, field := range postgis.TileFields(layer) {
			b.names[layer.Name] = append(b.names[layer.Name], field.Name)
		}
	}
	if err := registry.Register(b.durations); err != nil {
		return nil, fmt.Errorf("register the metrics of tiles: %w", err)
	}
	return b, nil
}

// build draws the tile as a protocol buffer. Layers whose lowest zoom lies
// deeper are left out; beyond a layer's greatest zoom the tile is drawn all the
// same.
func (b *builder) build(ctx context.Context, k key) ([]byte, error) {
	begun := time.Now()
	tile := mvt.NewTile(k.z, k.x, k.y, mvt.Options{CRS: k.system})
	bound := tile.Bound()
	for _, layer := range k.tileset.layers {
		if int(k.z) < layer.MinZoom {
			continue
		}
		if err := b.draw(ctx, tile.Layer(string(layer.Name)), layer, bound, visible(k.z, bound)); err != nil {
			return nil, err
		}
	}
	body := b.encode(tile)
	b.durations.WithLabelValues(strconv.Itoa(int(k.z))).Observe(time.Since(begun).Seconds())
	return body, nil
}

// encode gives the tile's bytes in a slice of their length: the cache counts
// lengths.
func (b *builder) encode(tile *mvt.Tile) []byte {
	buffer := b.buffers.Get().(*[]byte)
	defer b.buffers.Put(buffer)
	*buffer = tile.AppendTo((*buffer)[:0])
	return bytes.Clone(*buffer)
}

// draw adds the features of a layer to its layer in a tile.
func (b *builder) draw(ctx context.Context, to *mvt.Layer, layer *geo.Layer, bound orb.Bound, visible [2]float64) error {
	names := b.names[layer.Name]
	keys := make([]uint32, len(names))
	for i, name := range names {
		keys[i] = to.Key(name)
	}
	return b.store.EachTileRow(ctx, layer, nil, bound, visible, func(row *postgis.TileRow) error {
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

// visible is half a pixel of a screen that shows the tile at 512 pixels, in
// degrees of longitude and, at the end of the bound that is nearer to a pole,
// of latitude: what is smaller in both is not seen anywhere in the tile.
func visible(z uint32, bound orb.Bound) [2]float64 {
	const halfPixels = 1024
	width := 360 / math.Ldexp(halfPixels, int(z))
	return [2]float64{width, width * math.Cos(max(math.Abs(bound.Min[1]), math.Abs(bound.Max[1]))*math.Pi/180)}
}
