package cluster

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"
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

// clarify adds the reason that errors.Is finds to an error of the system.
func clarify(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return fmt.Errorf("%w: %w", ErrDiskFull, err)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%w: %w", ErrPermission, err)
	default:
		return err
	}
}

// explain turns the last lines that a PostgreSQL program wrote into the reason
// for its end: the line that tells it, under the reason that it stands for.
func explain(lines []string) error {
	line := tellingLine(lines)
	switch {
	case line == "":
		return errors.New("it left no message")
	case strings.Contains(line, "No space left on device"), strings.Contains(line, "Disk quota exceeded"):
		return fmt.Errorf("%w: %s", ErrDiskFull, line)
	case strings.Contains(line, "Permission denied"), strings.Contains(line, "Read-only file system"):
		return fmt.Errorf("%w: %s", ErrPermission, line)
	default:
		return errors.New(line)
	}
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
