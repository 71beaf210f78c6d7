package graph

import (
	"context"
	"sort"
	"strings"
	"unicode/utf8"

	"golang.org/x/sync/errgroup"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/postgis"
	"xiangtu/geo/shape"
	"xiangtu/graph/input"
	"xiangtu/graph/model"
	"xiangtu/graph/scalar"
)

// at answers the features at a point, by one statement a layer.
func (r *Resolver) at(ctx context.Context, x, y float64, system *crs.CRS, names []geo.LayerName) ([]geo.Feature, error) {
	point, err := input.PointToWGS84(x, y, system, "longitude")
	if err != nil {
		return nil, err
	}
	layers := input.LayersNamed(names)
	found := make([][]geo.Feature, len(layers))
	group, groupCtx := errgroup.WithContext(ctx)
	for i, layer := range layers {
		fields := selected(ctx, layer)
		group.Go(func() (err error) {
			found[i], err = r.Store.At(groupCtx, layer, point, fields)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	features := []geo.Feature{}
	for _, f := range found {
		features = append(features, f...)
	}
	return features, nil
}

// nearest answers the features nearest to a point.
func (r *Resolver) nearest(ctx context.Context, x, y float64, system *crs.CRS, name geo.LayerName, first *int, within *float64) ([]*geo.Nearest, error) {
	point, err := input.PointToWGS84(x, y, system, "longitude")
	if err != nil {
		return nil, err
	}
	limit, err := limited(first, 10, 1000)
	if err != nil {
		return nil, err
	}
	if within != nil && !(*within >= 0 && *within <= 20_100_000) {
		return nil, geo.Invalid("withinMetres", "%v is not within 0 and 20,100,000 metres, half the way round the earth", *within)
	}
	layer := input.LayersNamed([]geo.LayerName{name})[0]
	found, err := r.Store.Nearest(ctx, layer, point, limit, within, selectedUnder(ctx, layer, "feature"))
	nearest := make([]*geo.Nearest, len(found))
	for i := range found {
		nearest[i] = &found[i]
	}
	return nearest, err
}

// search answers the features whose name or code is like a text, by one statement a layer.
func (r *Resolver) search(ctx context.Context, text string, names []geo.LayerName, first *int) ([]*geo.SearchHit, error) {
	text = strings.TrimSpace(text)
	if n := utf8.RuneCountInString(text); n < 1 || n > 100 {
		return nil, geo.Invalid("text", "a text of %d characters; 1 to 100 can be searched for", n)
	}
	limit, err := limited(first, 20, 100)
	if err != nil {
		return nil, err
	}
	layers := input.LayersNamed(names)
	found := make([][]geo.SearchHit, len(layers))
	group, groupCtx := errgroup.WithContext(ctx)
	for i, layer := range layers {
		fields := selectedUnder(ctx, layer, "feature")
		group.Go(func() (err error) {
			found[i], err = r.Store.Search(groupCtx, layer, text, limit, fields)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	hits := []*geo.SearchHit{}
	for i := range found {
		for j := range found[i] {
			hits = append(hits, &found[i][j])
		}
	}
	sort.SliceStable(hits, func(i, j int) bool { return hits[i].Score > hits[j].Score })
	return hits[:min(limit, len(hits))], nil
}

// limited checks a number of answers.
func limited(first *int, usual, most int) (int, error) {
	if first == nil {
		return usual, nil
	}
	if *first < 1 || *first > most {
		return 0, geo.Invalid("first", "%d is not within 1 and %d", *first, most)
	}
	return *first, nil
}

// transform answers a geometry in another reference system.
func transform(g scalar.Geometry, from *crs.CRS, to crs.CRS, precision *int) (*scalar.Geometry, error) {
	form, err := model.Form(nil, precision, &to)
	if err != nil {
		return nil, err
	}
	source := crs.WGS84
	if from != nil {
		source = *from
	}
	wgs84, err := input.ToWGS84(g.Given, source, "geometry")
	if err != nil {
		return nil, err
	}
	return &scalar.Geometry{WKB: shape.AppendWKB(nil, wgs84), Form: form}, nil
}

// layers answers the layers with their state.
func (r *Resolver) layers(ctx context.Context) ([]*model.Layer, error) {
	states, err := r.Store.LayerStates(ctx)
	if err != nil {
		return nil, err
	}
	base := r.BaseURL(ctx)
	var layers []*model.Layer
	for _, l := range geo.Layers() {
		layers = append(layers, layerOf(l, states[l.Name], base))
	}
	return layers, nil
}

func layerOf(l *geo.Layer, state postgis.LayerState, base string) *model.Layer {
	name := string(l.Name)
	layer := &model.Layer{
		Name: l.Name, Title: l.Title, TitleZh: l.TitleZh, GeometryType: string(l.Geometry),
		Published: state.Published, Count: state.Count, Extent: state.BBox, Revision: state.Revision, UpdatedAt: state.UpdatedAt,
		MinZoom: l.MinZoom, MaxZoom: l.MaxZoom,
		TileURL:     base + "/tiles/" + name + "/{z}/{x}/{y}.mvt",
		TileJSONURL: base + "/tiles/" + name + ".json",
		ItemsURL:    base + "/layers/" + name + ".geojson",
	}
	for _, f := range l.Fields {
		layer.Fields = append(layer.Fields, &model.LayerField{
			Name: f.Name, Type: f.Type, Nullable: f.Nullable, Description: f.Description, Values: f.Values, InTiles: f.InTiles,
		})
	}
	return layer
}
