package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"xiangtu/geo"
)

// largePolygon is the number of vertices from which a geometry that sticks out of a tile is clipped by the database:
// below it, to send the rest costs less than to clip it.
const largePolygon = 512

// TileRow is a feature for a tile. Its bytes are valid until the next row is read.
type TileRow struct {
	FID      int64
	Geometry []byte // WKB, WGS 84, whole or clipped to the tile's bound

	// Of the layer's fields that tiles carry.
	types  []geo.FieldType
	values [][]byte
}

// Property is a scalar value for a tile.
type Property struct {
	Type  geo.FieldType // Text, Integer, Number or Boolean; Time is Text
	Null  bool
	Text  []byte
	Int   int64
	Float float64
	Truth bool
}

// TileFields are the scalar fields that tiles of a layer carry, in the order of TileRow's properties.
func TileFields(layer *geo.Layer) []geo.Field {
	var fields []geo.Field
	for _, f := range layer.Fields {
		if f.InTiles {
			fields = append(fields, f)
		}
	}
	return fields
}

// EachTileRow reads the features of a layer that have a point in the bound, which is a tile with its buffer in degrees.
// Those that are smaller than visible, in degrees of longitude and of latitude, are left out; points never are.
//
// The end of the context ends the wait for a connection, but not a statement that has begun: to cancel it would cost
// the connection, while it takes milliseconds, and the limit on statements bounds it.
func (s *Store) EachTileRow(ctx context.Context, layer *geo.Layer, filter geo.Filter, bound orb.Bound, visible [2]float64, each func(row *TileRow) error) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fail(err)
	}
	defer conn.Release()
	return eachTileRow(context.WithoutCancel(ctx), conn.Conn(), layer, filter, bound, visible, each)
}

func eachTileRow(ctx context.Context, conn *pgx.Conn, layer *geo.Layer, filter geo.Filter, bound orb.Bound, visible [2]float64, each func(row *TileRow) error) error {
	b, err := tileStatement(ctx, layer, filter, bound, visible)
	if err != nil {
		return err
	}
	rows, err := conn.Query(ctx, b.String(), b.args...)
	if err != nil {
		return b.fail(err)
	}
	defer rows.Close()
	row := TileRow{types: tileTypes(layer)}
	for rows.Next() {
		values := rows.RawValues()
		row.FID, row.Geometry, row.values = rawInteger(values[0]), values[1], values[2:]
		if err := each(&row); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return b.fail(err)
	}
	return nil
}

// hasTileRow tells whether a feature of a layer, however small, has a point in the bound.
func hasTileRow(ctx context.Context, conn *pgx.Conn, layer *geo.Layer, filter geo.Filter, bound orb.Bound) (bool, error) {
	b := newBuilder(ctx)
	b.add("SELECT EXISTS (SELECT FROM ", b.table(layer), " AS t WHERE t.geom && ", b.tileEnvelope(bound))
	if err := b.tileFilter(layer, filter); err != nil {
		return false, err
	}
	b.add(")")
	var has bool
	if err := conn.QueryRow(ctx, b.String(), b.args...).Scan(&has); err != nil {
		return false, b.fail(err)
	}
	return has, nil
}

func tileTypes(layer *geo.Layer) []geo.FieldType {
	types := make([]geo.FieldType, 0, len(layer.Fields))
	for i := range layer.Fields {
		if layer.Fields[i].InTiles {
			types = append(types, layer.Fields[i].Type)
		}
	}
	return types
}

func tileStatement(ctx context.Context, layer *geo.Layer, filter geo.Filter, bound orb.Bound, visible [2]float64) (*builder, error) {
	b := newBuilder(ctx)
	envelope := b.tileEnvelope(bound)
	b.add("SELECT t.fid, ")
	switch layer.Geometry {
	case geo.Point:
		b.add("ST_AsBinary(t.geom, 'NDR')")
	default:
		b.add("ST_AsBinary(CASE WHEN ST_NPoints(t.geom) > ", b.bind(largePolygon), " AND NOT t.geom @ ", envelope,
			" THEN ST_ClipByBox2D(t.geom, ", envelope, ") ELSE t.geom END, 'NDR')")
	}
	for i := range layer.Fields {
		if layer.Fields[i].InTiles {
			b.add(", t.", layer.Fields[i].Column)
		}
	}
	b.add(" FROM ", b.table(layer), " AS t WHERE t.geom && ", envelope)
	if layer.Geometry != geo.Point {
		b.add(" AND (t.bbox[3] - t.bbox[1] >= ", b.bind(visible[0]), " OR t.bbox[4] - t.bbox[2] >= ", b.bind(visible[1]), ")")
	}
	if err := b.tileFilter(layer, filter); err != nil {
		return nil, err
	}
	b.add(" ORDER BY t.fid") // so that the same map gives the same bytes
	return b, nil
}

func (b *builder) tileEnvelope(bound orb.Bound) string {
	return "ST_MakeEnvelope(" + b.bind(bound.Min[0]) + ", " + b.bind(bound.Min[1]) + ", " + b.bind(bound.Max[0]) + ", " + b.bind(bound.Max[1]) + ", 4326)"
}

func (b *builder) tileFilter(layer *geo.Layer, filter geo.Filter) error {
	if filter == nil {
		return nil
	}
	b.add(" AND ")
	return b.where(layer, filter)
}

// Property gives the value of the i-th of TileFields.
func (r *TileRow) Property(i int) Property {
	raw := r.values[i]
	p := Property{Type: r.types[i], Null: raw == nil}
	if raw == nil {
		return p
	}
	switch p.Type {
	case geo.Integer:
		p.Int = rawInteger(raw)
	case geo.Number:
		p.Float = rawNumber(raw)
	case geo.Boolean:
		p.Truth = rawBoolean(raw)
	case geo.Time:
		p.Type, p.Text = geo.Text, []byte(rawTime(raw).Format("2006-01-02T15:04:05Z07:00"))
	default:
		p.Text = raw
	}
	return p
}
