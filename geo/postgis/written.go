package postgis

import (
	"context"
	"sync/atomic"

	"xiangtu/geo"
)

// written has the latest revision of each layer that this process has committed. The database tells the listener of it a
// few milliseconds later, and whoever has written is not to be shown what was before.
type written map[geo.LayerName]*atomic.Int64 // itself never written after its making

func newWritten() written {
	w := make(written)
	for _, layer := range geo.Layers() {
		w[layer.Name] = &atomic.Int64{}
	}
	return w
}

// raise says that a revision of a layer is committed.
func (w written) raise(layer geo.LayerName, revision int64) {
	of := w[layer]
	for latest := of.Load(); latest < revision && !of.CompareAndSwap(latest, revision); latest = of.Load() {
	}
}

// forget forgets all, for a map that may have lower revisions.
func (w written) forget() {
	for _, of := range w {
		of.Store(0)
	}
}

// markWritten says that the revisions that layers have by now are committed. A failure is no error of what was written: it may be
// seen a little later then.
func (s *Store) markWritten(ctx context.Context) {
	revisions, err := s.Revisions(context.WithoutCancel(ctx))
	if err != nil {
		return
	}
	for layer, revision := range revisions {
		s.written.raise(layer, revision)
	}
}

// hears tells whether what is known of a layer can be trusted, for which it waits until the listener has heard of what this
// process has written.
func (r *Revisions) hears(ctx context.Context, layer geo.LayerName) (bool, error) {
	for r.listening.Load() {
		if !r.isBehind(layer) {
			return true, nil
		}
		heard := r.log.growth()
		if !r.listening.Load() || !r.isBehind(layer) {
			continue
		}
		select {
		case r.hurry <- struct{}{}:
		default: // it is in a hurry already
		}
		select {
		case <-heard:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	return false, nil
}

func (r *Revisions) isBehind(layer geo.LayerName) bool {
	return r.known[layer].Load() < r.store.written[layer].Load()
}
