package geo

import "github.com/paulmach/orb"

// Filter is a condition on a feature. GraphQL's where and CQL2 both become this tree, and one compiler turns it into
// SQL. A nil Filter lets everything pass.
//
// A filter is true, false or, where it looks at a null, null; what it is null for does not pass. And, Or and Negation
// follow the truth tables of CQL2 (OGC 21-065r2, clause 6.2), which are those of SQL.
type Filter interface{ isFilter() }

// And holds if all of its filters hold; an empty one holds.
type And []Filter

// Or holds if at least one of its filters holds; an empty one does not.
type Or []Filter

// Not holds wherever its filter does not, also where that is null: the not of GraphQL, which knows true and false only.
type Not struct{ Filter Filter }

// Negation is true where its filter is false, false where it is true, and null where it is null: the NOT of CQL2
// (OGC 21-065r2, requirement /req/basic-cql2/null-predicate). What is neither large nor known to be small passes Not
// of large, but not Negation of large.
type Negation struct{ Filter Filter }

// Compare holds if the two expressions stand in the relation. A comparison with null does not hold.
type Compare struct {
	Op          CompareOp
	Left, Right Expression
}

// Between holds if the expression is neither less than Low nor greater than High. It is null if one of the three is
// (OGC 21-065r2, requirement /req/advanced-comparison-operators/between-predicate).
type Between struct{ Of, Low, High Expression }

// In holds if the expression is one of the values.
type In struct {
	Of     Expression
	Values []any // all of one type, the type of Of: string, int64, float64, bool, time.Time or Day
}

// Like holds if the text is as the pattern says: % stands for any characters, _ for one, \ takes the next as it is.
type Like struct{ Of, Pattern Expression }

// Prefix holds if the text begins with that text.
type Prefix struct {
	Of   Expression
	Text string
}

// Contains holds if the text has that text in it; capital and small letters are the same.
type Contains struct {
	Of   Expression
	Text string
}

// Search holds if the feature's name is like the text in Chinese, in pinyin or by its initials.
type Search struct{ Text string }

// IsNull holds if the expression is null.
type IsNull struct{ Of Expression }

// InBox holds if the geometry has a point in common with the box.
type InBox struct{ Box Box }

// Spatial holds if the geometry of the feature, or From in its place, stands in the relation to the operand.
type Spatial struct {
	Op   SpatialOp
	From *Operand // nil for the geometry of the feature
	Of   Operand
}

// Temporal holds if the one interval stands in the relation to the other.
type Temporal struct {
	Op          TemporalOp
	Left, Right Interval
}

// Within holds if the geometry lies within so many metres of the operand, on the ellipsoid.
type Within struct {
	Of     Operand
	Metres float64
}

func (And) isFilter()      {}
func (Or) isFilter()       {}
func (Not) isFilter()      {}
func (Negation) isFilter() {}
func (Between) isFilter()  {}
func (Like) isFilter()     {}
func (Temporal) isFilter() {}
func (Compare) isFilter()  {}
func (In) isFilter()       {}
func (Prefix) isFilter()   {}
func (Contains) isFilter() {}
func (Search) isFilter()   {}
func (IsNull) isFilter()   {}
func (InBox) isFilter()    {}
func (Spatial) isFilter()  {}
func (Within) isFilter()   {}

// CompareOp is a relation between two values.
type CompareOp string

// The relations between two values.
const (
	Equal          CompareOp = "="
	NotEqual       CompareOp = "<>"
	Less           CompareOp = "<"
	LessOrEqual    CompareOp = "<="
	Greater        CompareOp = ">"
	GreaterOrEqual CompareOp = ">="
)

// SpatialOp is a relation of the feature's geometry to another, in the plane of longitude and latitude
// (OGC 06-103r4, 6.1.2.3).
type SpatialOp string

// The relations between two geometries. CoveredBy is WithinIt with the outline, as Contains is Covers without it.
const (
	Intersects SpatialOp = "intersects"
	Disjoint   SpatialOp = "disjoint"
	ContainsIt SpatialOp = "contains"
	CoveredBy  SpatialOp = "coveredBy"
	WithinIt   SpatialOp = "within"
	Touches    SpatialOp = "touches"
	Crosses    SpatialOp = "crosses"
	Overlaps   SpatialOp = "overlaps"
	Equals     SpatialOp = "equals"
)

// Operand is the other geometry of a spatial filter: exactly one of the three is set.
type Operand struct {
	Geometry orb.Geometry // WGS 84
	Feature  *Ref
	Own      bool   // the geometry of the feature that is filtered
	Path     string // the argument that it came from, for messages
	Checked  bool   // whether the store has found Geometry valid, or put it there
}

// Ref names a feature.
type Ref struct {
	Layer *Layer
	Code  string
}
