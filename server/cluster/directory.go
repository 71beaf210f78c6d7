package cluster

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// maxSocketPath is the longest path of a Unix socket in bytes: sun_path of
// unix(7) has 108, the last of them a zero.
const maxSocketPath = 107

// socketFile is the name that PostgreSQL gives to its socket for the port 5432.
const socketFile = ".s.PGSQL.5432"

// layout names the parts of a data directory.
type layout struct {
	dir       string
	lock      string
	cluster   string
	unborn    string // where initdb works; renamed to cluster when it is whole
	socketDir string
	settings  string
	access    string
	log       string
}

func layoutIn(dir string) layout {
	return layout{
		dir:       dir,
		lock:      filepath.Join(dir, "xiangtu.lock"),
		cluster:   filepath.Join(dir, "cluster"),
		unborn:    filepath.Join(dir, "cluster.new"),
		socketDir: socketDirFor(dir),
		settings:  filepath.Join(dir, "postgresql.conf"),
		access:    filepath.Join(dir, "pg_hba.conf"),
		log:       filepath.Join(dir, "postgres.log"),
	}
}

// socketDirFor returns the directory of the socket: run under dir, or one with
// a short name of its own where that path is too long for a socket or holds the
// comma that separates hosts in a connection string.
func socketDirFor(dir string) string {
	inside := filepath.Join(dir, "run")
	if len(filepath.Join(inside, socketFile)) <= maxSocketPath && !strings.Contains(inside, ",") {
		return inside
	}
	sum := sha256.Sum256([]byte(dir))
	name := "xiangtu-" + hex.EncodeToString(sum[:8])
	// The runtime directory of root is closed to the account that root drops to.
	if base := os.Getenv("XDG_RUNTIME_DIR"); base != "" && os.Geteuid() != 0 && len(base) < 64 {
		return filepath.Join(base, name)
	}
	return filepath.Join("/tmp", name)
}

// claim makes the directory when it is missing, refuses a foreign one, and
// locks it. The lock lasts until the file is closed or the process ends.
func (l layout) claim() (*os.File, error) {
	if err := os.MkdirAll(l.dir, 0o755); err != nil {
		return nil, clarify(fmt.Errorf("make data directory: %w", err))
	}
	if err := l.refuseForeign(); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(l.lock, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, clarify(fmt.Errorf("lock data directory: %w", err))
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		defer file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("data directory %s is %w by process %s: stop it first, or choose another directory", l.dir, ErrInUse, holder(file))
		}
		return nil, fmt.Errorf("lock data directory %s: %w", l.dir, err)
	}
	if err := writeHolder(file); err != nil {
		file.Close()
		return nil, clarify(fmt.Errorf("lock data directory: %w", err))
	}
	return file, nil
}

// refuseForeign lets an empty directory pass, and one that has our lock file.
func (l layout) refuseForeign() error {
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		return clarify(fmt.Errorf("read data directory: %w", err))
	}
	var foreign []string
	for _, entry := range entries {
		switch entry.Name() {
		case filepath.Base(l.lock):
			return nil
		case "lost+found", "uploads": // an empty file system that is mounted there, and what a map kept elsewhere has left
		default:
			foreign = append(foreign, entry.Name())
		}
	}
	if len(foreign) == 0 {
		return nil
	}
	return fmt.Errorf("%s is %w: it holds %s and %d more; choose an empty directory", l.dir, ErrForeign, foreign[0], len(foreign)-1)
}

func holder(file *os.File) string {
	pid, err := io.ReadAll(io.LimitReader(file, 20))
	if text := strings.TrimSpace(string(pid)); err == nil && text != "" {
		return text
	}
	return "(unknown)"
}

func writeHolder(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return err
	}
	_, err := file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// majorVersion returns the major version of PostgreSQL that the data belongs
// to, or 0 where there is no data yet.
func (l layout) majorVersion() (int, error) {
	if _, err := os.Stat(l.cluster); errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	text, err := os.ReadFile(filepath.Join(l.cluster, "PG_VERSION"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, clarify(fmt.Errorf("read the version of the data: %w", err))
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("%s is %w: it is damaged, for PG_VERSION names no major version", l.cluster, ErrForeign)
	}
	return major, nil
}

// openTo lets the account enter the data directory, and says which directory
// above it keeps the account out.
func (l layout) openTo(a account) error {
	if !a.switched {
		return nil
	}
	info, err := os.Stat(l.dir)
	if err != nil {
		return clarify(fmt.Errorf("data directory: %w", err))
	}
	if !a.mayEnter(info) {
		if err := os.Chmod(l.dir, info.Mode().Perm()|0o011); err != nil {
			return clarify(fmt.Errorf("open data directory to user %s: %w", a.name, err))
		}
	}
	for dir := filepath.Dir(l.dir); ; dir = filepath.Dir(dir) {
		info, err := os.Stat(dir)
		if err != nil {
			return clarify(fmt.Errorf("data directory: %w", err))
		}
		if !a.mayEnter(info) {
			return fmt.Errorf("%w: user %s, whom PostgreSQL runs as, may not enter %s (mode %04o), where data directory %s lies: choose another directory", ErrPermission, a.name, dir, info.Mode().Perm(), l.dir)
		}
		if dir == filepath.Dir(dir) {
			return nil
		}
	}
}

// makeSocketDir makes the directory that only the account may enter. Whoever
// enters it is trusted, so one that somebody else made is refused.
func (l layout) makeSocketDir(a account) error {
	err := makeDirFor(l.socketDir, a)
	if err == nil || !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := os.Lstat(l.socketDir)
	if err != nil {
		return clarify(fmt.Errorf("socket directory: %w", err))
	}
	if !info.IsDir() || info.Mode().Perm() != 0o700 || ownerOf(info) != a.uid {
		return fmt.Errorf("%w: socket directory %s is not private to user %s: remove it", ErrPermission, l.socketDir, a.name)
	}
	return nil
}

// makeDirFor makes a directory that is private to the account.
func makeDirFor(dir string, a account) error {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return clarify(fmt.Errorf("make directory: %w", err))
	}
	if !a.switched {
		return nil
	}
	if err := os.Chown(dir, a.uid, a.gid); err != nil {
		return clarify(fmt.Errorf("give directory to user %s: %w", a.name, err))
	}
	return nil
}

// removeStaleLocks removes the lock files of PostgreSQL's own, which are stale
// when we hold the directory and none of its processes is left. PostgreSQL does
// so itself unless another process, or a dead one that nobody waited for, has
// the pid in them.
func (l layout) removeStaleLocks() error {
	for _, path := range []string{
		filepath.Join(l.cluster, "postmaster.pid"),
		filepath.Join(l.socketDir, socketFile+".lock"),
	} {
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return clarify(fmt.Errorf("remove stale lock: %w", err))
		}
	}
	return nil
}

// Abandoned tells whether dir is a data directory of this package that no
// process holds.
func Abandoned(dir string) bool {
	file, err := os.Open(layoutIn(dir).lock)
	if err != nil {
		return false
	}
	defer file.Close()
	return syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) == nil
}
