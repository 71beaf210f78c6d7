package postgis

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5/pgconn"

	"xiangtu/geo"
)

// Publications reads who may see each layer.
func (s *Store) Publications(ctx context.Context) (map[geo.LayerName]geo.Publication, error) {
	_, publications, err := readRevisions(ctx, s.pool)
	if err != nil {
		return nil, fail(err)
	}
	return publications, nil
}

// PublicationOf tells who may see a layer. A layer gets a new revision by being published or ceasing to be: who knows the
// revision finds the publication that came with it, or a newer one.
func (r *Revisions) PublicationOf(ctx context.Context, layer geo.LayerName) (geo.Publication, error) {
	hears, err := r.hears(ctx, layer)
	if err != nil {
		return geo.Publication{}, err
	}
	if hears {
		return (*r.publications.Load())[layer], nil
	}
	publications, err := r.store.Publications(ctx)
	return publications[layer], err
}

// Publish lets everybody see a layer, or only whoever has a role. It is for an admin of the whole map, in whose name the
// audit log keeps it; another is Forbidden. It waits for who reads the layer, but not for long, since others wait behind
// it: it is Unavailable then, and nothing has changed.
func (s *Store) Publish(ctx context.Context, layer *geo.Layer, everybody bool) error {
	_, err := s.pool.Exec(ctx, "SELECT xiangtu.publish_by_admin($1, $2)", string(layer.Name), everybody)
	const lockNotAvailable = "55P03"
	if refusal, ok := errors.AsType[*pgconn.PgError](err); ok && refusal.Code == lockNotAvailable {
		return &geo.Error{Code: geo.Unavailable, Cause: err, Message: "the layer is being read or written all the time, so that nothing was changed: try again"}
	}
	if err != nil {
		return fail(err)
	}
	s.markWritten(ctx)
	return nil
}

// SigningSecret reads what the signatures of URLs are made with, the same for every instance.
func (s *Store) SigningSecret(ctx context.Context) ([]byte, error) {
	var secret []byte
	if err := s.pool.QueryRow(ctx, "SELECT xiangtu.signing_secret()").Scan(&secret); err != nil {
		return nil, fail(err)
	}
	return secret, nil
}
