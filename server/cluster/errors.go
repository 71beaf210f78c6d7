package cluster

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
)

// The reasons for which a cluster cannot start, to be told apart by errors.Is.
// The error around each says what to do.
var (
	// ErrNotInstalled says that PostgreSQL or PostGIS is missing.
	ErrNotInstalled = errors.New("not installed")
	// ErrVersion says that the data belongs to a PostgreSQL that is not here.
	ErrVersion = errors.New("another major version")
	// ErrInUse says that a running program holds the data directory.
	ErrInUse = errors.New("in use")
	// ErrForeign says that the directory holds something else, or is damaged.
	ErrForeign = errors.New("not a data directory of this program")
	// ErrPermission says that the account lacks a right on the directory.
	ErrPermission = errors.New("permission denied")
	// ErrDiskFull says that there is no space left for the data.
	ErrDiskFull = errors.New("the disk is full")
)

// sqlDiskFull is the SQLSTATE disk_full.
const sqlDiskFull = "53100"

// clarify adds the reason that errors.Is finds to an error of the system or of
// PostgreSQL.
func clarify(err error) error {
	var answer *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &answer) && answer.Code == sqlDiskFull,
		errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: %w", ErrPermission, err)
	default:
		return err
	}
}

// explain turns the last lines that a PostgreSQL program wrote into the reason
// for its end. A cause outside PostgreSQL goes before what PostgreSQL made of it.
func explain(lines []string) error {
	causes := []struct {
		text   string
		reason error
	}{
		{"No space left on device", ErrDiskFull},
		{"Disk quota exceeded", ErrDiskFull},
		{": wrote only ", ErrDiskFull}, // half a page went to a disk's last bytes
		{"Permission denied", ErrPermission},
		{"Read-only file system", ErrPermission},
	}
	for _, cause := range causes {
		for _, line := range slices.Backward(lines) {
			if strings.Contains(line, cause.text) {
				return fmt.Errorf("%w: %s", cause.reason, tellingLine([]string{line}))
			}
		}
	}
	if line := tellingLine(lines); line != "" {
		return errors.New(line)
	}
	return errors.New("it left no message")
}

// tellingLine returns the last line of the gravest kind: what comes after it is
// mostly a consequence ("database system is shut down").
func tellingLine(lines []string) string {
	for _, mark := range []string{"PANIC:", "FATAL:", "error:", "ERROR:", ""} {
		for _, line := range slices.Backward(lines) {
			_, message, found := strings.Cut(line, mark)
			if message = strings.TrimSpace(message); found && message != "" {
				return message
			}
		}
	}
	return ""
}
