package postgis

import (
	"context"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"xiangtu/geo"
)

// upsert writes the changes of a run that take nothing away, and reads what the features are then, in one round trip.
func (r *run) upsert(ctx context.Context, tx *transaction) error {
	var there, fresh []*geo.Change
	actions := make(map[string]geo.Action)
	for _, c := range r.changes {
		if _, ok := r.stored[c.Code]; ok {
			there, actions[c.Code] = append(there, c), geo.Unchanged
		} else {
			fresh, actions[c.Code] = append(fresh, c), geo.Created
		}
	}
	batch := tx.batch()
	r.queueUpdate(batch, there, func(code string) { actions[code] = geo.Updated })
	r.queueInsert(batch, fresh)
	for n := range r.layer.Members {
		for _, code := range r.queueMembers(batch, n) {
			if actions[code] == geo.Unchanged {
				actions[code] = geo.Updated
			}
		}
	}
	r.queueRead(batch)
	send := tx.send
	if r.last {
		send = tx.sendLast
	}
	if err := send(ctx, batch); err != nil {
		return err
	}
	r.conclude(nil, func(code string) geo.Action { return actions[code] })
	return nil
}

// queueUpdate updates features that are there. What is so already stays untouched, so that its revision does not grow.
func (r *run) queueUpdate(batch *pgx.Batch, changes []*geo.Change, updated func(code string)) {
	b := &builder{}
	table, columns := b.rows(r.layer, changes)
	if len(columns) == 0 {
		return
	}
	was, is := compared(columns)
	b.add("UPDATE ", r.table(), " AS t SET ", r.assignments(columns), " FROM ", table,
		" WHERE t.code = i.code AND ", was, " IS DISTINCT FROM ", is, " RETURNING t.code")
	batch.Queue(b.String(), b.args...).Query(func(rows pgx.Rows) error {
		codes, err := pgx.CollectRows(rows, pgx.RowTo[string])
		for _, code := range codes {
			updated(code)
		}
		return err
	})
}

// compared gives the values that a feature has in some columns, and those that it is to have, as rows.
func compared(columns []writtenColumn) (was, is string) {
	are, become := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		are[i], become[i] = "t."+c.name, c.next()
	}
	return "(" + strings.Join(are, ", ") + ")", "(" + strings.Join(become, ", ") + ")"
}

// assignments gives columns their values, and the row its stamp: once for all rows, and only if there is one to update.
// What is not stamped gets it from a trigger, row by row.
func (r *run) assignments(columns []writtenColumn) string {
	var b strings.Builder
	for _, c := range columns {
		b.WriteString(c.name + " = " + c.next() + ", ")
	}
	return b.String() + "revision = (SELECT xiangtu.next_revision('" + string(r.layer.Name) + "')), updated_at = xiangtu.stamp_time()"
}

// queueInsert inserts features that are new.
func (r *run) queueInsert(batch *pgx.Batch, changes []*geo.Change) {
	if len(changes) == 0 {
		return
	}
	b := &builder{}
	table, columns := b.rows(r.layer, changes)
	names, values := []string{"code"}, []string{"i.code"}
	for _, c := range columns {
		names, values = append(names, c.name), append(values, c.values)
	}
	b.add("INSERT INTO ", r.table(), " (", strings.Join(names, ", "), ") SELECT ", strings.Join(values, ", "), " FROM ", table)
	batch.Queue(b.String(), b.args...)
}

// queueMembers writes the n-th list of members of the features whose list is to be another, and gives their codes. One
// with an order is written anew; of another just what is no longer in it goes, and what is new in it comes.
func (r *run) queueMembers(batch *pgx.Batch, n int) (changed []string) {
	name := r.layer.Members[n].Name
	list := memberTables[name]
	var gone, added memberRows
	for _, c := range r.changes {
		wanted, given := c.Members[name]
		if !list.ordered {
			wanted = slices.Sorted(slices.Values(wanted))
		}
		s, there := r.stored[c.Code]
		had := s.list(n)
		if !given || there && slices.Equal(had, wanted) {
			continue
		}
		changed = append(changed, c.Code)
		gone.add(c.Code, had, wanted, list.ordered)
		added.add(c.Code, wanted, had, list.ordered)
	}
	if len(gone.owners) > 0 {
		batch.Queue("DELETE FROM "+list.table()+" WHERE ("+list.owner+", "+list.member+") IN (SELECT * FROM unnest($1::text[], $2::text[]))", gone.owners, gone.members)
	}
	switch {
	case len(added.owners) == 0:
	case list.ordered:
		batch.Queue("INSERT INTO "+list.table()+" ("+list.owner+", "+list.member+", position) SELECT * FROM unnest($1::text[], $2::text[], $3::int[])", added.owners, added.members, added.positions)
	default:
		batch.Queue("INSERT INTO "+list.table()+" ("+list.owner+", "+list.member+") SELECT * FROM unnest($1::text[], $2::text[])", added.owners, added.members)
	}
	return changed
}

// memberRows are rows of a list of members, as columns.
type memberRows struct {
	owners, members []string
	positions       []int
}

// add adds the members of an owner: all of them, or those alone that others are not among.
func (m *memberRows) add(owner string, members, others []string, all bool) {
	for i, member := range members {
		if all || !slices.Contains(others, member) {
			m.owners, m.members, m.positions = append(m.owners, owner), append(m.members, member), append(m.positions, i+1)
		}
	}
}

// queueRead reads what is asked of the features.
func (r *run) queueRead(batch *pgx.Batch) {
	clear(r.features)
	statement := "SELECT " + strings.Join(entityColumns(r.layer, r.fields), ", ") + " FROM " + r.table() + " AS t WHERE t.code = ANY ($1)"
	batch.Queue(statement, r.codes()).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			feature := r.layer.New()
			if err := rows.Scan(entityTargets(nil, r.layer, r.fields, feature)...); err != nil {
				return err
			}
			r.keep(feature)
		}
		return rows.Err()
	})
}

// queueRevision reads the revision that the transaction has made of the layer; null if it has changed nothing of it.
func (r *run) queueRevision(batch *pgx.Batch, revision **int64) {
	batch.Queue("SELECT nullif(current_setting('xiangtu.revision_of_" + string(r.layer.Name) + "', true), '')::int8").QueryRow(func(row pgx.Row) error {
		return row.Scan(revision)
	})
}

// remove takes the features of a run away.
func (r *run) remove(ctx context.Context, tx *transaction) error {
	batch := tx.batch()
	var removed int
	batch.Queue("DELETE FROM "+r.table()+" WHERE code = ANY ($1)", r.codes()).Exec(func(tag pgconn.CommandTag) error {
		removed = int(tag.RowsAffected())
		return nil
	})
	var revision *int64
	r.queueRevision(batch, &revision)
	if err := tx.send(ctx, batch); err != nil {
		return err
	}
	if removed != len(r.changes) {
		return &geo.Error{Code: geo.Forbidden, Path: r.changes[0].At("code"), Message: "the scope of your key does not reach so far"}
	}
	r.conclude(revision, func(string) geo.Action { return geo.Deleted })
	return nil
}

// conclude makes the outcomes. Their features are one cohort, as those of a query. revision is that at which features went
// that had another; of those that are there each tells its own.
func (r *run) conclude(revision *int64, action func(code string) geo.Action) {
	cohort := &geo.Cohort{}
	r.outcomes = make(map[string]geo.Outcome, len(r.changes))
	for _, c := range r.changes {
		feature := r.features[c.Code]
		if feature == nil {
			continue
		}
		core := feature.Common()
		core.Cohort = cohort
		cohort.Features = append(cohort.Features, feature)
		o := geo.Outcome{Action: action(c.Code), Feature: feature, Revision: core.Revision}
		if revision != nil {
			o.Revision = *revision
		}
		r.outcomes[c.Code] = o
	}
}
