package cluster_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"xiangtu/server/cluster"
)

func TestAClusterIsMadeOnFirstUseAndKeptAcrossStarts(t *testing.T) {
	dir := dataDir(t)
	first := start(t, dir)
	execute(t, first, `CREATE TABLE grid (code text); INSERT INTO grid VALUES ('445203001')`)
	stop(t, first)

	began := time.Now()
	second := start(t, dir)
	t.Logf("started an existing cluster in %s", time.Since(began))
	if got := query(t, second, `SELECT code FROM grid`); got != "445203001" {
		t.Errorf("read %q, want what was written before the restart", got)
	}
}

func TestTheClusterIsReadyForAMapAndPrivate(t *testing.T) {
	c := start(t, dataDir(t))
	execute(t, c, `CREATE EXTENSION postgis`)
	tests := map[string]struct{ sql, want string }{
		"PostGIS is to be had": {
			sql:  `SELECT ST_AsText('POINT(116.4 23.5)'::geometry)`,
			want: "POINT(116.4 23.5)",
		},
		"text sorts by code point": {
			sql:  `SELECT string_agg(name, '' ORDER BY name) FROM (VALUES ('乡'), ('B'), ('a'), ('村'), ('Z')) AS v(name)`,
			want: "BZa乡村",
		},
		"text is Unicode":       {sql: `SHOW server_encoding`, want: "UTF8"},
		"there is no TCP port":  {sql: `SHOW listen_addresses`, want: ""},
		"a crash loses nothing": {sql: `SHOW fsync`, want: "on"},
		"sessions have PostGIS": {sql: `SHOW shared_preload_libraries`, want: "postgis-3"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if got := query(t, c, test.sql); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	t.Run("the socket is closed to others", func(t *testing.T) {
		info, err := os.Stat(query(t, c, `SELECT trim('"' FROM current_setting('unix_socket_directories'))`))
		if err != nil {
			t.Fatal(err)
		}
		if mode := info.Mode().Perm(); mode != 0o700 {
			t.Errorf("its directory has mode %04o, want 0700", mode)
		}
	})
}

func TestALongOrCommaedPathGetsAShortSocket(t *testing.T) {
	for name, part := range map[string]string{
		"long":   strings.Repeat("长", 40),
		"commas": "a,b c'd\"e",
	} {
		t.Run(name, func(t *testing.T) {
			c := start(t, filepath.Join(dataDir(t), part))
			if got := query(t, c, `SELECT 'answer'`); got != "answer" {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestAKilledServerIsStartedAgainWithWhatWasCommitted(t *testing.T) {
	var log logBuffer
	c := startWith(t, cluster.Config{Dir: readyDir(t), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	execute(t, c, `CREATE TABLE grid (code text); INSERT INTO grid VALUES ('445203001')`)

	kill(t, postmasterOf(t, c))

	eventually(t, "the server is back", func() bool { return strings.Contains(log.String(), "PostgreSQL is back") })
	if got := query(t, c, `SELECT code FROM grid`); got != "445203001" {
		t.Errorf("read %q after the recovery", got)
	}
}

func TestAServerThatDiesAgainAndAgainIsGivenUp(t *testing.T) {
	var log logBuffer
	c := startWith(t, cluster.Config{Dir: readyDir(t), Logger: slog.New(slog.NewTextHandler(&log, nil))})
	for returns := 1; ; returns++ {
		pid := postmasterOf(t, c)
		kill(t, pid)
		if given := awaitSuccessor(t, c, pid); given {
			break
		}
		// One that is killed before it is back does not count as a death, but as a start that failed.
		eventually(t, "the successor is back", func() bool { return strings.Count(log.String(), "PostgreSQL is back") == returns })
	}
	if err := c.Err(); err == nil || !strings.Contains(err.Error(), "died 3 times") {
		t.Errorf("the error is %v, want one that counts the deaths", err)
	}
}

func TestStopEndsTheServerAndFreesTheDirectory(t *testing.T) {
	dir := readyDir(t)
	c := start(t, dir)
	pid := postmasterOf(t, c)
	if err := c.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if alive(pid) {
		t.Errorf("process %d is still there", pid)
	}
	if err := c.Err(); err != nil {
		t.Errorf("Err is %v after Stop, want nil", err)
	}
	if err := c.Stop(t.Context()); err != nil {
		t.Errorf("the second Stop: %v", err)
	}
	start(t, dir)
}

func TestStopCutsSessionsOff(t *testing.T) {
	c := start(t, readyDir(t))
	conn := connect(t, c)
	ended := make(chan error, 1)
	go func() {
		_, err := conn.Exec(context.Background(), `SELECT pg_sleep(60)`)
		ended <- err
	}()
	eventually(t, "the session sleeps", func() bool {
		return query(t, c, `SELECT count(*)::text FROM pg_stat_activity WHERE wait_event = 'PgSleep'`) == "1"
	})
	stop(t, c)
	if err := <-ended; err == nil {
		t.Error("the sleeping session ended well, want it cut off")
	}
}

func TestStartEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	dir := dataDir(t)
	if _, err := cluster.Start(ctx, cluster.Config{Dir: dir}); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("the error is %v, want the context's", err)
	}
	start(t, dir) // what the interrupted initdb left is made anew
}

// dataDir returns the name of a directory to be, which the account that root
// drops to can reach: the parent of t.TempDir is closed to it.
func dataDir(t *testing.T) string {
	t.Helper()
	parent, err := os.MkdirTemp("", "xiangtu-cluster-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(parent); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(parent, 0o711); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(parent, "data")
}

func start(t *testing.T, dir string) *cluster.Cluster {
	t.Helper()
	return startWith(t, cluster.Config{Dir: dir})
}

func startWith(t *testing.T, config cluster.Config) *cluster.Cluster {
	t.Helper()
	config.Memory = 512 << 20
	c, err := cluster.Start(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, c) })
	return c
}

func stop(t *testing.T, c *cluster.Cluster) {
	t.Helper()
	if err := c.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func connect(t *testing.T, c *cluster.Cluster) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func execute(t *testing.T, c *cluster.Cluster, sql string) {
	t.Helper()
	conn := connect(t, c)
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func query(t *testing.T, c *cluster.Cluster, sql string) string {
	t.Helper()
	conn := connect(t, c)
	defer conn.Close(t.Context())
	var answer string
	if err := conn.QueryRow(t.Context(), sql).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// postmasterOf asks the server for the first line of its lock file.
func postmasterOf(t *testing.T, c *cluster.Cluster) int {
	t.Helper()
	line := query(t, c, `SELECT split_part(pg_read_file('postmaster.pid'), E'\n', 1)`)
	pid, err := strconv.Atoi(line)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

// awaitSuccessor returns when another postmaster than pid answers, or with true
// when the cluster was given up.
func awaitSuccessor(t *testing.T, c *cluster.Cluster, pid int) (givenUp bool) {
	t.Helper()
	eventually(t, "a successor answers or none is tried", func() bool {
		select {
		case <-c.Done():
			givenUp = true
			return true
		default:
		}
		conn, err := pgx.Connect(t.Context(), c.URL())
		if err != nil {
			return false
		}
		defer conn.Close(t.Context())
		var line string
		err = conn.QueryRow(t.Context(), `SELECT split_part(pg_read_file('postmaster.pid'), E'\n', 1)`).Scan(&line)
		return err == nil && line != strconv.Itoa(pid)
	})
	return givenUp
}

func kill(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if holds() {
			return
		}
	}
	t.Fatalf("not within 20 s: %s", what)
}

// logBuffer is a log that a test reads while it is written.
type logBuffer struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
