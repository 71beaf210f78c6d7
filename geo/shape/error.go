package shape

import (
	"fmt"

	"github.com/paulmach/orb"
)

// The codes of an Error. Clients branch on them, so they never change.
const (
	CodeInvalidGeoJSON   = "invalid_geojson"    // not JSON, or not as RFC 7946 has it
	CodeInvalidWKT       = "invalid_wkt"        // not Well-Known Text, or Well-Known Binary in hexadecimal digits
	CodeWrongType        = "wrong_type"         // a geometry, but of another type than is needed
	CodeEmptyGeometry    = "empty_geometry"     // no vertices
	CodeNotFinite        = "not_finite"         // NaN, infinite, or too large for a double
	CodeOutOfRange       = "out_of_range"       // beyond ±180 or ±90 degrees
	CodeTooFewPoints     = "too_few_points"     // a line under two, a ring under four
	CodeUnclosedRing     = "unclosed_ring"      // a ring that does not end where it starts
	CodeSelfIntersection = "self_intersection"  // a ring that crosses itself or another
	CodeHoleOutsideShell = "hole_outside_shell" // a hole that its shell does not hold
	CodeNestedShells     = "nested_shells"      // a polygon inside another of its MultiPolygon
)

// Error says why a geometry is refused, where, and what would be right.
type Error struct {
	// Code is one of the constants above.
	Code string
	// Message is a phrase for people: what was wrong and what would be right.
	Message string
	// Path leads to the fault inside the GeoJSON, such as coordinates[0][3];
	// empty for the geometry as a whole.
	Path string
	// Place is where on the map it is, if that is known: longitude, latitude.
	Place *orb.Point
}

// Error gives path, message and place as one line.
func (e *Error) Error() string {
	text := e.Message
	if e.Path != "" {
		text = e.Path + ": " + text
	}
	if e.Place != nil {
		text += fmt.Sprintf(" (at %.7g, %.7g)", e.Place[0], e.Place[1])
	}
	return text
}

// inside puts e one step deeper: a member name or an index before its path.
func (e *Error) inside(step string) *Error {
	if e.Path != "" && e.Path[0] != '[' {
		step += "."
	}
	e.Path = step + e.Path
	return e
}

// at puts e below an index.
func (e *Error) at(i int) *Error { return e.inside(fmt.Sprintf("[%d]", i)) }

func fault(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}
