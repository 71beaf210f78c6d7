package postgis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo"
)

// ownerOf is the layer that counts the revisions of a table that is none of a layer's own.
var ownerOf = map[string]geo.LayerName{"belt_villages": geo.Belts, "station_towns": geo.Stations}

// relation gives the table of that name as it stands at the builder's moment.
func (b *builder) relation(name string) string {
	switch {
	case b.since != "":
		return "xiangtu." + name + "_at(" + b.since + ")"
	case b.moment == nil:
		return "xiangtu." + name
	}
	layer, ok := ownerOf[name]
	if !ok {
		layer = geo.LayerName(name)
	}
	return "xiangtu." + name + "_at(" + b.bind(b.moment[layer]) + ")"
}

// table is relation for a layer's own table.
func (b *builder) table(layer *geo.Layer) string { return b.relation(string(layer.Name)) }

// mostUnsettled is how long changes of a time that is asked for are waited for: longer than one of features takes.
const mostUnsettled = 3 * time.Second

// MomentAt gives the moment of a time, the same whenever it is asked. So it waits for changes of that time which are under
// way, and where they take long, as an import may, it is a geo.Unavailable. A time that is yet to come is now. The history
// of a map that is older than the keeping of history begins later than the map: a time before that is an error.
func (s *Store) MomentAt(ctx context.Context, at time.Time) (geo.Moment, error) {
	if err := s.settle(ctx, at); err != nil {
		return nil, err
	}
	return s.momentAt(ctx, at)
}

// momentAt gives the moment of a time at which all is settled.
func (s *Store) momentAt(ctx context.Context, at time.Time) (geo.Moment, error) {
	const statement = `
SELECT l.name, xiangtu.revision_at(l.name, $1), min(c.revision), min(c.at)
FROM xiangtu.layers AS l LEFT JOIN xiangtu.changes AS c ON c.layer = l.name
GROUP BY l.name`
	rows, err := s.pool.Query(ctx, statement, at)
	if err != nil {
		return nil, fail(err)
	}
	defer rows.Close()
	moment := geo.Moment{}
	for rows.Next() {
		var name geo.LayerName
		var revision, first *int64
		var begun *time.Time
		if err := rows.Scan(&name, &revision, &first, &begun); err != nil {
			return nil, fail(err)
		}
		switch {
		case revision != nil:
			moment[name] = *revision
		case first != nil && *first > 1:
			return nil, geo.Invalid("asOf", "the history of %s begins at %s", name, begun.UTC().Format(time.RFC3339))
		default:
			moment[name] = 0 // it was empty
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fail(err)
	}
	return moment, nil
}

// settle waits until no change is under way that is of a time, or of one before.
func (s *Store) settle(ctx context.Context, at time.Time) error {
	const statement = `SELECT at, xiangtu.unsettled(at) FROM (SELECT least($1, clock_timestamp()) AS at OFFSET 0) AS past`
	const shortest, longest = 2 * time.Millisecond, 100 * time.Millisecond
	began := time.Now()
	for wait := shortest; ; wait = min(2*wait, longest) {
		var since *time.Time
		if err := s.pool.QueryRow(ctx, statement, at).Scan(&at, &since); err != nil {
			return fail(err)
		}
		switch {
		case since == nil:
			return nil
		case time.Since(began) > mostUnsettled:
			return &geo.Error{Code: geo.Unavailable, Path: "asOf", Message: fmt.Sprintf(
				"a change of %s is still being written: ask for a time before that, or again when it is done", since.UTC().Format(time.RFC3339Nano))}
		}
		select {
		case <-ctx.Done():
			return fail(ctx.Err())
		case <-time.After(wait):
		}
	}
}

// MomentOf gives the moment at which a layer came to a revision, with the other layers as they were then.
func (s *Store) MomentOf(ctx context.Context, layer *geo.Layer, revision int64) (geo.Moment, error) {
	const statement = `
SELECT n.at, l.revision, (SELECT min(c.revision) FROM xiangtu.changes AS c WHERE c.layer = l.name), xiangtu.unsettled(n.at)
FROM xiangtu.layers AS l LEFT JOIN xiangtu.changes AS n ON n.layer = l.name AND n.revision = $2
WHERE l.name = $1`
	var at, since *time.Time
	var latest int64
	var first *int64
	err := s.pool.QueryRow(ctx, statement, string(layer.Name), revision).Scan(&at, &latest, &first, &since)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, fail(fmt.Errorf("the database has no layer %s: %w", layer.Name, err))
	case err != nil:
		return nil, fail(err)
	case at == nil && first == nil:
		return nil, geo.Invalid("asOf", "%s have no revisions yet", layer.Name)
	case at == nil:
		return nil, geo.Invalid("asOf", "%s have the revisions %d to %d, not %d", layer.Name, *first, latest, revision)
	}
	if since != nil {
		if err := s.settle(ctx, *at); err != nil {
			return nil, err
		}
	}
	moment, err := s.momentAt(ctx, *at)
	if err != nil {
		return nil, err
	}
	moment[layer.Name] = revision
	return moment, nil
}
