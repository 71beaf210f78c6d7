package postgis

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"xiangtu/geo"
)

// Each error of the database has a code that tells callers whether to ask again, and otherwise.
func TestFailures(t *testing.T) {
	t.Parallel()
	_, notAFile := os.ReadFile("/")
	for _, test := range []struct {
		name string
		err  error
		want geo.Code
	}{
		{"the connection is refused", &net.OpError{Op: "dial", Err: errors.New("connection refused")}, geo.Unavailable},
		{"the backend is killed", fmt.Errorf("receive: %w", io.ErrUnexpectedEOF), geo.Unavailable},
		{"the server stops", &pgconn.PgError{Code: "57P01"}, geo.Unavailable},
		{"the disk is full", &pgconn.PgError{Code: "53100"}, geo.Unavailable},
		{"the statement takes too long", &pgconn.PgError{Code: "57014"}, geo.StatementTimeout},
		{"a text has U+0000", &pgconn.PgError{Code: "22021"}, geo.BadInput},
		{"the database is not in UTF-8", &pgconn.PgError{Code: "22P05"}, geo.Internal},
		{"an edge is half-way round the earth", &pgconn.PgError{Code: "XX000", Message: "Antipodal (180 degrees long) edge detected!"}, geo.BadInput},
		{"a file cannot be read", notAFile, geo.Internal},
		{"a statement is wrong", &pgconn.PgError{Code: "42601"}, geo.Internal},
		{"it is known", fmt.Errorf("find: %w", geo.Invalid("where", "no")), geo.BadInput},
	} {
		known, ok := errors.AsType[*geo.Error](fail(test.err))
		if !ok || known.Code != test.want {
			t.Errorf("%s: %v, want %s", test.name, known, test.want)
		}
	}
}
