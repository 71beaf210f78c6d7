package main

import (
	"bytes"
	"encoding/binary"
	"net/http"
	"strconv"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo/postgis"
	"xiangtu/geo/shape"
)

const (
	graphQL = "application/json; charset=utf-8"
	// precision is the number of decimals of a coordinate.
	precision = 7

	oneGrid = `SELECT code, name, level, workers FROM xiangtu.grids WHERE code = $1`
	nested  = `SELECT v.name, g.code, g.name
		FROM (SELECT code, name FROM xiangtu.villages ORDER BY code LIMIT 20) AS v
		JOIN xiangtu.grids AS g ON g.village_code = v.code
		ORDER BY v.code, g.code`
	someVillages = `SELECT code, name, ST_AsBinary(geom) FROM xiangtu.villages ORDER BY code LIMIT 100`
	allGrids     = `SELECT code, name, ST_AsBinary(geom) FROM xiangtu.grids ORDER BY code`
)

func (s *server) grid(w http.ResponseWriter, r *http.Request) {
	s.answer(w, r, graphQL, writeGrid, oneGrid, r.PathValue("code"))
}

func (s *server) nested(w http.ResponseWriter, r *http.Request) {
	s.answer(w, r, graphQL, writeNested, nested)
}

func (s *server) villages(w http.ResponseWriter, r *http.Request) {
	s.answer(w, r, graphQL, writeOutlines("villages"), someVillages)
}

func (s *server) grids(w http.ResponseWriter, r *http.Request) {
	s.answer(w, r, graphQL, writeOutlines("grids"), allGrids)
}

func writeGrid(b []byte, rows pgx.Rows) ([]byte, error) {
	for rows.Next() {
		v := rows.RawValues()
		b = append(b, `{"data":{"grid":{"code":`...)
		b = postgis.AppendString(b, v[0])
		b = append(b, `,"name":`...)
		b = postgis.AppendString(b, v[1])
		b = append(b, `,"level":`...)
		b = strconv.AppendInt(b, integer(v[2]), 10)
		b = append(b, `,"workers":`...)
		b = strconv.AppendInt(b, integer(v[3]), 10)
		b = append(b, `}}}`...)
	}
	return b, nil
}

func writeNested(b []byte, rows pgx.Rows) ([]byte, error) {
	b = append(b, `{"data":{"villages":{"nodes":[`...)
	var last []byte
	for rows.Next() {
		v := rows.RawValues()
		if !bytes.Equal(v[0], last) {
			if last != nil {
				b = append(b[:len(b)-1], `]}},`...)
			}
			last = append(last[:0], v[0]...)
			b = append(b, `{"name":`...)
			b = postgis.AppendString(b, v[0])
			b = append(b, `,"grids":{"nodes":[`...)
		}
		b = append(b, `{"code":`...)
		b = postgis.AppendString(b, v[1])
		b = append(b, `,"name":`...)
		b = postgis.AppendString(b, v[2])
		b = append(b, '}', ',')
	}
	return append(b[:len(b)-1], `]}}]}}}`...), nil
}

// writeOutlines writes rows of a code, a name and a geometry.
func writeOutlines(field string) rowsWriter {
	return func(b []byte, rows pgx.Rows) ([]byte, error) {
		b = append(b, `{"data":{"`+field+`":{"nodes":[`...)
		for rows.Next() {
			v := rows.RawValues()
			b = append(b, `{"code":`...)
			b = postgis.AppendString(b, v[0])
			b = append(b, `,"name":`...)
			b = postgis.AppendString(b, v[1])
			b = append(b, `,"geometry":`...)
			var err error
			if b, err = shape.AppendGeoJSON(b, v[2], shape.Options{Precision: precision}); err != nil {
				return b, err
			}
			b = append(b, '}', ',')
		}
		return append(b[:len(b)-1], `]}}}`...), nil
	}
}

// integer reads PostgreSQL's binary integer.
func integer(raw []byte) int64 { return int64(int32(binary.BigEndian.Uint32(raw))) }
