package postgis

import (
	"context"
	"encoding/binary"
	"math"

	"github.com/paulmach/orb"

	"xiangtu/geo"
)

// largePolygon is the number of vertices from which a geometry that sticks out of a tile is clipped by the database:
// below it, to send the rest costs less than to clip it.
const largePolygon = 512

// TileRow is a feature for a tile. Its bytes are valid until the next row is read.
type TileRow struct {
	FID      int64
	Geometry []byte   // WKB, WGS 84, whole or clipped to the tile's bound
	values   [][]byte // of the layer's fields that tiles carry
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
func (s *Store) EachTileRow(ctx context.Context, layer *geo.Layer, filter geo.Filter, bound orb.Bound, visible [2]float64, each func(row *TileRow) error) error {
	b, err := tileStatement(layer, filter, bound, visible)
	if err != nil {
		return err
	}
	rows, err := s.pool.Query(ctx, b.String(), b.args...)
	if err != nil {
		return fail(err)
	}
	defer rows.Close()
	var row TileRow
	for rows.Next() {
		values := rows.RawValues()
		row.FID, row.Geometry, row.values = rawInteger(values[0]), values[1], values[2:]
		if err := each(&row); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fail(err)
	}
	return nil
}

func tileStatement(layer *geo.Layer, filter geo.Filter, bound orb.Bound, visible [2]float64) (*builder, error) {
	b := &builder{}
	envelope := "ST_MakeEnvelope(" + b.bind(bound.Min[0]) + ", " + b.bind(bound.Min[1]) + ", " + b.bind(bound.Max[0]) + ", " + b.bind(bound.Max[1]) + ", 4326)"
	b.add("SELECT t.fid, ")
	switch layer.Geometry {
	case geo.Point:
		b.add("ST_AsBinary(t.geom, 'NDR')")
	default:
		b.add("ST_AsBinary(CASE WHEN ST_NPoints(t.geom) > ", b.bind(largePolygon), " AND NOT t.geom @ ", envelope,
			" THEN ST_ClipByBox2D(t.geom, ", envelope, ") ELSE t.geom END, 'NDR')")
	}
	for _, f := range TileFields(layer) {
		b.add(", t.", f.Column)
	}
	b.add(" FROM xiangtu.", string(layer.Name), " AS t WHERE t.geom && ", envelope)
	if layer.Geometry != geo.Point {
		b.add(" AND (t.bbox[3] - t.bbox[1] >= ", b.bind(visible[0]), " OR t.bbox[4] - t.bbox[2] >= ", b.bind(visible[1]), ")")
	}
	if filter != nil {
		b.add(" AND ")
		if err := b.where(layer, filter); err != nil {
			return nil, err
		}
	}
	b.add(" ORDER BY t.fid") // so that the same map gives the same bytes
	return b, nil
}

// Property gives the value of the i-th of TileFields.
func (r *TileRow) Property(i int, field geo.Field) Property {
	raw := r.values[i]
	p := Property{Type: field.Type, Null: raw == nil}
	if raw == nil {
		return p
	}
	switch field.Type {
	case geo.Integer:
		p.Int = rawInteger(raw)
	case geo.Number:
		p.Float = math.Float64frombits(binary.BigEndian.Uint64(raw))
	case geo.Boolean:
		p.Truth = rawBoolean(raw)
	case geo.Time:
		p.Type, p.Text = geo.Text, []byte(rawTime(raw).Format("2006-01-02T15:04:05Z07:00"))
	default:
		p.Text = raw
	}
	return p
}
