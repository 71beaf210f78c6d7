package tiles

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/geo/tile"
)

// builder draws tiles from the store, and takes the time.
type builder struct {
	store     *postgis.Store
	drawer    *tile.Drawer
	durations *prometheus.HistogramVec
}

func newBuilder(store *postgis.Store, registry prometheus.Registerer) (*builder, error) {
	b := &builder{
		store:  store,
		drawer: tile.NewDrawer(),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "xiangtu_tile_build_duration_seconds",
			Help:    "Time to draw a tile from the database, by zoom.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
		}, []string{"zoom"}),
	}
	if err := registry.Register(b.durations); err != nil {
		return nil, fmt.Errorf("register the metrics of tiles: %w", err)
	}
	return b, nil
}

// build draws the tile as a protocol buffer.
func (b *builder) build(ctx context.Context, k key) ([]byte, error) {
	begun := time.Now()
	if k.tileset.moment != nil {
		ctx = geo.WithMoment(ctx, k.tileset.moment)
	}
	body, err := b.drawer.Draw(ctx, b.store, k.Place, k.tileset.selections)
	if err != nil {
		return nil, err
	}
	b.durations.WithLabelValues(strconv.Itoa(int(k.Z))).Observe(time.Since(begun).Seconds())
	return body, nil
}
