package tiles

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/maypok86/otter/v2"
	"github.com/maypok86/otter/v2/stats"
	"github.com/prometheus/client_golang/prometheus"

	"xiangtu/geo/tile"
	"xiangtu/server/access"
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
	tileset *tileset
	view    access.View
	gzip    bool // whether the client takes it
}

// encoded is a tile as it is sent.
type encoded struct {
	body   []byte
	etag   []string // the value of ETag, which names the tile
	length []string // the value of Content-Length
	gzip   bool
	of     atomic.Pointer[version] // the latest version that it is known to be of
}

// cache keeps encoded tiles up to a number of bytes. Requests that miss the
// same tile at the same time share one build; errors are not kept.
//
// A tile is of the version that its tileset had before it was drawn, and whoever
// asks for it holds it against the changes since: it stays if none of them
// touches it, and is drawn anew otherwise. So no change has to reach the cache
// at the right moment, before or after a tile that is being drawn.
type cache struct {
	tilesets *tilesets
	tiles    *otter.Cache[key, *encoded] // nil without memory
	loader   otter.LoaderFunc[key, *encoded]
	build    func(context.Context, key) ([]byte, error)
	packer   packer
	swept    atomic.Int64 // when the last sweep began, in nanoseconds of Unix time
}

func newCache(bytes int64, tilesets *tilesets, build func(context.Context, key) ([]byte, error), registry prometheus.Registerer) (*cache, error) {
	c := &cache{tilesets: tilesets, build: build}
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

// get gives a tile that is of a version of its tileset or of a later one.
func (c *cache) get(ctx context.Context, k key, now *version) (*encoded, error) {
	if c.tiles == nil {
		return c.load(ctx, k)
	}
	for {
		tile, err := c.tiles.Get(ctx, k, c.loader)
		if err != nil {
			return nil, err
		}
		of := tile.of.Load()
		if of == now {
			return tile, nil
		}
		if c.tilesets.isCurrent(ctx, k.tileset, k.Place, of, now) {
			if of.number < now.number {
				tile.of.CompareAndSwap(of, now)
			}
			return tile, nil
		}
		c.drop(k, tile)
	}
}

// drop removes a tile, unless another has taken its place.
func (c *cache) drop(k key, tile *encoded) {
	c.tiles.ComputeIfPresent(k, func(kept *encoded) (*encoded, otter.ComputeOp) {
		if kept == tile {
			return nil, otter.InvalidateOp
		}
		return nil, otter.CancelOp
	})
}

func (c *cache) load(ctx context.Context, k key) (*encoded, error) {
	of, err := c.tilesets.version(ctx, k.tileset)
	if err != nil {
		return nil, err
	}
	body, err := c.build(ctx, k)
	if err != nil {
		return nil, err
	}
	tile := &encoded{body: body, etag: []string{etagOf(body)}}
	if k.gzip && len(body) >= compressFrom {
		if tile.body, err = c.packer.pack(body); err != nil {
			return nil, err
		}
		tile.gzip = true
	}
	tile.length = []string{strconv.Itoa(len(tile.body))}
	tile.of.Store(of)
	return tile, nil
}

// etagOf names a tile among all tiles, whoever drew it. The name is a weak one, because it is that of the tile in gzip, too:
// who has it in one encoding and takes both need not read it again.
func etagOf(tile []byte) string {
	const enough = 12 // bytes, of which no two tiles have the same by chance
	sum := sha256.Sum256(tile)
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:enough]) + `"`
}

// sweep drops the tiles of filters that are no longer kept. Nothing would ask for
// them any more, but the cache would let much asked for ones go late.
func (c *cache) sweep() {
	if c.tiles == nil {
		return
	}
	now, last := time.Now().UnixNano(), c.swept.Load()
	if now-last < int64(sweepEvery) || !c.swept.CompareAndSwap(last, now) {
		return
	}
	for k := range c.tiles.Keys() {
		if k.tileset.abandoned.Load() {
			c.tiles.Invalidate(k)
		}
	}
}
