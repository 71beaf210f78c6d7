package main

import (
	"net/http"
	"strconv"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// connections to PostgreSQL. On a machine of two processors four gave as many answers as any more.
const connections = 4

// server answers from the database.
type server struct {
	pool    *pgxpool.Pool
	buffers sync.Pool // of *[]byte
}

// answer sends one statement, and what write appends for its rows.
func (s *server) answer(w http.ResponseWriter, r *http.Request, contentType string, write rowsWriter, sql string, args ...any) {
	rows, err := s.pool.Query(r.Context(), sql, args...)
	if err != nil {
		fail(w, err)
		return
	}
	defer rows.Close()
	buffer, known := s.buffers.Get().(*[]byte)
	if !known {
		buffer = new([]byte)
	}
	defer s.buffers.Put(buffer)
	*buffer, err = write((*buffer)[:0], rows)
	if err == nil {
		err = rows.Err()
	}
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(*buffer)))
	_, _ = w.Write(*buffer) // fails when the client has gone
}

// rowsWriter appends the answer that rows make to dst.
type rowsWriter func(dst []byte, rows pgx.Rows) ([]byte, error)

func fail(w http.ResponseWriter, err error) {
	http.Error(w, err.Error(), http.StatusInternalServerError)
}
