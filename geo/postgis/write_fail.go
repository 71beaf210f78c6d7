package postgis

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"

	"xiangtu/geo"
)

// failedRun is the error of a run that the database refused.
type failedRun struct {
	run   *run
	cause error
}

func (f *failedRun) Error() string { return f.cause.Error() }

func (f *failedRun) Unwrap() error { return f.cause }

// The codes of PostgreSQL for what a table refuses (its manual, appendix A).
const (
	foreignKeyViolation = "23503"
	uniqueViolation     = "23505"
	checkViolation      = "23514"
	outOfRange          = "22003"
	internalError       = "XX000" // PostGIS, where it cannot compute the area of what is no valid polygon
	notPermitted        = "42501"
	lockNotAvailable    = "55P03"
)

// explain puts into words why a transaction of changes failed. What the database says is not for callers, and it does
// not say which of many changes it means, so it is asked, now that the transaction is over.
func (s *Store) explain(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if known, ok := errors.AsType[geo.Errors](err); ok {
		return known
	}
	if known, ok := errors.AsType[*geo.Error](err); ok {
		return known
	}
	refusal, ok := errors.AsType[*pgconn.PgError](err)
	if !ok {
		return fail(err)
	}
	if refusal.Code == lockNotAvailable {
		return &geo.Error{Code: geo.Conflict, Cause: err, Message: "somebody else, an import perhaps, has been changing the layer for " + mostWaiting + ": nothing of this is written; try again"}
	}
	failed, ok := errors.AsType[*failedRun](err)
	if !ok {
		return fail(err)
	}
	wrong, asked := s.reasons(ctx, failed.run, refusal)
	if asked != nil {
		return fail(errors.Join(asked, err))
	}
	for _, e := range wrong {
		e.Cause = err
	}
	if len(wrong) == 0 {
		return failed.run.general(geo.ActorOf(ctx), refusal, err)
	}
	return wrong
}

// reasons asks the database what in a run it refuses.
func (s *Store) reasons(ctx context.Context, r *run, refusal *pgconn.PgError) (geo.Errors, error) {
	switch refusal.Code {
	case foreignKeyViolation:
		if r.removes {
			return r.named(ctx, s.pool)
		}
		return r.orphans(ctx, s.pool)
	case uniqueViolation:
		return r.taken(ctx, s.pool)
	case checkViolation, outOfRange, internalError:
		wrong, err := r.beyondBounds(ctx, s.pool)
		if err != nil || len(wrong) > 0 {
			return wrong, err
		}
		return r.invalid(ctx, s.pool)
	}
	return nil, nil
}

// general says what is left to say where the reason is gone by the time that it is asked for, or is not for the actor to
// see: features of layers that are not published can name what lies within his scope.
func (r *run) general(actor geo.Actor, refusal *pgconn.PgError, cause error) error {
	e := &geo.Error{Cause: cause, Code: geo.Conflict}
	switch {
	case refusal.Code == foreignKeyViolation && r.removes && actor.Scope != "":
		e.Message = "something that is not within the scope of your key names this, or did so a moment ago: nothing of this is written; ask somebody whose key reaches further"
	case refusal.Code == foreignKeyViolation:
		e.Message = "what is named here, or names this, was changed by somebody else at the same time: nothing of this is written; try again"
	case refusal.Code == uniqueViolation:
		e.Message = "somebody else made a feature of the same code at the same time: nothing of this is written"
	case refusal.Code == notPermitted:
		e.Code, e.Message = geo.Forbidden, "the role and the scope of your key do not reach so far"
	case refusal.Code == checkViolation:
		e.Code, e.Message = geo.BadInput, fmt.Sprintf("the map refuses it by its rule %s", refusal.ConstraintName)
	default:
		return fail(cause)
	}
	if len(r.changes) == 1 {
		e.Path = r.changes[0].At("code")
	}
	return geo.Errors{e}
}
