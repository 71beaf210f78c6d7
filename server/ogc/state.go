package ogc

import (
	"context"
	"sync/atomic"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/server/access"
)

// states knows the state of every layer as everybody sees it. It asks the database, by one statement, once a revision.
type states struct {
	store     *postgis.Store
	revisions Revisions
	latest    atomic.Pointer[map[geo.LayerName]postgis.LayerState]
}

// get gives the state of every layer as the request sees it, as new as its revision or newer. A list of layers is refused
// to nobody.
func (s *states) get(r *request) (map[geo.LayerName]postgis.LayerState, error) {
	var names []geo.LayerName
	for _, layer := range geo.Layers() {
		names = append(names, layer.Name)
	}
	var err error
	if r.view, err = access.Glance(r.Context(), s.revisions, names...); err != nil {
		return nil, err
	}
	if r.view.Shared() {
		return s.shared(r.view.Reading(r.Context()))
	}
	return s.store.LayerStates(r.view.Reading(r.Context()))
}

// shared gives the state of every layer as everybody sees it.
func (s *states) shared(ctx context.Context) (map[geo.LayerName]postgis.LayerState, error) {
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
