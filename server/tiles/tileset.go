package tiles

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/tile"
	"xiangtu/server/access"
)

// maxTilesets is the number of sets of layers whose state is kept. Clients
// choose the sets, so their number must not be theirs to choose.
const maxTilesets = 256

// tileset is what tiles are drawn of: layers that are asked for together, and a
// filter. The order of layers in a URL means nothing: styles name the layers.
type tileset struct {
	selections []tile.Selection // in the order of the registry
	layers     []geo.LayerName  // of the selections
	moment     geo.Moment       // nil for now
	filter     string           // as parameters of a URL; empty for none
	weight     uint32           // about how many bytes of memory the filter takes
	abandoned  atomic.Bool      // whether nothing will ask for it again

	renewing sync.Mutex
	latest   atomic.Pointer[version]
}

// version is a tileset at some revisions.
type version struct {
	number    int // grows by one from a version of a tileset to its next
	revisions []int64
	extent    atomic.Pointer[orb.Bound] // around its features; nil until TileJSON asks
}

// tilesets knows the tilesets that were asked for.
type tilesets struct {
	revisions Revisions
	renewed   func() // called when a tileset has moved on to other revisions

	mu    sync.RWMutex
	known map[uint64]*tileset // without a filter, by the layers' places in the registry, as bits

	queries *queryCache
}

// layersNamed reads the names of layers, with commas between, as bits by their places in the registry.
func layersNamed(names string) (layers uint64, err error) {
	for rest, more := names, true; more; {
		var name string
		name, rest, more = strings.Cut(rest, ",")
		bit, ok := placeInRegistry(name)
		if !ok {
			return 0, unknownLayer(name)
		}
		layers |= 1 << bit
	}
	return layers, nil
}

// of gives the tileset of all features of some layers.
func (s *tilesets) of(layers uint64) *tileset {
	s.mu.RLock()
	set := s.known[layers]
	s.mu.RUnlock()
	if set == nil {
		set = s.add(layers)
	}
	return set
}

func placeInRegistry(name string) (int, bool) {
	for i, layer := range geo.Layers() {
		if string(layer.Name) == name {
			return i, true
		}
	}
	return 0, false
}

func unknownLayer(name string) error {
	var known []string
	for _, layer := range geo.Layers() {
		known = append(known, string(layer.Name))
	}
	return &geo.Error{
		Code: geo.NotFound, Path: "layers",
		Message: fmt.Sprintf("there is no layer %q; there are %s, one or several with commas between", name, strings.Join(known, ", ")),
	}
}

func (s *tilesets) add(layers uint64) *tileset {
	set := &tileset{}
	for i, layer := range geo.Layers() {
		if layers&(1<<i) != 0 {
			set.selections = append(set.selections, tile.Selection{Layer: layer})
			set.layers = append(set.layers, layer.Name)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.known[layers]; known != nil {
		return known
	}
	if len(s.known) >= maxTilesets {
		clear(s.known)
	}
	s.known[layers] = set
	return set
}

// view gives how the context's actor sees the tileset.
func (s *tilesets) view(ctx context.Context, set *tileset) (access.View, error) {
	return access.Of(ctx, s.revisions, set.layers...)
}

// version gives the tileset as it is now, without an allocation while its
// revisions stay.
func (s *tilesets) version(ctx context.Context, set *tileset) (*version, error) {
	latest := set.latest.Load()
	if set.moment != nil {
		return latest, nil
	}
	for i := range set.selections {
		revision, err := s.revisions.Of(ctx, set.selections[i].Layer.Name)
		if err != nil {
			return nil, err
		}
		if latest == nil || latest.revisions[i] != revision {
			return s.renew(ctx, set)
		}
	}
	return latest, nil
}

// renew makes the next version of a tileset. One at a time, so that a version
// is never older than those of lower numbers.
func (s *tilesets) renew(ctx context.Context, set *tileset) (*version, error) {
	set.renewing.Lock()
	defer set.renewing.Unlock()
	next := &version{revisions: make([]int64, len(set.selections))}
	for i, selection := range set.selections {
		var err error
		if next.revisions[i], err = s.revisions.Of(ctx, selection.Layer.Name); err != nil {
			return nil, err
		}
	}
	latest := set.latest.Load()
	if latest != nil {
		if slices.Equal(latest.revisions, next.revisions) {
			return latest, nil
		}
		next.number = latest.number + 1
		s.renewed()
	}
	set.latest.Store(next)
	return next, nil
}

// isCurrent tells whether a tile that was drawn of an earlier version is one of
// a later version, too: no change between them touches it. Changes that are not
// known may.
func (s *tilesets) isCurrent(ctx context.Context, set *tileset, at tile.Place, earlier, later *version) bool {
	if earlier.number >= later.number {
		return true
	}
	for i, selection := range set.selections {
		if earlier.revisions[i] == later.revisions[i] {
			continue
		}
		changes, known := s.revisions.Between(ctx, selection.Layer.Name, earlier.revisions[i], later.revisions[i])
		if !known || slices.ContainsFunc(changes, func(c *geo.LayerChange) bool { return tile.IsTouched(c, at) }) {
			return false
		}
	}
	return true
}

// names is how the tileset is called in URLs.
func (set *tileset) names() string {
	names := make([]string, len(set.selections))
	for i, selection := range set.selections {
		names[i] = string(selection.Layer.Name)
	}
	return strings.Join(names, ",")
}

// fingerprint shortens a text to characters that an ETag may have.
func fingerprint(text string) string {
	hash := fnv.New64a()
	_, _ = hash.Write([]byte(text)) // never fails
	return strconv.FormatUint(hash.Sum64(), 36)
}
