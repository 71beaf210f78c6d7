package geo

// Stations is the layer of guidance stations.
const Stations LayerName = "stations"

// Station is a guidance station for grassroots work (基层党建指导站).
type Station struct {
	Core
	VillageCode string // the code of the village that it stands in
}

// Layer is Stations.
func (*Station) Layer() LayerName { return Stations }

// ID names the station among all features.
func (s *Station) ID() string { return identifier(Stations, s.Code) }

func stations() *Layer {
	return &Layer{
		Name: Stations, Singular: "station", Title: "Guidance stations", TitleZh: "基层党建指导站",
		Geometry: Point, MinZoom: 6, MaxZoom: 14,
		Code: `^.{1,32}$`, CodeMeaning: "A code of 1 to 32 characters.",
		New: func() Feature { return new(Station) },
		Fields: fields("A code of 1 to 32 characters.",
			Field{Name: "villageCode", Column: "village_code", Type: Text, InTiles: true, Description: "The code of the village that it stands in.",
				Of: func(f Feature) any { return &f.(*Station).VillageCode }},
		),
		Members: []Field{
			{Name: "townCodes", Column: "town_codes", Type: Text, Description: "The codes of the towns that it serves."},
		},
		GroupBy: []Group{{Name: "villageCode", Field: "villageCode"}},
	}
}
