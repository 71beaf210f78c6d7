package cluster

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
)

func TestExplain(t *testing.T) {
	tests := map[string]struct {
		log    string
		reason error
		says   string
	}{
		"the gravest line tells": {
			log: `2026-01-01 10:00:00 UTC [7] LOG:  starting PostgreSQL
2026-01-01 10:00:00 UTC [7] FATAL:  could not map anonymous shared memory: Cannot allocate memory
2026-01-01 10:00:00 UTC [7] LOG:  database system is shut down`,
			says: "could not map anonymous shared memory: Cannot allocate memory",
		},
		"a full disk": {
			log:    `2026-01-01 10:00:00 UTC [7] PANIC:  could not write to file "pg_wal/xlogtemp.7": No space left on device`,
			reason: ErrDiskFull,
			says:   `the disk is full: could not write to file "pg_wal/xlogtemp.7"`,
		},
		"a full disk, seen by initdb": {
			log:    "initdb: error: could not write file \"/data/PG_VERSION\": No space left on device\n",
			reason: ErrDiskFull,
			says:   "PG_VERSION",
		},
		"a full disk and its consequence": {
			log: `FATAL:  could not extend file "base/1/1255": No space left on device
PANIC:  cannot abort transaction 1, it was already committed`,
			reason: ErrDiskFull,
			says:   `could not extend file "base/1/1255"`,
		},
		"a right that lacks": {
			log:    `FATAL:  could not open file "global/pg_control": Permission denied`,
			reason: ErrPermission,
			says:   "global/pg_control",
		},
		"no line of weight": {log: "Segmentation fault\n", says: "Segmentation fault"},
		"nothing":           {log: "", says: "it left no message"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			err := explain(strings.Split(test.log, "\n"))
			if test.reason != nil && !errors.Is(err, test.reason) {
				t.Errorf("%q is not %q", err, test.reason)
			}
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("%q does not say %q", err, test.says)
			}
		})
	}
}

func TestClarify(t *testing.T) {
	tests := map[error]error{
		&os.PathError{Op: "write", Path: "/data", Err: syscall.ENOSPC}: ErrDiskFull,
		&os.PathError{Op: "mkdir", Path: "/data", Err: syscall.EACCES}: ErrPermission,
		&os.PathError{Op: "mkdir", Path: "/data", Err: syscall.EROFS}:  ErrPermission,
		&pgconn.PgError{Code: "53100"}:                                 ErrDiskFull,
	}
	for given, want := range tests {
		if err := clarify(given); !errors.Is(err, want) || !errors.Is(err, given) {
			t.Errorf("%v becomes %v, want it to be %v too", given, err, want)
		}
	}
}
