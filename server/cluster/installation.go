package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// installation is a PostgreSQL of the machine.
type installation struct {
	bin   string // the directory of its programs
	major int
}

// binDirs returns where programs of PostgreSQL may lie: the layouts of Debian
// and of the PostgreSQL project's RPMs, and whatever is on the PATH.
func binDirs(ctx context.Context) []string {
	var dirs []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"} {
		matches, _ := filepath.Glob(pattern) // fails on a bad pattern only
		dirs = append(dirs, matches...)
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		if path, err = filepath.EvalSymlinks(path); err == nil {
			dirs = append(dirs, filepath.Dir(path))
		}
	}
	if dir := pgConfig(ctx, "pg_config", "--bindir"); dir != "" {
		dirs = append(dirs, dir)
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// findInstallation returns the newest PostgreSQL in dirs that has PostGIS, of
// the wanted major version unless that is 0.
func findInstallation(ctx context.Context, dirs []string, wanted int) (installation, error) {
	var all, usable []installation
	for _, dir := range dirs {
		found, err := inspect(ctx, dir)
		if err != nil {
			continue // a directory without PostgreSQL's server
		}
		all = append(all, found)
		if found.hasPostGIS(ctx) {
			usable = append(usable, found)
		}
	}
	if best, ok := newest(usable, wanted); ok {
		return best, nil
	}
	// Programs that had no time to answer are not missing.
	if err := ctx.Err(); err != nil {
		return installation{}, fmt.Errorf("look for PostgreSQL: %w", err)
	}
	if best, ok := newest(all, wanted); ok {
		return installation{}, fmt.Errorf("PostGIS for PostgreSQL %d is %w: run %s", best.major, ErrNotInstalled, aptCommand(best.major))
	}
	if best, ok := newest(all, 0); ok {
		return installation{}, fmt.Errorf("it belongs to %w of PostgreSQL, %d, while %d is installed: run %s, or choose another directory", ErrVersion, wanted, best.major, aptCommand(wanted))
	}
	return installation{}, fmt.Errorf("PostgreSQL is %w: run %s", ErrNotInstalled, aptCommand(wanted))
}

func newest(installations []installation, wanted int) (installation, bool) {
	var best installation
	for _, i := range installations {
		if i.major > best.major && (wanted == 0 || i.major == wanted) {
			best = i
		}
	}
	return best, best.major != 0
}

// aptCommand installs a major version, or the release's own for 0, which
// Debian's package postgresql-postgis brings.
func aptCommand(major int) string {
	if major == 0 {
		return "«sudo apt-get install postgresql-postgis»"
	}
	return fmt.Sprintf("«sudo apt-get install postgresql-%d postgresql-%d-postgis-3»", major, major)
}

// inspect asks the server program in dir for its version.
func inspect(ctx context.Context, dir string) (installation, error) {
	if _, err := os.Stat(filepath.Join(dir, "initdb")); err != nil {
		return installation{}, err
	}
	output, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return installation{}, err
	}
	major, err := parseMajor(string(output))
	return installation{bin: dir, major: major}, err
}

// parseMajor reads "postgres (PostgreSQL) 15.18 (Debian …)" or "… 18beta1".
func parseMajor(version string) (int, error) {
	_, rest, found := strings.Cut(version, "(PostgreSQL) ")
	if !found {
		return 0, errors.New("not a version of PostgreSQL: " + version)
	}
	digits := rest
	if end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' }); end >= 0 {
		digits = rest[:end]
	}
	return strconv.Atoi(digits)
}

// hasPostGIS looks for the extension's control file, which every package of
// PostGIS installs.
func (i installation) hasPostGIS(ctx context.Context) bool {
	share := pgConfig(ctx, filepath.Join(i.bin, "pg_config"), "--sharedir")
	if share == "" {
		share = fmt.Sprintf("/usr/share/postgresql/%d", i.major)
	}
	_, err := os.Stat(filepath.Join(share, "extension", "postgis.control"))
	return err == nil
}

// postgisLibrary is the name of the library that PostGIS 3 has in every database.
const postgisLibrary = "postgis-3"

// preloads names the library that PostgreSQL is to load as it starts; it would not start without one that it is told of.
func (i installation) preloads(ctx context.Context) string {
	dir := pgConfig(ctx, filepath.Join(i.bin, "pg_config"), "--pkglibdir")
	if dir == "" {
		dir = filepath.Join(i.bin, "../lib")
	}
	if _, err := os.Stat(filepath.Join(dir, postgisLibrary+".so")); err != nil {
		return ""
	}
	return postgisLibrary
}

// hasLZ4 tells whether the server compresses the write-ahead log by LZ4, as PostgreSQL 15 and later do where they were
// built with it. It would not start with a method that it does not know.
func (i installation) hasLZ4(ctx context.Context) bool {
	return i.major >= 15 && strings.Contains(pgConfig(ctx, filepath.Join(i.bin, "pg_config"), "--configure"), "--with-lz4")
}

func pgConfig(ctx context.Context, program, option string) string {
	output, err := exec.CommandContext(ctx, program, option).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(output))
}

// hugeMemory asks the C library (glibc 2.35 and later; others pass it over) to have large pages for what a program
// allocates, where the kernel gives them to who asks. Sorting and copying touch fresh memory all the time, of which each
// small page costs a visit to the kernel: an import of 100,000 features took a twelfth longer.
const hugeMemory = "GLIBC_TUNABLES=glibc.malloc.hugetlb=1"

// command prepares a program of the installation for the account. It starts in
// the root directory, for the account may not be able to enter the program's
// own, and with no variable of the caller's but the path: PGOPTIONS, PGDATA and
// locale would change what it does.
func (i installation) command(a account, name string, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(i.bin, name), args...) //nolint:noctx // it outlives the start's context; shutdown ends it
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC", hugeMemory}
	cmd.SysProcAttr = a.attributes(deathOf(name))
	return cmd
}
