package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo"
)

// LayerState is what changes of a layer.
type LayerState struct {
	Count     int
	BBox      []float64 // west, south, east, north in degrees; nil if the layer is empty
	Revision  int64
	UpdatedAt time.Time
	Published bool // whether everybody sees it; count and box are of what the context's actor sees
}

// LayerStates reads the state of every layer, by one statement.
func (s *Store) LayerStates(ctx context.Context) (map[geo.LayerName]LayerState, error) {
	return layerStates(ctx, s.pool)
}

// querier is what a statement can be sent to: a pool, a connection, or a transaction.
type querier interface {
	Query(ctx context.Context, statement string, values ...any) (pgx.Rows, error)
}

func layerStates(ctx context.Context, from querier) (map[geo.LayerName]LayerState, error) {
	b := newBuilder(ctx)
	for i, layer := range geo.Layers() {
		if i > 0 {
			b.add(" UNION ALL ")
		}
		name := string(layer.Name)
		b.add("SELECT l.name, l.revision, l.updated_at, l.published, c.* FROM ", b.layerRevisions(layer), " AS l, LATERAL (SELECT count(*), ",
			"CASE WHEN count(*) > 0 THEN ARRAY[min(t.bbox[1]), min(t.bbox[2]), max(t.bbox[3]), max(t.bbox[4])] END FROM ",
			b.table(layer), " AS t) AS c WHERE l.name = '", name, "'")
	}
	rows, err := from.Query(ctx, b.String(), b.args...)
	if err != nil {
		return nil, fail(err)
	}
	defer rows.Close()
	states := make(map[geo.LayerName]LayerState)
	for rows.Next() {
		var name geo.LayerName
		var state LayerState
		if err := rows.Scan(&name, &state.Revision, &state.UpdatedAt, &state.Published, &state.Count, &state.BBox); err != nil {
			return nil, fail(err)
		}
		states[name] = state
	}
	if err := rows.Err(); err != nil {
		return nil, fail(err)
	}
	return states, nil
}

// layerRevisions gives the table of the layers' revisions; of a moment, that of the one layer.
func (b *builder) layerRevisions(layer *geo.Layer) string {
	if b.moment == nil {
		return "xiangtu.layers"
	}
	return "(SELECT n.name, coalesce(c.revision, 0) AS revision, coalesce(c.at, n.updated_at) AS updated_at, n.published FROM xiangtu.layers AS n" +
		" LEFT JOIN xiangtu.changes AS c ON c.layer = n.name AND c.revision = " + b.bind(b.moment[layer.Name]) + ")"
}

// Revisions reads the revision of every layer.
func (s *Store) Revisions(ctx context.Context) (geo.Moment, error) {
	revisions, _, err := readRevisions(ctx, s.pool)
	if err != nil {
		return nil, fail(err)
	}
	return revisions, nil
}

// readRevisions reads the revision of every layer, and who may see it.
func readRevisions(ctx context.Context, from querier) (geo.Moment, map[geo.LayerName]geo.Publication, error) {
	rows, err := from.Query(ctx, "SELECT name, revision, published, published_since FROM xiangtu.layers")
	if err != nil {
		return nil, nil, err
	}
	revisions, publications := make(geo.Moment), make(map[geo.LayerName]geo.Publication)
	var name geo.LayerName
	var revision int64
	var p geo.Publication
	_, err = pgx.ForEachRow(rows, []any{&name, &revision, &p.Published, &p.Since}, func() error {
		revisions[name], publications[name] = revision, p
		return nil
	})
	return revisions, publications, err
}
