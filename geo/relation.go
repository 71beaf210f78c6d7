package geo

// Relation leads from the features of one layer to those of another.
type Relation struct {
	Name     string // from layer, dot, field: villages.grids
	From, To LayerName
	// Key gives what the related features are found by, from the code of a feature: the code, or the part of it that
	// names an ancestor, so that features with the same ancestor share one look-up. Empty if there is none.
	Key func(code string) string
}

func whole(code string) string   { return code }
func town(code string) string    { return code[:min(9, len(code))] }
func village(code string) string { return code[:min(12, len(code))] }

func parent(code string) string {
	if len(code) <= 12 {
		return ""
	}
	return code[:len(code)-2]
}

// Relations lists the relations of the map. What is shared is not to be changed.
func Relations() []*Relation { return relations }

// RelationNamed finds a relation by its name; it is nil if there is none.
func RelationNamed(name string) *Relation {
	for _, r := range relations {
		if r.Name == name {
			return r
		}
	}
	return nil
}

var relations = []*Relation{
	{Name: "towns.villages", From: Towns, To: Villages, Key: whole},
	{Name: "towns.stations", From: Towns, To: Stations, Key: whole},
	{Name: "villages.town", From: Villages, To: Towns, Key: town},
	{Name: "villages.grids", From: Villages, To: Grids, Key: whole},
	{Name: "villages.belts", From: Villages, To: Belts, Key: whole},
	{Name: "villages.station", From: Villages, To: Stations, Key: town},
	{Name: "grids.village", From: Grids, To: Villages, Key: village},
	{Name: "grids.parent", From: Grids, To: Grids, Key: parent},
	{Name: "grids.children", From: Grids, To: Grids, Key: whole},
	{Name: "grids.ancestors", From: Grids, To: Grids, Key: parent},
	{Name: "grids.descendants", From: Grids, To: Grids, Key: whole},
	{Name: "belts.villages", From: Belts, To: Villages, Key: whole},
	{Name: "stations.village", From: Stations, To: Villages, Key: whole},
	{Name: "stations.towns", From: Stations, To: Towns, Key: whole},
	{Name: "stations.villages", From: Stations, To: Villages, Key: whole},
}
