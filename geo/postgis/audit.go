package postgis

import (
	"context"
	"strings"
	"time"

	"xiangtu/geo"
)

// Audit says which changes an admin looks for. The zero value is all.
type Audit struct {
	Layers         []geo.LayerName // nil for all
	Actor, Surface *string
	Since, Before  *time.Time // at or after the one, before the other
	Limit          int
}

// Changes gives the changes of the map, the latest first: to an admin, those that something within its scope has changed by.
// To others it is an error.
func (s *Store) Changes(ctx context.Context, a Audit) ([]geo.Signature, error) {
	if err := geo.ActorOf(ctx).Require(geo.Admin, "to read who changed what"); err != nil {
		return nil, err
	}
	const statement = `SELECT layer, revision, at, actor, surface FROM xiangtu.audit($1, $2, $3, $4, $5, $6)`
	rows, err := s.pool.Query(ctx, statement, a.Layers, a.Actor, a.Surface, a.Since, a.Before, a.Limit)
	if err != nil {
		return nil, fail(err)
	}
	defer rows.Close()
	changes := []geo.Signature{}
	for rows.Next() {
		var c geo.Signature
		if err := rows.Scan(&c.Layer, &c.Revision, &c.At, &c.Actor, &c.Surface); err != nil {
			return nil, fail(err)
		}
		c.At = c.At.UTC()
		changes = append(changes, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fail(err)
	}
	return changes, nil
}

// ChangedFeatures gives what changes of a layer did to its features, by revision: of each the first so many by code,
// and one more if there are more. An actor sees what lies in its scope.
func (s *Store) ChangedFeatures(ctx context.Context, layer *geo.Layer, revisions []int64, limit int) (map[int64][]geo.FeatureChange, error) {
	w := newFeatureWriter(geo.Query{Layer: layer}, FeatureForm{})
	b := w.changed(layer, revisions, limit)
	rows, err := s.pool.Query(ctx, b.String(), b.args...)
	if err != nil {
		return nil, fail(err)
	}
	defer rows.Close()
	changes := make(map[int64][]geo.FeatureChange)
	for rows.Next() {
		var revision int64
		var earlier bool
		values, err := cut(rows, w.width(), []any{&revision, &earlier})
		if err != nil {
			return nil, fail(err)
		}
		state := w.state(values)
		changes[revision] = pair(changes[revision], &state, earlier)
	}
	if err := rows.Err(); err != nil {
		return nil, fail(err)
	}
	return changes, nil
}

// pair adds a state to the changes of a revision, which come by code, of each the earlier state first.
func pair(changes []geo.FeatureChange, state *geo.State, earlier bool) []geo.FeatureChange {
	if earlier {
		return append(changes, geo.FeatureChange{Action: geo.Deleted, Before: state})
	}
	if n := len(changes); n > 0 && changes[n-1].After == nil && changes[n-1].Before.Code == state.Code {
		changes[n-1].After, changes[n-1].Action = state, geo.Updated
		return changes
	}
	return append(changes, geo.FeatureChange{Action: geo.Created, After: state})
}

// changed makes the statement of ChangedFeatures: what the writer reads of a state, the revision that made or ended it,
// and whether it is the earlier one.
func (w *featureWriter) changed(layer *geo.Layer, revisions []int64, limit int) *builder {
	b := &builder{since: "t.revision"}
	table, columns := "xiangtu."+string(layer.Name), strings.Join(versionColumns(layer), ", ")
	b.add("WITH c AS (SELECT r.revision AS of_revision, x.code FROM unnest(", b.bind(revisions), "::bigint[]) AS r (revision) CROSS JOIN LATERAL (",
		"SELECT code FROM ", table, " WHERE revision = r.revision UNION SELECT code FROM ", table, "_history WHERE revision = r.revision",
		" UNION SELECT code FROM ", table, "_history WHERE until_revision = r.revision ORDER BY code LIMIT ", b.bind(limit+1), ") AS x), ",
		"states AS (SELECT c.of_revision, false AS earlier, ", columns, " FROM c JOIN ", table, " USING (code) WHERE revision = c.of_revision",
		" UNION ALL SELECT c.of_revision, false, ", columns, " FROM c JOIN ", table, "_history USING (code) WHERE revision = c.of_revision",
		" UNION ALL SELECT c.of_revision, true, ", columns, " FROM c JOIN ", table, "_history USING (code) WHERE until_revision = c.of_revision) ",
		"SELECT ", strings.Join(w.columns(b), ", "), ", t.of_revision, t.earlier FROM states AS t ORDER BY t.of_revision, t.code, t.earlier DESC")
	return b
}
