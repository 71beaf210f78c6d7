package geo

// Statistics is the sum, least, greatest and mean of a number over features; all nil over none.
type Statistics struct {
	Sum, Min, Max, Avg *float64
}

// Summary is figures over all the features that a query matches, whatever its window.
type Summary struct {
	Count      int
	BBox       []float64              // west, south, east, north in degrees; nil over none
	Statistics map[string]*Statistics // by the name of the field
	Key        string                 // what the group has in common; empty for the whole
}

// RollUp is what the grids of one level below a place amount to.
type RollUp struct {
	Level            int
	Grids            int
	Workers          int
	AreaSquareMetres float64
}

// Nearest is a feature and its distance from a point, in metres on the ellipsoid.
type Nearest struct {
	Feature        Feature
	DistanceMetres float64
}

// SearchHit is a feature that a search found, and how well it fits: from 0 to 1, which is the very name or code.
type SearchHit struct {
	Feature Feature
	Score   float64
}
