package geo

import "strings"

// identifier names a feature among all features: its layer and its code.
func identifier(layer LayerName, code string) string {
	return string(layer) + ":" + code
}

// ParseID reads the layer and the code from a feature's identifier; ok is false if it is not one.
func ParseID(id string) (layer *Layer, code string, ok bool) {
	name, code, found := strings.Cut(id, ":")
	if !found || code == "" {
		return nil, "", false
	}
	layer, ok = LayerNamed(LayerName(name))
	return layer, code, ok
}
