package model

import (
	"time"

	"xiangtu/geo"
)

// Node is anything with a global identifier.
type Node interface{ ID() string }

// The types that are the domain's own. The domain is not searched for types by itself, because it also has names that
// mean something else in GraphQL, such as Boolean.
type (
	Feature    = geo.Feature
	Town       = geo.Town
	Village    = geo.Village
	Grid       = geo.Grid
	Belt       = geo.Belt
	Station    = geo.Station
	Statistics = geo.Statistics
	Nearest    = geo.Nearest
	SearchHit  = geo.SearchHit
)

// GridRollUp is what the grids of one level below a place amount to.
type GridRollUp = geo.RollUp

// The pages, edges and figures of each layer.
type (
	TownConnection    = Connection[geo.Town]
	TownEdge          = Edge[geo.Town]
	TownAggregate     = Aggregate[geo.Town]
	TownGroup         = Group
	VillageConnection = Connection[geo.Village]
	VillageEdge       = Edge[geo.Village]
	VillageAggregate  = Aggregate[geo.Village]
	VillageGroup      = Group
	GridConnection    = Connection[geo.Grid]
	GridEdge          = Edge[geo.Grid]
	GridAggregate     = Aggregate[geo.Grid]
	GridGroup         = Group
	BeltConnection    = Connection[geo.Belt]
	BeltEdge          = Edge[geo.Belt]
	BeltAggregate     = Aggregate[geo.Belt]
	BeltGroup         = Group
	StationConnection = Connection[geo.Station]
	StationEdge       = Edge[geo.Station]
	StationAggregate  = Aggregate[geo.Station]
	StationGroup      = Group
)

// Layer is a layer with its state, for a client that shows it.
type Layer struct {
	Name             geo.LayerName
	Title, TitleZh   string
	GeometryType     string
	Count            int
	BBox             []float64
	Revision         int64
	UpdatedAt        time.Time
	Fields           []*LayerField
	MinZoom, MaxZoom int
	TileURL          string
	TileJSONURL      string
	ItemsURL         string
}

// LayerField is a scalar field of a layer.
type LayerField struct {
	Name        string
	Type        geo.FieldType
	Nullable    bool
	Description string
	Values      []string
	InTiles     bool
}
