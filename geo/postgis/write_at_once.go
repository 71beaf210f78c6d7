package postgis

import (
	"context"
	"errors"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"xiangtu/geo"
)

// divisionByZero is the code of PostgreSQL for what atOnce raises.
const divisionByZero = "22012"

// errUnexpected says that a feature is not there, not to be changed by this actor, or of another revision.
var errUnexpected = errors.New("what is there is not what the changes are for")

// isBlind tells whether what the features are makes no difference to what is to be written, so long as they are there:
// whether all are updates of values that nothing else follows from, and there are such values.
func (r *run) isBlind() bool {
	given := 0
	for _, c := range r.changes {
		given += len(c.Values)
		if c.Geometry != nil {
			given++
		}
		_, named := c.Values["name"]
		_, spelled := c.Values["pinyin"]
		if c.Operation != geo.Update || len(c.Members) > 0 || named || spelled {
			return false
		}
	}
	return given > 0
}

// updateAtOnce makes blind changes, and the transaction of which they are all, by one statement in one journey. It is
// errUnexpected where a feature is not what a change is for; nothing is written then, and whoever looks can tell why.
func (r *run) updateAtOnce(ctx context.Context, tx *transaction) error {
	actions := make(map[string]geo.Action)
	batch := tx.batchOfOne()
	b := r.atOnce()
	batch.Queue(b.String(), b.args...).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			var updated bool
			feature := r.layer.New()
			if err := rows.Scan(entityTargets([]any{nil, &updated}, r.layer, r.fields, feature)...); err != nil {
				return err
			}
			r.keep(feature)
			actions[feature.Common().Code] = geo.Unchanged
			if updated {
				actions[feature.Common().Code] = geo.Updated
			}
		}
		return rows.Err()
	})
	err := tx.sendLast(ctx, batch)
	if refusal, ok := errors.AsType[*pgconn.PgError](err); ok && refusal.Code == divisionByZero {
		clear(r.features)
		return errUnexpected
	}
	if err != nil {
		return err
	}
	r.conclude(nil, func(code string) geo.Action { return actions[code] })
	return nil
}

// atOnce is the statement that updates what differs, and gives all the features as they are then. It divides by zero unless
// they are as many as the changes: unless all are there, to be changed by this actor, and of the revisions that changes are
// for. Only where not all differ are those that do not looked for.
func (r *run) atOnce() *builder {
	b := &builder{}
	table, columns := b.rows(r.layer, r.changes)
	expected := b.revisions(r.changes)
	was, is := compared(columns)
	read := strings.Join(entityColumns(r.layer, r.fields), ", ")
	count := b.bind(len(r.changes)) + "::int"
	b.add(`WITH updated AS (
    UPDATE `, r.table(), ` AS t SET `, r.assignments(columns), ` FROM `, table, `
    WHERE t.code = i.code`, expected, ` AND `, was, ` IS DISTINCT FROM `, is, `
    RETURNING true, `, read, `
), unchanged AS (
    SELECT false, `, read, ` FROM `, r.table(), ` AS t JOIN `, table, ` ON t.code = i.code
    WHERE (SELECT count(*) FROM updated) < `, count, expected, ` AND `, was, ` IS NOT DISTINCT FROM `, is, `
    FOR NO KEY UPDATE OF t
), features AS (SELECT * FROM updated UNION ALL SELECT * FROM unchanged)
SELECT 1 / ((SELECT count(*) FROM features) = `, count, `)::int, features.* FROM (VALUES (1)) AS one LEFT JOIN features ON true`)
	return b
}

// revisions is the condition that features have the revisions that changes are for; empty where none says which.
func (b *builder) revisions(changes []*geo.Change) string {
	revisions, codes := []int64{}, []string{}
	for _, c := range changes {
		if c.IfRevision != nil {
			revisions, codes = append(revisions, *c.IfRevision), append(codes, c.Code)
		}
	}
	if len(codes) == 0 {
		return ""
	}
	return " AND coalesce(t.revision = (" + b.bind(revisions) + "::int8[])[array_position(" + b.bind(codes) + "::text[], t.code)], true)"
}
