package geo

import (
	"strings"

	"github.com/paulmach/orb"
)

// Operation is what a change does to a feature.
type Operation string

// The operations of changes.
const (
	Create  Operation = "create"  // makes a feature of a code that none has
	Update  Operation = "update"  // changes one that is there; what is not given stays
	Replace Operation = "replace" // changes one that is there; what is not given is null, or an empty list
	Upsert  Operation = "upsert"  // updates the feature if it is there, and else creates it
	Delete  Operation = "delete"  // takes one away
	Revert  Operation = "revert"  // writes all of it as it was at a revision, also if it is gone
)

// Change is what somebody wants done to one feature.
type Change struct {
	Layer     *Layer
	Operation Operation
	Code      string
	// Values are the values of scalar fields by their names: string, bool, int64, float64 or time.Time, and nil for null. A
	// field that is not in it is not given, which is not the same as null.
	Values map[string]any
	// Members are the lists of codes by their names. A list that is not in it is not given.
	Members map[string][]string
	// Geometry is in WGS 84, longitude and latitude; nil if it is not given.
	Geometry orb.Geometry
	// ToRevision is the revision of the layer that a revert goes back to.
	ToRevision int64
	// IfRevision is the revision that the feature must have for the change to be made; nil for any.
	IfRevision *int64
	// Fields are the parts of the feature that the outcome is to have. What nobody asks for is not read.
	Fields FieldSet
	// PathOf gives the argument of the request that a part of the change comes from: a field, a list of members, code,
	// geometry or ifRevision. Errors name it. Nil is the name of the part itself.
	PathOf func(part string) string
}

// At gives the argument that a part of the change comes from.
func (c *Change) At(part string) string {
	if c.PathOf == nil {
		return part
	}
	return c.PathOf(part)
}

// Action is what a change did.
type Action string

// The actions.
const (
	Created   Action = "created"
	Updated   Action = "updated"
	Unchanged Action = "unchanged" // the feature was so already, and keeps its revision
	Deleted   Action = "deleted"
)

// Outcome is what a change did, or would do.
type Outcome struct {
	Action  Action
	Feature Feature // as it is after the change, and before it if it is deleted; with the parts that the change asks for
	// Revision is that of the layer which the change made; of a feature that stayed as it was, the feature's own.
	Revision int64
}

// WriteOptions say how changes are made.
type WriteOptions struct {
	DryRun bool // do everything but keep it
}

// Errors is all that is wrong with some changes, of which nothing is written.
type Errors []*Error

// Error gives the messages, one a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, one := range e {
		lines[i] = one.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the errors.
func (e Errors) Unwrap() []error {
	list := make([]error, len(e))
	for i, one := range e {
		list[i] = one
	}
	return list
}

// OrNil is the errors as an error, which is nil if there are none.
func (e Errors) OrNil() error {
	if len(e) == 0 {
		return nil
	}
	return e
}
