// Package exchange reads and writes the files in which features travel. It knows formats and the rules that a feature
// can be held to by itself; what needs the other features of the map is the store's to check.
package exchange

import (
	"fmt"

	"github.com/paulmach/orb"
)

// The rules that a feature can break. Programs branch on them, so they never change. A geometry breaks rules that are
// named in package shape, and a value outside its bounds the rule that the database has for it, such as workers_check.
const (
	NotAFeature    = "not_a_feature"    // no GeoJSON Feature
	MissingField   = "missing_field"    // a field that every feature of the layer has is not given
	WrongFieldType = "wrong_field_type" // a text for a number, or the like
	UnknownValue   = "unknown_value"    // none of the values that the field can have
	InvalidText    = "invalid_text"     // not UTF-8, or with a character that text cannot hold (U+0000)
	BadCode        = "bad_code"         // a code that is not of the layer's form
	Disagrees      = "disagrees"        // a derived field that is given, and is not what the code says
	DuplicateCode  = "duplicate_code"   // an earlier feature of the file has the code
	RetiredCode    = "retired_code"     // a grid of the code was divided or joined
	DuplicateName  = "duplicate_name"   // a JSON object has a member twice
	OutsideScope   = "outside_scope"    // it lies outside of what the actor may change
	MissingParent  = "missing_parent"   // a feature that is named is neither on the map nor in the file
)

// Refusal says why a feature is not taken, and where it breaks.
type Refusal struct {
	Index  int        `json:"index"`           // the feature's place in the file, from 0
	Code   string     `json:"code,omitempty"`  // empty where it has none
	Rule   string     `json:"rule"`            // one of the rules above
	Field  string     `json:"field,omitempty"` // the property or the part of the geometry, if it is one
	Reason string     `json:"reason"`          // a phrase for people: what is wrong and what would be right
	Place  *orb.Point `json:"place,omitempty"` // longitude and latitude where a geometry breaks, WGS 84
}

// String gives the refusal as one line.
func (r *Refusal) String() string {
	text := fmt.Sprintf("feature %d", r.Index)
	if r.Code != "" {
		text += fmt.Sprintf(" (%.40s)", r.Code)
	}
	text += ": " + r.Rule + ": "
	if r.Field != "" {
		text += r.Field + ": "
	}
	text += r.Reason
	if r.Place != nil {
		text += fmt.Sprintf(" (at %.7f, %.7f)", r.Place[0], r.Place[1])
	}
	return text
}

// Record is one feature of a file. Either Refusal is set or the rest is what the store keeps.
type Record struct {
	Index    int        // the feature's place in the file, from 0
	Code     string     // as far as it could be read
	Values   []any      // of the layer's fields, in their order: string, int64, float64, bool, time.Time or nil; kept ones are nil
	Members  [][]string // of the layer's members, in their order
	Geometry []byte     // WKB, WGS 84, of the layer's type, rings in RFC 7946 order
	Refusal  *Refusal
}

// refuse marks the record as refused; the first reason stays.
func (r *Record) refuse(rule, field, format string, args ...any) {
	if r.Refusal == nil {
		r.Refusal = &Refusal{Index: r.Index, Rule: rule, Field: field, Reason: fmt.Sprintf(format, args...)}
	}
}
