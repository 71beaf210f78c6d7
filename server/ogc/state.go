package ogc

import (
	"context"
	"sync/atomic"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
)

// states knows the state of every layer. It asks the database, by one statement, once a revision.
type states struct {
	store     *postgis.Store
	revisions Revisions
	latest    atomic.Pointer[map[geo.LayerName]postgis.LayerState]
}

// get gives the state of every layer, as new as its revision or newer.
func (s *states) get(ctx context.Context) (map[geo.LayerName]postgis.LayerState, error) {
	if latest := s.latest.Load(); latest != nil {
		current, err := s.current(ctx, *latest)
		if err != nil || current {
			return *latest, err
		}
	}
	read, err := s.store.LayerStates(ctx)
	if err != nil {
		return nil, err
	}
	s.latest.Store(&read)
	return read, nil
}

func (s *states) current(ctx context.Context, known map[geo.LayerName]postgis.LayerState) (bool, error) {
	for _, layer := range geo.Layers() {
		revision, err := s.revisions.Of(ctx, layer.Name)
		if err != nil {
			return false, err
		}
		if revision != known[layer.Name].Revision {
			return false, nil
		}
	}
	return true, nil
}
