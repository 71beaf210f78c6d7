package postgis

import (
	"context"
	"encoding/binary"
	"io"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// copyRows copies rows into a table and gives their number, as pgx's CopyFrom does; an error is the source's, if that has
// one. Into a table that the transaction has emptied they are written as rows that everybody has seen for long (FREEZE),
// which CopyFrom cannot ask for: its pages are visible as a whole, so that neither the indexes nor the first readers look at
// each row and write back what they find, and an index answers without the table from the beginning.
//
// Who keeps a snapshot from before the commit, and asks for the table only then, finds them too; without it he would find
// none.
func copyRows(ctx context.Context, tx pgx.Tx, table string, emptied bool, columns []string, source pgx.CopyFromSource) (int64, error) {
	list := strings.Join(columns, ", ")
	shape, err := tx.Prepare(ctx, "", "SELECT "+list+" FROM "+table)
	if err != nil {
		return 0, err
	}
	options := "FORMAT binary"
	if emptied {
		options += ", FREEZE"
	}
	rows := &binaryRows{types: tx.Conn().TypeMap(), fields: shape.Fields, source: source}
	tag, err := tx.Conn().PgConn().CopyFrom(ctx, rows, "COPY "+table+" ("+list+") FROM STDIN ("+options+")")
	if failed := rows.close(); failed != nil {
		err = failed // the database only says that the copying was given up
	}
	return tag.RowsAffected(), err
}

// binaryHeader begins what COPY reads in the binary format: the signature, no flags, and no extension (PostgreSQL 15
// manual, «COPY», Binary Format).
const binaryHeader = "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"

// binaryRows gives rows in the binary format of COPY, as they are asked for.
type binaryRows struct {
	types  *pgtype.Map
	fields []pgconn.FieldDescription
	source pgx.CopyFromSource

	mu       sync.Mutex // the driver's goroutine may read once more when the copying has failed
	buffer   []byte
	left     []byte // of buffer, what has not been read
	begun    bool
	finished bool
	err      error // of the source
}

// Read implements io.Reader.
func (r *binaryRows) Read(p []byte) (n int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for n < len(p) && (len(r.left) > 0 || r.more()) {
		copied := copy(p[n:], r.left)
		n, r.left = n+copied, r.left[copied:]
	}
	switch {
	case n > 0:
		return n, nil
	case r.err != nil:
		return 0, r.err
	}
	return 0, io.EOF
}

// close ends the rows, and gives the error that has ended them.
func (r *binaryRows) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.finished, r.left = true, nil
	return r.err
}

// more encodes what comes next, and tells whether there is anything.
func (r *binaryRows) more() bool {
	switch {
	case r.finished:
		return false
	case !r.begun:
		r.begun, r.buffer = true, append(r.buffer, binaryHeader...)
	case r.source.Next():
		r.buffer, r.err = r.appendRow(r.buffer[:0])
	default:
		r.buffer, r.err, r.finished = r.buffer[:0], r.source.Err(), true
	}
	r.finished = r.finished || r.err != nil
	r.left = r.buffer
	return !r.finished
}

// appendRow appends the source's row: the number of its values, and the values.
func (r *binaryRows) appendRow(buffer []byte) ([]byte, error) {
	values, err := r.source.Values()
	if err != nil {
		return buffer, err
	}
	buffer = binary.BigEndian.AppendUint16(buffer, uint16(len(r.fields)))
	for i, field := range r.fields {
		if buffer, err = r.appendValue(buffer, field.DataTypeOID, values[i]); err != nil {
			return buffer, err
		}
	}
	return buffer, nil
}

// appendValue appends a value behind its length in bytes, which is −1 of null.
func (r *binaryRows) appendValue(buffer []byte, oid uint32, value any) ([]byte, error) {
	start := len(buffer)
	buffer = append(buffer, 0xff, 0xff, 0xff, 0xff)
	if value == nil {
		return buffer, nil
	}
	encoded, err := r.types.Encode(oid, pgx.BinaryFormatCode, value, buffer)
	if err != nil || encoded == nil {
		return buffer, err
	}
	binary.BigEndian.PutUint32(encoded[start:], uint32(len(encoded)-start-4))
	return encoded, nil
}
