// Package tile draws the map as vector tiles: one tile, or a pyramid of them into an archive. It knows nothing of who
// asks for them.
package tile

import (
	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/shape/mvt"
)

// MaxZoom is the deepest level that tiles are drawn for; a tile is then 10 m wide.
const MaxZoom = 22

// Place is which tile: the column X and row Y, row 0 in the north, of level Z of a quad.
type Place struct {
	Quad    mvt.Quad
	Z, X, Y uint32
	CRS     crs.CRS // WGS84, or GCJ02 or BD09 for a tile under a base map in one of them
}

// Selection is which features of a layer are drawn.
type Selection struct {
	Layer  *geo.Layer
	Filter geo.Filter // resolved by the store; nil for all
}
