package problem

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"xiangtu/geo"
)

// statusClientGone is what the log shows for a client that did not wait for
// its answer; nobody reads it.
const statusClientGone = 499

// WriteError answers r with the problem that err is, and hands err with its
// cause to the log line of the request.
func WriteError(w http.ResponseWriter, r *http.Request, err error) {
	Record(w, err)
	p := FromError(err)
	if p.Status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "2")
	}
	Write(w, r, p)
}

// FromError maps an error to the problem that a client may read. It is the
// one place that knows which HTTP status a kind of geo.Error has. An error
// that is none of ours becomes an INTERNAL_SERVER_ERROR problem without its text, which
// may hold what is not for everyone.
func FromError(err error) Problem {
	var (
		known   *geo.Error
		tooLong *http.MaxBytesError
	)
	switch {
	case errors.As(err, &known):
		return Problem{
			Status: statusOf(known.Code),
			Code:   string(known.Code),
			Detail: known.Message,
			Path:   known.Path,
			Place:  known.Place,
			Errors: faults(err),
		}
	case errors.As(err, &tooLong):
		return Problem{Status: http.StatusRequestEntityTooLarge, Code: "BODY_TOO_LARGE", Detail: "The request's body is too large."}
	case errors.Is(err, context.Canceled):
		return Problem{Title: "Client Closed Request", Status: statusClientGone, Code: "CANCELLED"}
	case errors.Is(err, context.DeadlineExceeded):
		return Problem{Status: http.StatusGatewayTimeout, Code: "TIMEOUT", Detail: "The answer took longer than it may; ask for less."}
	}
	return Problem{
		Status: http.StatusInternalServerError,
		Code:   string(geo.Internal),
		Detail: "The server failed to answer this request; its log knows more under the request id.",
	}
}

// mostFaults is how many things that are wrong an answer lists.
const mostFaults = 100

// faults lists what an error of several errors consists of; nil if it is one.
func faults(err error) []Fault {
	var several geo.Errors
	if !errors.As(err, &several) || len(several) < 2 {
		return nil
	}
	several = several[:min(len(several), mostFaults)]
	list := make([]Fault, len(several))
	for i, e := range several {
		list[i] = Fault{Detail: e.Message, Code: string(e.Code), Path: e.Path, Place: e.Place}
	}
	return list
}

func statusOf(code geo.Code) int {
	switch code {
	case geo.BadInput, geo.BadCursor:
		return http.StatusBadRequest
	case geo.NotFound:
		return http.StatusNotFound
	case geo.Unauthenticated:
		return http.StatusUnauthorized
	case geo.Forbidden:
		return http.StatusForbidden
	case geo.Conflict:
		return http.StatusConflict
	case geo.TooLarge:
		return http.StatusRequestEntityTooLarge
	case geo.StatementTimeout:
		return http.StatusGatewayTimeout
	case geo.Unavailable:
		return http.StatusServiceUnavailable
	default:
		return http.StatusInternalServerError
	}
}

// Record gives err, with the cause that it does not show, to the first writer
// around w that keeps errors.
func Record(w http.ResponseWriter, err error) {
	if known := (*geo.Error)(nil); errors.As(err, &known) && known.Cause != nil {
		err = fmt.Errorf("%w: %w", err, known.Cause)
	}
	for w != nil {
		if recorder, ok := w.(interface{ RecordError(error) }); ok {
			recorder.RecordError(err)
			return
		}
		wrapper, ok := w.(interface{ Unwrap() http.ResponseWriter })
		if !ok {
			return
		}
		w = wrapper.Unwrap()
	}
}
