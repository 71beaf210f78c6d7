package tiles

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/maypok86/otter/v2/stats"
	"github.com/prometheus/client_golang/prometheus"

	"xiangtu/geo/tile"
	"xiangtu/server/metrics"
)

const (
	// compressFrom is the size in bytes from which a tile is worth
	// compressing: less fits into one packet as it is.
	compressFrom = 1000
	// sweepEvery bounds what sweeping costs under steady edits: what one sweep
	// passes over is for the next.
	sweepEvery = time.Second
	// entryOverhead is about what the cache takes for an entry besides the
	// tile's bytes.
	entryOverhead = 300
)

// key names an encoded tile.
type key struct {
	tile.Place
	tileset  *tileset
	revision string // the ETag of the tileset
	scope    string // of its view; empty for what everybody sees
	gzip     bool   // whether the client takes it
}

// encoded is a tile as it is sent.
type encoded struct {
	body   []byte
	length []string // the value of Content-Length
	gzip   bool
}

// cache keeps encoded tiles up to a number of bytes. Requests that miss the
// same tile at the same time share one build; errors are not kept.
//
// Keys have revisions in them, so a change makes every tile of its layer
// unreachable. The cache would let such tiles go in time, because nothing asks
// for them any more, but much asked for ones late: sweep drops them.
type cache struct {
	tiles  *otter.Cache[key, *encoded] // nil without memory
	loader otter.LoaderFunc[key, *encoded]
	build  func(context.Context, key) ([]byte, error)
	packer packer
	swept  atomic.Int64 // when the last sweep began, in nanoseconds of Unix time
}

func newCache(bytes int64, build func(context.Context, key) ([]byte, error), registry prometheus.Registerer) (*cache, error) {
	c := &cache{build: build}
	c.loader = c.load
	if bytes <= 0 {
		return c, nil
	}
	var err error
	c.tiles, err = otter.New(&otter.Options[key, *encoded]{
		MaximumWeight: uint64(bytes),
		Weigher:       func(k key, tile *encoded) uint32 { return uint32(len(tile.body)+entryOverhead) + k.tileset.weight },
		StatsRecorder: stats.NewCounter(),
	})
	if err != nil {
		return nil, fmt.Errorf("make the cache of tiles: %w", err)
	}
	if err := registry.Register(metrics.NewCache("tiles", c.stats)); err != nil {
		return nil, fmt.Errorf("register the metrics of the cache of tiles: %w", err)
	}
	return c, nil
}

func (c *cache) stats() metrics.CacheStats {
	s := c.tiles.Stats()
	return metrics.CacheStats{
		Hits: s.Hits, Misses: s.Misses, Evictions: s.Evictions,
		Entries:  int64(c.tiles.EstimatedSize()),
		Bytes:    int64(c.tiles.WeightedSize()),
		MaxBytes: int64(c.tiles.GetMaximum()),
	}
}

func (c *cache) get(ctx context.Context, k key) (*encoded, error) {
	if c.tiles == nil {
		return c.load(ctx, k)
	}
	return c.tiles.Get(ctx, k, c.loader)
}

func (c *cache) load(ctx context.Context, k key) (*encoded, error) {
	body, err := c.build(ctx, k)
	if err != nil {
		return nil, err
	}
	tile := &encoded{body: body}
	if k.gzip && len(body) >= compressFrom {
		if tile.body, err = c.packer.pack(body); err != nil {
			return nil, err
		}
		tile.gzip = true
	}
	tile.length = []string{strconv.Itoa(len(tile.body))}
	return tile, nil
}

// sweep drops the tiles of revisions that are gone.
func (c *cache) sweep() {
	if c.tiles == nil {
		return
	}
	now, last := time.Now().UnixNano(), c.swept.Load()
	if now-last < int64(sweepEvery) || !c.swept.CompareAndSwap(last, now) {
		return
	}
	for k := range c.tiles.Keys() {
		if !k.tileset.current(k.revision) {
			c.tiles.Invalidate(k)
		}
	}
}
