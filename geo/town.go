package geo

// Towns is the layer of towns.
const Towns LayerName = "towns"

// TownKind is the rank of unit.
type TownKind string

// The values of TownKind.
const (
	TownKindTown        TownKind = "town"        // a town (镇)
	TownKindSubdistrict TownKind = "subdistrict" // a subdistrict (街道)
	TownKindSpecial     TownKind = "special"     // a special unit of the same rank
)

// Town is a town, a subdistrict or a unit of that rank (镇、街道).
type Town struct {
	Core
	Kind             TownKind // what rank of unit it is
	CountyCode       string   // the 6-digit division code of its county
	AreaSquareMetres float64  // its area in square metres on the ellipsoid
}

// Layer is Towns.
func (*Town) Layer() LayerName { return Towns }

// ID names the town among all features.
func (t *Town) ID() string { return identifier(Towns, t.Code) }

func towns() *Layer {
	return &Layer{
		Name: Towns, Singular: "town", Title: "Towns", TitleZh: "镇、街道",
		Geometry: MultiPolygon, MinZoom: 6, MaxZoom: 14,
		Code: `^[0-9]{9}$`, CodeMeaning: "The 9-digit division code.",
		New: func() Feature { return new(Town) },
		Fields: fields("The 9-digit division code.",
			Field{Name: "kind", Column: "kind", Type: Text, Values: []string{string(TownKindTown), string(TownKindSubdistrict), string(TownKindSpecial)}, InTiles: true, Description: "What rank of unit it is.",
				Of: func(f Feature) any { return &f.(*Town).Kind }},
			Field{Name: "countyCode", Column: "county_code", Type: Text, Derived: true, Derive: codePrefix(6), InTiles: true, Description: "The 6-digit division code of its county.",
				Of: func(f Feature) any { return &f.(*Town).CountyCode }},
			Field{Name: "areaSquareMetres", Column: "area_square_metres", Type: Number, Derived: true, Kept: true, InTiles: true, Description: "Its area in square metres on the ellipsoid.",
				Of: func(f Feature) any { return &f.(*Town).AreaSquareMetres }},
		),
		GroupBy: []Group{{Name: "kind", Field: "kind"}, {Name: "countyCode", Field: "countyCode"}},
	}
}
