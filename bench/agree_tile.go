package main

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/planar"
)

// invisible is half a pixel of a tile shown at 512 pixels, and a rounding: what is smaller, Xiangtu leaves out.
const invisible = 5

// sameTile compares the features of two tiles: their ids, their properties and the areas of their geometries. Whether
// they are the same areas is for the tests of geo/shape/mvt.
func sameTile(ours, theirs []byte) (tally, error) {
	a, err := drawn(ours)
	if err != nil {
		return tally{}, err
	}
	b, err := drawn(theirs)
	if err != nil {
		return tally{}, err
	}
	var t tally
	for id, their := range b {
		our, both := a[id]
		switch {
		case !both && seen(their):
			return t, fmt.Errorf("feature %v is missing", id)
		case !both:
			continue
		}
		if err := sameDrawing(our, their); err != nil {
			return t, fmt.Errorf("feature %v: %w", id, err)
		}
		t.rows++
		t.vertices += vertices(our.Geometry)
	}
	for id, our := range a {
		if _, both := b[id]; !both && seen(our) {
			return t, fmt.Errorf("there should be no feature %v", id)
		}
	}
	return t, nil
}

// drawn gives the features of a tile by their ids.
func drawn(tile []byte) (map[any]*geojson.Feature, error) {
	layers, err := mvt.Unmarshal(tile)
	if err != nil {
		return nil, err
	}
	features := make(map[any]*geojson.Feature)
	for _, layer := range layers {
		for _, f := range layer.Features {
			features[f.ID] = f
		}
	}
	return features, nil
}

func seen(f *geojson.Feature) bool {
	b := f.Geometry.Bound()
	return b.Max[0]-b.Min[0] > invisible || b.Max[1]-b.Min[1] > invisible
}

func sameDrawing(ours, theirs *geojson.Feature) error {
	if len(ours.Properties) != len(theirs.Properties) {
		return fmt.Errorf("it has the properties %v, not %v", ours.Properties, theirs.Properties)
	}
	for name, value := range theirs.Properties {
		if fmt.Sprint(ours.Properties[name]) != fmt.Sprint(value) {
			return fmt.Errorf("its %s is %v, not %v", name, ours.Properties[name], value)
		}
	}
	// To clip before or after rounding puts an edge half a unit apart, and a spike of no width may go.
	a, b := planar.Area(ours.Geometry), planar.Area(theirs.Geometry)
	if allowed := 4 + planar.Length(theirs.Geometry)/2; math.Abs(a-b) > allowed {
		return fmt.Errorf("it covers %.0f square units, not %.0f", a, b)
	}
	return nil
}

func vertices(g orb.Geometry) int {
	count := 0
	switch g := g.(type) {
	case orb.Polygon:
		for _, ring := range g {
			count += len(ring)
		}
	case orb.MultiPolygon:
		for _, polygon := range g {
			count += vertices(polygon)
		}
	}
	return count
}
