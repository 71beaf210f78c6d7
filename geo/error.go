package geo

import (
	"fmt"

	"github.com/paulmach/orb"
)

// Code names a kind of error, the same on every surface.
type Code string

// The kinds of error that a caller can meet.
const (
	BadInput         Code = "BAD_USER_INPUT"        // an argument is wrong; Path and Place say where
	BadCursor        Code = "BAD_CURSOR"            // a cursor is not one of this list
	NotFound         Code = "NOT_FOUND"             // what was named is not there
	Unauthenticated  Code = "UNAUTHENTICATED"       // a key or token is needed, or the given one is not good
	Forbidden        Code = "FORBIDDEN"             // the actor's role or scope does not reach so far
	Conflict         Code = "CONFLICT"              // what is there has changed meanwhile, or stands in the way
	TooLarge         Code = "BODY_TOO_LARGE"        // more was sent than is taken
	StatementTimeout Code = "STATEMENT_TIMEOUT"     // the database took longer than it may
	Unavailable      Code = "UNAVAILABLE"           // the database cannot be reached, or has no room
	TooSlow          Code = "TOO_SLOW"              // changes came faster than they were taken
	Internal         Code = "INTERNAL_SERVER_ERROR" // a fault of ours; the cause is for the log alone
)

// Error is the only error that reaches a surface: what was wrong, where, and what would be right.
type Error struct {
	Code    Code
	Message string     // one sentence for the caller
	Path    string     // the argument or member, such as where.geometry.bbox; empty if none
	Place   *orb.Point // longitude and latitude where a geometry breaks; nil if none
	Cause   error      // for the log; never shown
}

// Error gives the message, after the path if there is one.
func (e *Error) Error() string {
	if e.Path == "" {
		return e.Message
	}
	return e.Path + ": " + e.Message
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Cause }

// At is the error at a path below outer: the path grows at its front.
func (e *Error) At(outer string) *Error {
	inner := *e
	switch {
	case inner.Path == "":
		inner.Path = outer
	case inner.Path[0] == '[':
		inner.Path = outer + inner.Path
	default:
		inner.Path = outer + "." + inner.Path
	}
	return &inner
}

// Invalid makes a BadInput error for the argument at path.
func Invalid(path, format string, values ...any) *Error {
	return &Error{Code: BadInput, Path: path, Message: fmt.Sprintf(format, values...)}
}
