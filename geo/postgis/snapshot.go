package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"xiangtu/geo"
)

// Snapshot is the map at one moment, whatever changes meanwhile. It holds a connection, and is for one goroutine:
// others see the same moment by a Share of it. Close gives the connection back.
type Snapshot struct {
	conn *pgxpool.Conn
	id   string // by which other connections join it
	pool *pgxpool.Pool
}

// Snapshot takes the map as it is now.
func (s *Store) Snapshot(ctx context.Context) (*Snapshot, error) {
	return openSnapshot(ctx, s.pool, "")
}

// Share gives the same moment on a connection of its own. It works until the snapshot is closed; what was shared
// stays.
func (s *Snapshot) Share(ctx context.Context) (*Snapshot, error) {
	return openSnapshot(ctx, s.pool, s.id)
}

func openSnapshot(ctx context.Context, pool *pgxpool.Pool, id string) (*Snapshot, error) {
	conn, err := pool.Acquire(ctx)
	if err != nil {
		return nil, fail(err)
	}
	s := &Snapshot{conn: conn, id: id, pool: pool}
	if err := s.begin(ctx); err != nil {
		s.Close(ctx)
		return nil, fail(err)
	}
	return s, nil
}

func (s *Snapshot) begin(ctx context.Context) error {
	if _, err := s.conn.Exec(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); err != nil {
		return err
	}
	if s.id == "" {
		return s.conn.QueryRow(ctx, "SELECT pg_export_snapshot()").Scan(&s.id)
	}
	// The statement takes no parameters; the name is PostgreSQL's own.
	_, err := s.conn.Exec(ctx, fmt.Sprintf("SET TRANSACTION SNAPSHOT '%s'", s.id))
	return err
}

// Close ends the snapshot, also after the end of the context.
func (s *Snapshot) Close(ctx context.Context) {
	if conn := s.conn.Conn(); !conn.IsClosed() {
		_, _ = conn.Exec(context.WithoutCancel(ctx), "ROLLBACK") // one that fails has lost its connection, and the transaction with it
	}
	s.conn.Release()
}

func (s *Snapshot) connection() *pgx.Conn { return s.conn.Conn() }

// LayerStates reads the state of every layer at the moment.
func (s *Snapshot) LayerStates(ctx context.Context) (map[geo.LayerName]LayerState, error) {
	return layerStates(ctx, s.connection())
}

// EachTileRow reads features for a tile, as the store's does.
func (s *Snapshot) EachTileRow(ctx context.Context, layer *geo.Layer, filter geo.Filter, bound orb.Bound, visible [2]float64, each func(row *TileRow) error) error {
	return eachTileRow(ctx, s.connection(), layer, filter, bound, visible, each)
}

// HasTileRow tells whether a feature of a layer, however small, has a point in the bound.
func (s *Snapshot) HasTileRow(ctx context.Context, layer *geo.Layer, filter geo.Filter, bound orb.Bound) (bool, error) {
	return hasTileRow(ctx, s.connection(), layer, filter, bound)
}
