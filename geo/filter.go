package geo

import "github.com/paulmach/orb"

// Filter is a condition on a feature. GraphQL's where, tile filters and OGC filters all become this tree, and one
// compiler turns it into SQL. A nil Filter lets everything pass.
type Filter interface{ isFilter() }

// And holds if all of its filters hold; an empty one holds.
type And []Filter

// Or holds if at least one of its filters holds; an empty one does not.
type Or []Filter

// Not holds if its filter does not.
type Not struct{ Filter Filter }

// Compare holds if the two expressions stand in the relation. A comparison with null does not hold.
type Compare struct {
	Op          CompareOp
	Left, Right Expression
}

// In holds if the expression is one of the values.
type In struct {
	Of     Expression
	Values []any // all of the type of Of: string, int64 or float64
}

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

// Spatial holds if the geometry stands in the relation to the operand.
type Spatial struct {
	Op SpatialOp
	Of Operand
}

// Within holds if the geometry lies within so many metres of the operand, on the ellipsoid.
type Within struct {
	Of     Operand
	Metres float64
}

func (And) isFilter()      {}
func (Or) isFilter()       {}
func (Not) isFilter()      {}
func (Compare) isFilter()  {}
func (In) isFilter()       {}
func (Prefix) isFilter()   {}
func (Contains) isFilter() {}
func (Search) isFilter()   {}
func (IsNull) isFilter()   {}
func (InBox) isFilter()    {}
func (Spatial) isFilter()  {}
func (Within) isFilter()   {}

// Expression is a value that a filter looks at.
type Expression interface{ isExpression() }

// Property is the value of a scalar field, by the field's name.
type Property string

// Literal is a value given by the caller: string, int64, float64, bool or time.Time.
type Literal struct{ Value any }

func (Property) isExpression() {}
func (Literal) isExpression()  {}

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

// The relations between two geometries. CoveredBy is Within with the outline, as Contains is Covers without it.
const (
	Intersects SpatialOp = "intersects"
	Disjoint   SpatialOp = "disjoint"
	ContainsIt SpatialOp = "contains"
	CoveredBy  SpatialOp = "coveredBy"
	Touches    SpatialOp = "touches"
	Crosses    SpatialOp = "crosses"
	Overlaps   SpatialOp = "overlaps"
	Equals     SpatialOp = "equals"
)

// Operand is the other geometry of a spatial filter: exactly one of the two is set.
type Operand struct {
	Geometry orb.Geometry // WGS 84
	Feature  *Ref
	Path     string // the argument that it came from, for messages
	Checked  bool   // whether the store has found Geometry valid, or put it there
}

// Ref names a feature.
type Ref struct {
	Layer *Layer
	Code  string
}
