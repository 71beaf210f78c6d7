package geo

// Grids is the layer of grids.
const Grids LayerName = "grids"

// Grid is a grid (网格): the ground of a few grid workers.
type Grid struct {
	Core
	Level            int     // its level: 1 is a whole village, 3 the finest
	Workers          int     // how many grid workers it has
	VillageCode      string  // the code of its village
	ParentCode       *string // the code of the grid that it is a part of; null on level 1
	AreaSquareMetres float64 // its area in square metres on the ellipsoid
}

// Layer is Grids.
func (*Grid) Layer() LayerName { return Grids }

// ID names the grid among all features.
func (g *Grid) ID() string { return identifier(Grids, g.Code) }

func grids() *Layer {
	return &Layer{
		Name: Grids, Singular: "grid", Title: "Grids", TitleZh: "网格",
		Geometry: MultiPolygon, MinZoom: 8, MaxZoom: 16,
		Code: `^[0-9]{12}([0-9]{2}){0,2}$`, CodeMeaning: "The code of its village, then two digits for each further level.",
		New: func() Feature { return new(Grid) },
		Fields: fields("The code of its village, then two digits for each further level.",
			Field{Name: "level", Column: "level", Type: Integer, Derived: true, Derive: gridLevel, InTiles: true, Description: "Its level: 1 is a whole village, 3 the finest.",
				Of: func(f Feature) any { return &f.(*Grid).Level }},
			Field{Name: "workers", Column: "workers", Type: Integer, InTiles: true, Description: "How many grid workers it has.",
				Of: func(f Feature) any { return &f.(*Grid).Workers }},
			Field{Name: "villageCode", Column: "village_code", Type: Text, Derived: true, Derive: codePrefix(12), InTiles: true, Description: "The code of its village.",
				Of: func(f Feature) any { return &f.(*Grid).VillageCode }},
			Field{Name: "parentCode", Column: "parent_code", Type: Text, Nullable: true, Derived: true, Derive: gridParent, InTiles: true, Description: "The code of the grid that it is a part of; null on level 1.",
				Of: func(f Feature) any { return &f.(*Grid).ParentCode }},
			Field{Name: "areaSquareMetres", Column: "area_square_metres", Type: Number, Derived: true, Kept: true, InTiles: true, Description: "Its area in square metres on the ellipsoid.",
				Of: func(f Feature) any { return &f.(*Grid).AreaSquareMetres }},
		),
		GroupBy: []Group{{Name: "level", Field: "level"}, {Name: "townCode", Field: "villageCode", Prefix: 9}, {Name: "villageCode", Field: "villageCode"}, {Name: "parentCode", Field: "parentCode"}},
	}
}

// gridLevel derives the level of a grid: two digits of its code a level after those of the first.
func gridLevel(code string) any { return int64(len(code)-10) / 2 }

// gridParent derives the code of a grid's parent.
func gridParent(code string) any {
	if p := parent(code); p != "" {
		return p
	}
	return nil
}
