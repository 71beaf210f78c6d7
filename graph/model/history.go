package model

import (
	"context"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/postgis"
	"xiangtu/graph/scalar"
)

// Signature is the domain's.
type Signature = geo.Signature

// FeatureVersion is a feature from one change until the next.
type FeatureVersion struct {
	FeatureState
	Revision   int64 // that it began with
	Action     geo.Action
	Began      *Signature
	Ended      *Signature // nil if it stands
	Removed    bool
	Changed    []string
	Difference *GeometryDifference // nil if there is none
}

// NewFeatureVersions gives versions as the schema has them.
func NewFeatureVersions(versions []geo.Version) []*FeatureVersion {
	all := make([]*FeatureVersion, len(versions))
	for i, v := range versions {
		all[i] = &FeatureVersion{
			FeatureState: FeatureState{v.State}, Revision: v.Began.Revision, Action: v.Action, Began: &v.Began, Ended: v.Ended,
			Removed: v.Removed, Changed: append([]string{}, v.Changed...),
		}
		if v.Difference != nil {
			all[i].Difference = &GeometryDifference{*v.Difference}
		}
	}
	return all
}

// GeometryDifference is the difference between the geometries of two versions.
type GeometryDifference struct{ difference geo.Difference }

// GainedSquareMetres gives the area of what was gained.
func (d *GeometryDifference) GainedSquareMetres() float64 { return d.difference.GainedSquareMetres }

// LostSquareMetres gives the area of what was lost.
func (d *GeometryDifference) LostSquareMetres() float64 { return d.difference.LostSquareMetres }

// Gained gives what only the later version has.
func (d *GeometryDifference) Gained(precision *int, crs *crs.CRS) (*scalar.Geometry, error) {
	return written(d.difference.Gained, precision, crs)
}

// Lost gives what only the earlier version had.
func (d *GeometryDifference) Lost(precision *int, crs *crs.CRS) (*scalar.Geometry, error) {
	return written(d.difference.Lost, precision, crs)
}

// FeatureState is a feature as it was.
type FeatureState struct{ state geo.State }

// Properties gives them as JSON.
func (s *FeatureState) Properties() scalar.Properties { return s.state.Properties }

// Geometry gives its geometry.
func (s *FeatureState) Geometry(precision *int, crs *crs.CRS) (*scalar.Geometry, error) {
	return written(s.state.Geometry, precision, crs)
}

func written(wkb []byte, precision *int, system *crs.CRS) (*scalar.Geometry, error) {
	form, err := Form(nil, precision, system)
	return &scalar.Geometry{WKB: wkb, Form: form}, err
}

// Change is what one transaction did to one layer.
type Change struct {
	geo.Signature
	log *changeLog
}

// changeLog is the changes of one answer: what they did is read for all of a layer at once.
type changeLog struct {
	store     *postgis.Store
	revisions map[geo.LayerName][]int64
	memo      geo.Memo
}

// NewChanges gives changes as the schema has them.
func NewChanges(store *postgis.Store, signatures []geo.Signature) []*Change {
	log := &changeLog{store: store, revisions: make(map[geo.LayerName][]int64)}
	changes := make([]*Change, len(signatures))
	for i, s := range signatures {
		log.revisions[s.Layer] = append(log.revisions[s.Layer], s.Revision)
		changes[i] = &Change{s, log}
	}
	return changes
}

// changesKey is what the features of changes are remembered by.
type changesKey struct {
	layer geo.LayerName
	first int
}

// Features gives what the change did to features.
func (c *Change) Features(ctx context.Context, first *int) ([]*FeatureChange, error) {
	limit := 100
	if first != nil {
		limit = *first
	}
	if limit < 1 || limit > 1000 {
		return nil, geo.Invalid("first", "%d is not within 1 and 1000", limit)
	}
	done, err := geo.Once(&c.log.memo, changesKey{c.Layer, limit}, func() (map[int64][]geo.FeatureChange, error) {
		layer, _ := geo.LayerNamed(c.Layer)
		return c.log.store.ChangedFeatures(ctx, layer, c.log.revisions[c.Layer], limit)
	})
	if err != nil {
		return nil, err
	}
	features := []*FeatureChange{}
	for _, change := range done[c.Revision][:min(limit, len(done[c.Revision]))] {
		features = append(features, &FeatureChange{change})
	}
	return features, nil
}

// FeatureChange is what a change did to one feature.
type FeatureChange struct{ change geo.FeatureChange }

// Action says what was done to it.
func (c *FeatureChange) Action() geo.Action { return c.change.Action }

// Code names the feature.
func (c *FeatureChange) Code() string {
	if c.change.After != nil {
		return c.change.After.Code
	}
	return c.change.Before.Code
}

// Before gives the feature as it was before; nil if it was created.
func (c *FeatureChange) Before() *FeatureState { return stateOf(c.change.Before) }

// After gives the feature as it was then; nil if it was deleted.
func (c *FeatureChange) After() *FeatureState { return stateOf(c.change.After) }

func stateOf(s *geo.State) *FeatureState {
	if s == nil {
		return nil
	}
	return &FeatureState{*s}
}
