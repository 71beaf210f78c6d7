package postgis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo"
)

// APIKey is what is known of a key after it was made.
type APIKey struct {
	ID      string
	Actor   geo.Actor // whom the key makes of whoever shows it; without a surface
	Created time.Time
	Expires *time.Time // nil for never
	Revoked *time.Time // nil if it was not
}

// Holder gives the actor of a key that is good now, by one look-up. Another is Unauthenticated.
func (s *Store) Holder(ctx context.Context, key geo.Key) (geo.Actor, error) {
	hash := key.Hash()
	var actor geo.Actor
	err := s.pool.QueryRow(asAnybody(ctx), `SELECT name, role, scope FROM xiangtu.holder($1, $2)`, key.ID, hash[:]).
		Scan(&actor.Name, &actor.Role, &actor.Scope)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return geo.Actor{}, &geo.Error{Code: geo.Unauthenticated, Message: fmt.Sprintf(
			"the key %s is not good: it is unknown, has expired or was revoked; whoever runs the map makes another by `xiangtu key create`", key)}
	case err != nil:
		return geo.Actor{}, fail(err)
	}
	return actor, nil
}

// AddKey stores a key for an actor, who has a name and a role. It needs the rights of the map's owner, as all that
// follows does.
func (s *Store) AddKey(ctx context.Context, key geo.Key, actor geo.Actor, expires *time.Time) error {
	hash := key.Hash()
	const statement = `INSERT INTO xiangtu.api_keys (id, hash, name, role, scope, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`
	if _, err := s.pool.Exec(ctx, statement, key.ID, hash[:], actor.Name, string(actor.Role), actor.Scope, expires); err != nil {
		return fail(err)
	}
	return nil
}

// HasWithin tells whether a town or a village lies within a scope; the whole map is known without any.
func (s *Store) HasWithin(ctx context.Context, scope string) (has bool, err error) {
	const statement = `SELECT $1 = '' OR EXISTS (SELECT FROM xiangtu.towns WHERE starts_with(code, $1))
    OR EXISTS (SELECT FROM xiangtu.villages WHERE starts_with(code, $1))`
	if err := s.pool.QueryRow(ctx, statement, scope).Scan(&has); err != nil {
		return false, fail(err)
	}
	return has, nil
}

// Keys lists every key that there has been, the newest first.
func (s *Store) Keys(ctx context.Context) ([]APIKey, error) {
	const statement = `
SELECT id, name, role, scope, created_at, expires_at, revoked_at FROM xiangtu.api_keys ORDER BY created_at DESC, id`
	rows, err := s.pool.Query(ctx, statement)
	if err != nil {
		return nil, fail(err)
	}
	keys, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k APIKey, err error) {
		err = row.Scan(&k.ID, &k.Actor.Name, &k.Actor.Role, &k.Actor.Scope, &k.Created, &k.Expires, &k.Revoked)
		return k, err
	})
	if err != nil {
		return nil, fail(err)
	}
	return keys, nil
}

// RevokeKey ends a key at once and for good. One that was revoked before stays as it was; an unknown one is NotFound.
func (s *Store) RevokeKey(ctx context.Context, id string) error {
	const statement = `UPDATE xiangtu.api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1`
	tag, err := s.pool.Exec(ctx, statement, id)
	if err != nil {
		return fail(err)
	}
	if tag.RowsAffected() == 0 {
		return &geo.Error{Code: geo.NotFound, Path: "ID", Message: fmt.Sprintf("there is no key %.40q; `xiangtu key list` lists them", id)}
	}
	return nil
}
