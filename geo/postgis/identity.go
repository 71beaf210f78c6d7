package postgis

import "context"

// Identity gives a text that no other map has: not one in another cluster or database, nor one made anew in this
// database, whose revisions begin again. It needs no privilege.
func (s *Store) Identity(ctx context.Context) (string, error) {
	const statement = `SELECT system_identifier || '.' || 'xiangtu.layers'::regclass::oid FROM pg_control_system()`
	var identity string
	if err := s.pool.QueryRow(ctx, statement).Scan(&identity); err != nil {
		return "", fail(err)
	}
	return identity, nil
}
