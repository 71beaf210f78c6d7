package geo

import "github.com/paulmach/orb"

// Query asks for features of a layer: which, in what order, how many, and which parts of them. Every surface makes
// one, and the store answers it.
type Query struct {
	Layer  *Layer
	Filter Filter   // nil for all
	Of     *Kin     // nil for the whole layer
	Order  []Order  // before the code, which is always the last term; empty for the natural order
	Window Window   // which part of the list
	Fields FieldSet // what to read of each
}

// Kin restricts a query to the relatives of some features: the list is then one a key, each with the same window.
type Kin struct {
	Relation *Relation
	Keys     []string
}

// Order is one term of an order: by a scalar field, or by the distance from a point.
type Order struct {
	Field        string
	DistanceFrom *orb.Point // WGS 84; distances are on the ellipsoid
	Descending   bool
}

// Window is a part of a list: the first or the last so many between two cursors.
type Window struct {
	Limit    int  // 0 for no limit
	Backward bool // the last so many instead of the first
	After    *Position
	Before   *Position
}

// Position is a place in an ordered list: the values of the order's terms, then the code. A list that changes around
// it leaves it where it is.
type Position struct {
	Values []any // string, int64, float64 or time.Time as the term asks
	Code   string
}

// Slice is the answer for one key: the features of the window, in order.
type Slice struct {
	Features  []Feature
	Positions []Position // of each feature, where the query was ordered by more than the code; else nil
	More      bool       // whether the list goes on beyond the window, in the window's direction
}
