package geo

import (
	"regexp"
	"slices"
)

// Layers gives the layers of the map, parents before children: the only list of them there is. The slice and what it
// points to are shared and must not be changed.
func Layers() []*Layer { return registry }

// registry is never written after the program's start.
var registry = register(towns(), villages(), grids(), belts(), stations())

func register(layers ...*Layer) []*Layer {
	for _, l := range layers {
		l.codeForm = regexp.MustCompile(l.Code)
	}
	return layers
}

// LayerNamed finds a layer by its name.
func LayerNamed(name LayerName) (*Layer, bool) {
	i := slices.IndexFunc(registry, func(l *Layer) bool { return l.Name == name })
	if i < 0 {
		return nil, false
	}
	return registry[i], true
}
