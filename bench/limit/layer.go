package main

import (
	"encoding/binary"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo/postgis"
	"xiangtu/geo/shape"
)

const (
	features = `SELECT code, name, pinyin, level, workers, village_code, parent_code, area_square_metres, provenance,
			revision, updated_at, ST_AsBinary(geom)
		FROM xiangtu.grids`
	wholeLayer = features + ` ORDER BY code`
	box        = features + ` WHERE ST_Intersects(geom, ST_MakeEnvelope($1, $2, $3, $4, 4326)) ORDER BY code`
)

func (s *server) layer(w http.ResponseWriter, r *http.Request) {
	const contentType = "application/geo+json"
	text := r.FormValue("bbox")
	if text == "" {
		s.answer(w, r, contentType, writeFeatures, wholeLayer)
		return
	}
	var west, south, east, north float64
	if _, err := fmt.Sscanf(text, "%f,%f,%f,%f", &west, &south, &east, &north); err != nil {
		fail(w, err)
		return
	}
	s.answer(w, r, contentType, writeFeatures, box, west, south, east, north)
}

func writeFeatures(b []byte, rows pgx.Rows) ([]byte, error) {
	b = append(b, `{"type":"FeatureCollection","name":"grids","features":[`...)
	begin := "\n"
	for rows.Next() {
		v := rows.RawValues()
		b = append(b, begin...)
		begin = ",\n"
		b = append(b, `{"type":"Feature","id":`...)
		b = postgis.AppendString(b, v[0])
		b = append(b, `,"properties":`...)
		b = writeProperties(b, v)
		b = append(b, `,"geometry":`...)
		var err error
		if b, err = shape.AppendGeoJSON(b, v[11], shape.Options{Precision: precision}); err != nil {
			return b, err
		}
		b = append(b, '}')
	}
	return append(b, "\n]}\n"...), nil
}

func writeProperties(b []byte, v [][]byte) []byte {
	b = append(b, `{"code":`...)
	b = text(b, v[0])
	b = append(b, `,"name":`...)
	b = text(b, v[1])
	b = append(b, `,"pinyin":`...)
	b = text(b, v[2])
	b = append(b, `,"level":`...)
	b = strconv.AppendInt(b, integer(v[3]), 10)
	b = append(b, `,"workers":`...)
	b = strconv.AppendInt(b, integer(v[4]), 10)
	b = append(b, `,"villageCode":`...)
	b = text(b, v[5])
	b = append(b, `,"parentCode":`...)
	b = text(b, v[6])
	b = append(b, `,"areaSquareMetres":`...)
	b = postgis.AppendNumber(b, math.Float64frombits(binary.BigEndian.Uint64(v[7])))
	b = append(b, `,"provenance":`...)
	b = text(b, v[8])
	b = append(b, `,"revision":`...)
	b = strconv.AppendInt(b, int64(binary.BigEndian.Uint64(v[9])), 10)
	b = append(b, `,"updatedAt":"`...)
	b = moment(v[10]).AppendFormat(b, time.RFC3339Nano)
	return append(b, '"', '}')
}

// text appends a text that may be null.
func text(b, raw []byte) []byte {
	if raw == nil {
		return append(b, "null"...)
	}
	return postgis.AppendString(b, raw)
}

// moment reads PostgreSQL's binary timestamp: microseconds since 2000.
func moment(raw []byte) time.Time {
	const epoch = 946684800_000_000
	return time.UnixMicro(int64(binary.BigEndian.Uint64(raw)) + epoch).UTC()
}
