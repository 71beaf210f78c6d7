package input

import (
	"slices"

	"xiangtu/geo"
)

// LayersNamed gives the layers of these names in the registry's order, or all if there are none.
func LayersNamed(names []geo.LayerName) []*geo.Layer {
	if names == nil {
		return geo.Layers()
	}
	var layers []*geo.Layer
	for _, l := range geo.Layers() {
		if slices.Contains(names, l.Name) {
			layers = append(layers, l)
		}
	}
	return layers
}

// LayerOf gives the layer whose features are of type T, such as geo.Village.
func LayerOf[T any]() *geo.Layer {
	feature, ok := any(new(T)).(geo.Feature)
	if !ok {
		return nil
	}
	layer, _ := geo.LayerNamed(feature.Layer())
	return layer
}
