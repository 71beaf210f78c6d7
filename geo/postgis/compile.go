package postgis

import "xiangtu/geo"

// Compile says what is wrong with a filter on a layer, without asking the database: nil if it can be compiled. A filter
// that names a feature cannot be judged before that is read, and passes.
func Compile(layer *geo.Layer, filter geo.Filter) error {
	return (&builder{}).where(layer, filter)
}
