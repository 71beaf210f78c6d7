package postgis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"xiangtu/geo"
)

// badPower is the code of a power that is no number.
const badPower = "2201F"

// fail makes the one error of the surfaces out of a database's. Its own words stay in the cause, for the log.
func fail(err error) error {
	if _, known := errors.AsType[*geo.Error](err); known || errors.Is(err, context.Canceled) {
		return err
	}
	if refusal, ok := errors.AsType[*pgconn.PgError](err); ok {
		if strings.HasPrefix(refusal.Message, "Antipodal") { // PostGIS has no code of its own for it
			return &geo.Error{Code: geo.BadInput, Cause: err, Message: "an edge runs half-way round the earth, so that its shortest way is not known: give it a position between"}
		}
		return failure(refusal.Code, err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &geo.Error{Code: geo.StatementTimeout, Cause: err, Message: "the answer took too long: ask for less, or for a smaller area"}
	}
	if unreachable(err) {
		return &geo.Error{Code: geo.Unavailable, Cause: err, Message: "the database cannot be reached now: try again"}
	}
	return &geo.Error{Code: geo.Internal, Cause: err, Message: "the map could not answer this"}
}

// fail is fail for the statement. Where a number cannot be computed, it names the computations: the database tells neither
// which it was nor for which feature.
func (b *builder) fail(err error) error {
	failed := fail(err)
	refusal, ok := errors.AsType[*pgconn.PgError](err)
	e, known := errors.AsType[*geo.Error](failed)
	if !ok || !known || len(b.computed) == 0 || refusal.Code != outOfRange && refusal.Code != badPower {
		return failed
	}
	const mostNamed, longest = 3, 80
	var names []string
	for _, computation := range b.computed { // some twice, for a statement may repeat them
		if name := fmt.Sprintf("%.*s", longest, computation); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	where := "for some feature, in "
	if len(names) > 1 {
		where += "one of "
	}
	if len(names) > mostNamed {
		names = append(names[:mostNamed], "…")
	}
	e.Path, e.Message = "filter", where+strings.Join(names, ", ")+": "+e.Message
	return failed
}

// unreachable says whether an error is that of a connection which could not be made, or was lost. Errors of files are
// none, although they have the methods of a net.Error, too.
func unreachable(err error) bool {
	_, network := errors.AsType[*net.OpError](err)
	_, connect := errors.AsType[*pgconn.ConnectError](err)
	return network || connect || pgconn.SafeToRetry(err) || errors.Is(err, io.ErrUnexpectedEOF)
}

// failure gives the error for a code of PostgreSQL (its manual, appendix A), whose first two characters are its class.
func failure(code string, cause error) error {
	const (
		queryCanceled  = "57014"
		untranslatable = "22P05"
		diskFull       = "53100"
		deadlock       = "40P01"
		notSerial      = "40001"
	)
	switch code {
	case queryCanceled:
		return &geo.Error{Code: geo.StatementTimeout, Cause: cause, Message: "the database took too long: ask for less, or for a smaller area"}
	case diskFull:
		return &geo.Error{Code: geo.Unavailable, Cause: cause, Message: "the disk of the database is full: make room and try again"}
	case untranslatable:
		return &geo.Error{Code: geo.Internal, Cause: cause, Message: "the database cannot hold this text in its encoding: make it with ENCODING 'UTF8'"}
	case outOfRange:
		return &geo.Error{Code: geo.BadInput, Cause: cause, Message: "a number goes beyond what can be computed with, about 1.8e308, or is too near to zero"}
	case notPermitted:
		return &geo.Error{Code: geo.Forbidden, Cause: cause, Message: "the role and the scope of your key do not reach so far"}
	case deadlock, notSerial:
		return &geo.Error{Code: geo.Conflict, Cause: cause, Message: "somebody changed the same at the same time: nothing of this is written; try again"}
	case badPower:
		return &geo.Error{Code: geo.BadInput, Cause: cause, Message: "zero is raised to a negative power, or a negative number to one that is not whole"}
	}
	switch code[:2] {
	case "22": // data exception: a value that no column can hold
		return &geo.Error{Code: geo.BadInput, Cause: cause, Message: "a value is out of range, or has a character that text cannot hold (U+0000)"}
	case "53": // insufficient resources: too many connections, no memory
		return &geo.Error{Code: geo.Unavailable, Cause: cause, Message: "the database has no room for this now: it has too many connections, or no memory"}
	case "57", "08": // operator intervention, connection exception
		return &geo.Error{Code: geo.Unavailable, Cause: cause, Message: "the database cannot be reached now: try again"}
	default:
		return &geo.Error{Code: geo.Internal, Cause: cause, Message: "the map could not answer this"}
	}
}
