package graph

import (
	"context"
	"fmt"
	"maps"
	"reflect"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/tile"
	"xiangtu/graph/input"
	"xiangtu/graph/model"
)

// featuresChanged answers what happens to features.
func (r *Resolver) featuresChanged(ctx context.Context, layers []geo.LayerName, where map[string]any, bbox []float64, since []*input.LayerRevision) (<-chan *model.FeatureEvent, error) {
	of, err := interestOf(layers, since)
	if err != nil {
		return nil, err
	}
	var filters map[geo.LayerName]geo.Filter
	if filters, of.filter, err = input.LayersWhere(where); err != nil {
		return nil, err
	}
	box, err := input.Box(bbox, "bbox")
	if err != nil {
		return nil, err
	}
	return subscribe(ctx, r, of, func(ctx context.Context, n news) ([]*model.FeatureEvent, error) {
		var events []*model.FeatureEvent
		for _, change := range n.changes {
			passes, err := r.passing(ctx, change, filters[change.Layer.Name], of.filter, n.moment)
			if err != nil {
				return events, err
			}
			told, err := featureEvents(change, func(state geo.Feature, now bool) bool {
				return state != nil && passes(state.Common().Code, now) && (box == nil || tile.Meets(change.Layer, state, *box))
			})
			if err != nil {
				return events, err
			}
			events = append(events, told...)
		}
		return events, nil
	})
}

// featureEvents tells of the features of a change of which a state passes.
func featureEvents(change *geo.LayerChange, passes func(state geo.Feature, now bool) bool) ([]*model.FeatureEvent, error) {
	event := model.FeatureEvent{Layer: change.Layer.Name, Revision: change.Revision, At: change.At}
	if change.Whole {
		event.Kind = geo.Reloaded
		return []*model.FeatureEvent{&event}, nil
	}
	var events []*model.FeatureEvent
	cohort := &geo.Cohort{}
	for _, feature := range change.Features() {
		was, is := passes(feature.Was, false), passes(feature.Is, true)
		if !was && !is {
			continue
		}
		previous, err := model.StateOf(change.Layer, feature.Was)
		if err != nil {
			return nil, fmt.Errorf("write %s as it was: %w", feature.Latest().Common().Code, err)
		}
		told := event
		told.Kind, told.Code, told.Matches, told.Previous = feature.Action(), &feature.Latest().Common().Code, is, previous
		if feature.Is != nil {
			told.Feature = owned(feature.Is, cohort)
		}
		events = append(events, &told)
	}
	for i, told := range events {
		told.Remaining = len(events) - 1 - i
	}
	return events, nil
}

// owned is a feature as one of another cohort: the subscribers share what a change has, and not what each reads for it.
func owned(f geo.Feature, cohort *geo.Cohort) geo.Feature {
	shared := reflect.ValueOf(f).Elem()
	own := reflect.New(shared.Type())
	own.Elem().Set(shared)
	feature := own.Interface().(geo.Feature)
	feature.Common().Cohort = cohort
	cohort.Features = append(cohort.Features, feature)
	return feature
}

// passing tells which features of a change pass a filter, as they are now or were before. They are looked up by one
// statement for each of the two, for all subscribers who have the filter and see the same.
func (r *Resolver) passing(ctx context.Context, change *geo.LayerChange, filter geo.Filter, text string, moment geo.Moment) (func(code string, now bool) bool, error) {
	if filter == nil || change.Whole || len(change.Features()) == 0 {
		return func(string, bool) bool { return true }, nil
	}
	actor := geo.ActorOf(ctx)
	type key struct {
		filter string
		viewer bool
		scope  string
	}
	passing, err := geo.Once(&change.Memo, key{text, actor.May(geo.Viewer), actor.Scope}, func() (passing [2]map[string]bool, err error) {
		ctx := context.WithoutCancel(ctx)
		for i, revision := range []int64{change.Revision - 1, change.Revision} {
			then := maps.Clone(moment)
			then[change.Layer.Name] = revision
			if passing[i], err = r.codesPassing(geo.WithMoment(ctx, then), change, filter); err != nil {
				return passing, err
			}
		}
		return passing, nil
	})
	return func(code string, now bool) bool {
		if now {
			return passing[1][code]
		}
		return passing[0][code]
	}, err
}

func (r *Resolver) codesPassing(ctx context.Context, change *geo.LayerChange, filter geo.Filter) (map[string]bool, error) {
	codes := make([]any, len(change.Features()))
	for i, feature := range change.Features() {
		codes[i] = feature.Latest().Common().Code
	}
	found, err := r.Store.Find(ctx, geo.Query{Layer: change.Layer, Filter: geo.And{geo.In{Of: geo.Property("code"), Values: codes}, filter}})
	if err != nil {
		return nil, err
	}
	passing := make(map[string]bool)
	for _, f := range found[0].Features {
		passing[f.Common().Code] = true
	}
	return passing, nil
}

// tilesChanged answers the tiles that transactions touch.
func (r *Resolver) tilesChanged(ctx context.Context, layers []geo.LayerName, bbox []float64, minZoom, maxZoom *int, system *crs.CRS, since []*input.LayerRevision) (<-chan *model.TilesEvent, error) {
	of, err := interestOf(layers, since)
	if err != nil {
		return nil, err
	}
	wanted := wantedTiles{from: 0, to: tile.MaxZoom}
	if wanted.box, err = input.Box(bbox, "bbox"); err != nil {
		return nil, err
	}
	if system != nil {
		wanted.system = *system
	}
	if wanted.system == crs.WebMercator {
		return nil, geo.Invalid("crs", "tiles lie on a base map in WGS84, GCJ02 or BD09")
	}
	if wanted.from, err = zoom(minZoom, wanted.from, "minZoom"); err != nil {
		return nil, err
	}
	if wanted.to, err = zoom(maxZoom, wanted.to, "maxZoom"); err != nil {
		return nil, err
	}
	return subscribe(ctx, r, of, func(_ context.Context, n news) ([]*model.TilesEvent, error) {
		event := &model.TilesEvent{}
		for _, change := range n.changes {
			if touched := wanted.of(change); touched != nil {
				event.At = change.At
				event.Layers = append(event.Layers, touched)
			}
		}
		if len(event.Layers) == 0 {
			return nil, nil
		}
		return []*model.TilesEvent{event}, nil
	})
}

func zoom(given *int, usual int, path string) (int, error) {
	if given == nil {
		return usual, nil
	}
	if *given < 0 || *given > tile.MaxZoom {
		return 0, geo.Invalid(path, "%d is not within 0 and %d", *given, tile.MaxZoom)
	}
	return *given, nil
}

// wantedTiles is which tiles a subscriber wants to hear of.
type wantedTiles struct {
	from, to int // zooms
	box      *geo.Box
	system   crs.CRS
}

// of gives the tiles that a change touches; nil if there are none.
func (w *wantedTiles) of(change *geo.LayerChange) *model.LayerTiles {
	touched := &model.LayerTiles{Layer: change.Layer.Name, Revision: change.Revision}
	tiles, known := tile.Touched(change, w.system)
	if !known {
		return touched
	}
	touched.Tiles = []*model.TileID{}
	for _, at := range tiles {
		if int(at.Z) >= w.from && int(at.Z) <= w.to && w.meets(at.Bound()) {
			touched.Tiles = append(touched.Tiles, &model.TileID{Z: int(at.Z), X: int(at.X), Y: int(at.Y)})
		}
	}
	if len(touched.Tiles) == 0 {
		return nil
	}
	return touched
}

// meets tells whether a tile, in degrees of its system, has a point in the box.
func (w *wantedTiles) meets(bound orb.Bound) bool {
	if w.box == nil {
		return true
	}
	for _, part := range w.box.Parts() {
		if tile.Moved(part, w.system).Intersects(bound) {
			return true
		}
	}
	return false
}
