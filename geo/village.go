package geo

// Villages is the layer of villages.
const Villages LayerName = "villages"

// VillageKind is the kind of village.
type VillageKind string

// The values of VillageKind.
const (
	VillageKindVillage   VillageKind = "village"   // rural (村)
	VillageKindCommunity VillageKind = "community" // urban (社区)
)

// Village is a village or a community (村、社区).
type Village struct {
	Core
	Kind             VillageKind // whether it is a village or a community
	OfficialName     *string     // its name in full, with the name of its committee
	TownCode         string      // the code of its town
	AreaSquareMetres float64     // its area in square metres on the ellipsoid
}

// Layer is Villages.
func (*Village) Layer() LayerName { return Villages }

// ID names the village among all features.
func (v *Village) ID() string { return identifier(Villages, v.Code) }

func villages() *Layer {
	return &Layer{
		Name: Villages, Singular: "village", Title: "Villages", TitleZh: "村、社区",
		Geometry: MultiPolygon, MinZoom: 8, MaxZoom: 14,
		Code: `^[0-9]{12}$`, CodeMeaning: "The 12-digit division code, which begins with the code of its town.",
		New: func() Feature { return new(Village) },
		Fields: fields("The 12-digit division code, which begins with the code of its town.",
			Field{Name: "kind", Column: "kind", Type: Text, Values: []string{string(VillageKindVillage), string(VillageKindCommunity)}, InTiles: true, Description: "Whether it is a village or a community.",
				Of: func(f Feature) any { return &f.(*Village).Kind }},
			Field{Name: "officialName", Column: "official_name", Type: Text, Nullable: true, InTiles: true, Description: "Its name in full, with the name of its committee.",
				Of: func(f Feature) any { return &f.(*Village).OfficialName }},
			Field{Name: "townCode", Column: "town_code", Type: Text, Derived: true, Derive: codePrefix(9), InTiles: true, Description: "The code of its town.",
				Of: func(f Feature) any { return &f.(*Village).TownCode }},
			Field{Name: "areaSquareMetres", Column: "area_square_metres", Type: Number, Derived: true, Kept: true, InTiles: true, Description: "Its area in square metres on the ellipsoid.",
				Of: func(f Feature) any { return &f.(*Village).AreaSquareMetres }},
		),
		GroupBy: []Group{{Name: "kind", Field: "kind"}, {Name: "townCode", Field: "townCode"}},
	}
}
