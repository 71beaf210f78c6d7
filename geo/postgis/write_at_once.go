package postgis

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"xiangtu/geo"
)

// divisionByZero is the code of PostgreSQL for what expectation raises.
const divisionByZero = "22012"

// errUnexpected says that a feature is not there, not to be changed by this actor, or of another revision.
var errUnexpected = errors.New("what is there is not what the changes are for")

// isBlind tells whether what the features are makes no difference to what is to be written, so long as they are there:
// whether all are updates of values that nothing else follows from.
func (r *run) isBlind() bool {
	for _, c := range r.changes {
		_, named := c.Values["name"]
		_, spelled := c.Values["pinyin"]
		if c.Operation != geo.Update || len(c.Members) > 0 || named || spelled {
			return false
		}
	}
	return true
}

// updateAtOnce makes blind changes, and the transaction of which they are all, in one journey. It is errUnexpected where a
// feature is not what a change is for; nothing is written then, and whoever looks can tell why.
func (r *run) updateAtOnce(ctx context.Context, tx *transaction) error {
	actions := make(map[string]geo.Action)
	for _, c := range r.changes {
		actions[c.Code] = geo.Unchanged
	}
	batch := tx.batch()
	r.queueExpectation(batch)
	r.queueUpdate(batch, r.changes, func(code string) { actions[code] = geo.Updated })
	r.queueRead(batch)
	err := tx.sendLast(ctx, batch)
	if refusal, ok := errors.AsType[*pgconn.PgError](err); ok && refusal.Code == divisionByZero {
		return errUnexpected
	}
	if err != nil {
		return err
	}
	r.conclude(nil, func(code string) geo.Action { return actions[code] })
	return nil
}

// queueExpectation locks the features in the order of their codes, and ends the batch with an error unless all are there
// and of the revisions that changes are for.
func (r *run) queueExpectation(batch *pgx.Batch) {
	revisions := make([]*int64, len(r.changes))
	for i, c := range r.changes {
		revisions[i] = c.IfRevision
	}
	batch.Queue("SELECT 1 / (count(*) = $3)::int FROM (SELECT FROM "+r.table()+" AS t JOIN unnest($1::text[], $2::int8[]) AS i (code, revision)"+
		" ON t.code = i.code AND coalesce(t.revision = i.revision, true) ORDER BY t.code FOR NO KEY UPDATE OF t) AS locked",
		r.codes(), revisions, len(r.changes))
}
