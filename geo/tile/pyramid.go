package tile

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/klauspost/compress/gzip"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
	"golang.org/x/sync/errgroup"

	"xiangtu/geo"
	"xiangtu/geo/pmtiles"
	"xiangtu/geo/postgis"
	"xiangtu/geo/shape/mvt"
)

// pyramid walks the tiles that have something in them, level after level from the top. Below a tile it goes on only
// where a feature reaches into the tile or its margin, however small, so that it asks for no tile of the empty parts.
type pyramid struct {
	Archive
	drawer  *Drawer
	workers []*worker
}

// worker looks at tiles, one after the other, as the map is at the moment that all workers see.
type worker struct {
	*postgis.Snapshot
	rows   int // that it has read
	packer *gzip.Writer
}

// candidate is a tile that may have something in it, and where its result is found.
type candidate struct {
	at   maptile.Tile
	done chan result
}

// result is what is known of a tile.
type result struct {
	packed []byte // the tile in gzip; nil if it is empty or above the levels that are wanted
	below  bool   // whether a feature reaches into it
}

// walk hands out the tiles in the order of an archive.
func (p *pyramid) walk(ctx context.Context, each func(at maptile.Tile, packed []byte) error) error {
	level := []maptile.Tile{{}}
	for len(level) > 0 && int(level[0].Z) <= p.MaxZoom {
		if int(level[0].Z) >= p.MinZoom {
			p.Expect(len(level))
		}
		var next []maptile.Tile
		err := p.level(ctx, level, func(at maptile.Tile, r result) error {
			if r.below {
				next = append(next, p.children(at)...)
			}
			if int(at.Z) >= p.MinZoom {
				p.Drawn()
			}
			if r.packed == nil {
				return nil
			}
			return each(at, r.packed)
		})
		if err != nil {
			return err
		}
		level = next
	}
	return nil
}

// children gives the tiles of the next level that a tile consists of and that the archive may have, in its order.
func (p *pyramid) children(at maptile.Tile) []maptile.Tile {
	tiles := at.Children()
	children := slices.DeleteFunc(tiles[:], func(t maptile.Tile) bool {
		return p.Box != nil && !p.Box.Intersects(t.Bound())
	})
	slices.SortFunc(children, func(a, b maptile.Tile) int { return cmp.Compare(id(a), id(b)) })
	return children
}

func id(t maptile.Tile) uint64 { return pmtiles.ID(uint32(t.Z), t.X, t.Y) }

// level looks at tiles of a level, several at a time, and hands out what it found in their order.
func (p *pyramid) level(ctx context.Context, tiles []maptile.Tile, each func(maptile.Tile, result) error) error {
	const ahead = 32 // tiles for each worker that may wait for those before them
	group, ctx := errgroup.WithContext(ctx)
	jobs := make(chan candidate)
	ordered := make(chan candidate, ahead*len(p.workers))
	group.Go(func() error {
		defer close(jobs)
		defer close(ordered)
		for _, at := range tiles {
			c := candidate{at, make(chan result, 1)}
			if !send(ctx, ordered, c) || !send(ctx, jobs, c) {
				return ctx.Err()
			}
		}
		return nil
	})
	for _, w := range p.workers {
		group.Go(func() error { return p.work(ctx, w, jobs) })
	}
	group.Go(func() error {
		for c := range ordered {
			select {
			case r := <-c.done:
				if err := each(c.at, r); err != nil {
					return err
				}
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	})
	return group.Wait()
}

// send tells whether it could send before the end of the context.
func send(ctx context.Context, to chan<- candidate, c candidate) bool {
	select {
	case to <- c:
		return true
	case <-ctx.Done():
		return false
	}
}

// work looks at tiles until there are no more.
func (p *pyramid) work(ctx context.Context, w *worker, jobs <-chan candidate) error {
	for c := range jobs {
		r, err := p.look(ctx, w, c.at)
		if err != nil {
			return fmt.Errorf("tile %d/%d/%d: %w", c.at.Z, c.at.X, c.at.Y, err)
		}
		c.done <- r
	}
	return nil
}

// look draws a tile, if its level is wanted, and finds out whether it is worth to look below.
func (p *pyramid) look(ctx context.Context, w *worker, at maptile.Tile) (result, error) {
	var r result
	place := Place{Z: uint32(at.Z), X: at.X, Y: at.Y, CRS: p.CRS}
	if int(at.Z) >= p.MinZoom {
		before := w.rows
		body, err := p.drawer.Draw(ctx, w, place, p.Selections)
		if err != nil {
			return r, err
		}
		r.below = w.rows > before
		if r.packed, err = w.pack(body); err != nil {
			return r, err
		}
	}
	if r.below || int(at.Z) == p.MaxZoom {
		return r, nil
	}
	// What is too small to be seen here, or begins at a deeper level, may be seen below.
	bound := mvt.NewTile(place.Z, place.X, place.Y, mvt.Options{CRS: p.CRS}).Bound()
	for _, selection := range p.Selections {
		has, err := w.HasTileRow(ctx, selection.Layer, selection.Filter, bound)
		if err != nil || has {
			r.below = has
			return r, err
		}
	}
	return r, nil
}

// EachTileRow counts the features that a tile is drawn of, or that are too small in it.
func (w *worker) EachTileRow(ctx context.Context, layer *geo.Layer, filter geo.Filter, bound orb.Bound, visible [2]float64, each func(row *postgis.TileRow) error) error {
	return w.Snapshot.EachTileRow(ctx, layer, filter, bound, visible, func(row *postgis.TileRow) error {
		w.rows++
		return each(row)
	})
}

// pack gives a tile in gzip, at the level that is best for a file that is written once and read often; nil for an empty
// tile.
func (w *worker) pack(tile []byte) ([]byte, error) {
	if len(tile) == 0 {
		return nil, nil
	}
	var packed bytes.Buffer
	w.packer.Reset(&packed)
	if _, err := w.packer.Write(tile); err != nil {
		return nil, fmt.Errorf("compress it: %w", err)
	}
	if err := w.packer.Close(); err != nil {
		return nil, fmt.Errorf("compress it: %w", err)
	}
	return packed.Bytes(), nil
}
