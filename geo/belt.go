package geo

// Belts is the layer of demonstration belts.
const Belts LayerName = "belts"

// BeltStatus is the state of a belt.
type BeltStatus string

// The values of BeltStatus.
const (
	BeltPlanned  BeltStatus = "planned"  // on paper
	BeltBuilding BeltStatus = "building" // under way
	BeltComplete BeltStatus = "complete" // done
)

// Belt is a demonstration belt of rural revitalisation (乡村振兴示范带).
type Belt struct {
	Core
	Status         BeltStatus // how far it has come
	CorridorMetres float64    // how far its corridor reaches to either side of the route, in metres
	LengthMetres   float64    // the length of the route in metres on the ellipsoid
}

// Layer is Belts.
func (*Belt) Layer() LayerName { return Belts }

// ID names the belt among all features.
func (b *Belt) ID() string { return identifier(Belts, b.Code) }

func belts() *Layer {
	return &Layer{
		Name: Belts, Singular: "belt", Title: "Demonstration belts", TitleZh: "乡村振兴示范带",
		Geometry: LineString, MinZoom: 6, MaxZoom: 14,
		Code: `^.{1,32}$`, CodeMeaning: "A code of 1 to 32 characters.",
		New: func() Feature { return new(Belt) },
		Fields: fields("A code of 1 to 32 characters.",
			Field{Name: "status", Column: "status", Type: Text, Values: []string{string(BeltPlanned), string(BeltBuilding), string(BeltComplete)}, InTiles: true, Description: "How far it has come.",
				Of: func(f Feature) any { return &f.(*Belt).Status }},
			Field{Name: "corridorMetres", Column: "corridor_metres", Type: Number, InTiles: true, Description: "How far its corridor reaches to either side of the route, in metres.",
				Of: func(f Feature) any { return &f.(*Belt).CorridorMetres }},
			Field{Name: "lengthMetres", Column: "length_metres", Type: Number, Derived: true, Kept: true, InTiles: true, Description: "The length of the route in metres on the ellipsoid.",
				Of: func(f Feature) any { return &f.(*Belt).LengthMetres }},
		),
		Members: []Field{
			{Name: "villageCodes", Column: "village_codes", Type: Text, Description: "The codes of its villages, in the order of the route."},
		},
		GroupBy: []Group{{Name: "status", Field: "status"}},
	}
}
