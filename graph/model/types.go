package model

import (
	"time"

	"xiangtu/geo"
	"xiangtu/geo/crs"
)

// Node is anything with a global identifier.
type Node interface{ ID() string }

// The types that are the domain's own. The domain is not searched for types by itself, because it also has names that
// mean something else in GraphQL, such as Boolean.

type (
	// Feature is the domain's.
	Feature = geo.Feature
	// Town is the domain's.
	Town = geo.Town
	// Village is the domain's.
	Village = geo.Village
	// Grid is the domain's.
	Grid = geo.Grid
	// Belt is the domain's.
	Belt = geo.Belt
	// Station is the domain's.
	Station = geo.Station
	// Statistics is the domain's.
	Statistics = geo.Statistics
	// Nearest is the domain's.
	Nearest = geo.Nearest
	// SearchHit is the domain's.
	SearchHit = geo.SearchHit
)

// GridDescent says that ground came from one code to another.
type GridDescent = geo.Descent

// GridLineage is what a code came from and what came from it.
type GridLineage = geo.Lineage

// GridRollUp is what the grids of one level below a place amount to.
type GridRollUp = geo.RollUp

// The pages, edges and figures of each layer.

type (
	// TownConnection is a page of towns.
	TownConnection = Connection[geo.Town]
	// TownEdge is one of towns.
	TownEdge = Edge[geo.Town]
	// TownAggregate is figures over towns.
	TownAggregate = Aggregate[geo.Town]
	// TownGroup is figures over a group of towns.
	TownGroup = Group
	// VillageConnection is a page of villages.
	VillageConnection = Connection[geo.Village]
	// VillageEdge is one of villages.
	VillageEdge = Edge[geo.Village]
	// VillageAggregate is figures over villages.
	VillageAggregate = Aggregate[geo.Village]
	// VillageGroup is figures over a group of villages.
	VillageGroup = Group
	// GridConnection is a page of grids.
	GridConnection = Connection[geo.Grid]
	// GridEdge is one of grids.
	GridEdge = Edge[geo.Grid]
	// GridAggregate is figures over grids.
	GridAggregate = Aggregate[geo.Grid]
	// GridGroup is figures over a group of grids.
	GridGroup = Group
	// BeltConnection is a page of belts.
	BeltConnection = Connection[geo.Belt]
	// BeltEdge is one of belts.
	BeltEdge = Edge[geo.Belt]
	// BeltAggregate is figures over belts.
	BeltAggregate = Aggregate[geo.Belt]
	// BeltGroup is figures over a group of belts.
	BeltGroup = Group
	// StationConnection is a page of stations.
	StationConnection = Connection[geo.Station]
	// StationEdge is one of stations.
	StationEdge = Edge[geo.Station]
	// StationAggregate is figures over stations.
	StationAggregate = Aggregate[geo.Station]
	// StationGroup is figures over a group of stations.
	StationGroup = Group
)

// Layer is a layer with its state, for a client that shows it.
type Layer struct {
	Name             geo.LayerName
	Title, TitleZh   string
	GeometryType     string
	Published        bool
	Count            int
	Extent           []float64 // west, south, east, north in degrees; nil if the layer is empty
	Revision         int64
	UpdatedAt        time.Time
	Fields           []*LayerField
	MinZoom, MaxZoom int
	TileURL          string
	TileJSONURL      string
	ItemsURL         string
}

// BBox gives the extent in a reference system.
func (l *Layer) BBox(crs *crs.CRS) []float64 { return BoxIn(l.Extent, crs) }

// SignedTiles are URLs of tiles that need no key for a while.
type SignedTiles struct {
	TileURL, TileJSONURL string
	ExpiresAt            time.Time
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
