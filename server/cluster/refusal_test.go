package cluster_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xiangtu/server/cluster"
)

func TestRefusals(t *testing.T) {
	tests := map[string]struct {
		prepare func(t *testing.T, dir string)
		reason  error
		says    string
	}{
		"a directory with other files": {
			prepare: func(t *testing.T, dir string) { write(t, filepath.Join(dir, "letter.txt"), "Dear …") },
			reason:  cluster.ErrForeign,
			says:    "it holds letter.txt",
		},
		"a cluster that somebody else made": {
			prepare: func(t *testing.T, dir string) { write(t, filepath.Join(dir, "PG_VERSION"), "15\n") },
			reason:  cluster.ErrForeign,
			says:    "choose an empty directory",
		},
		"a file in the directory's place": {
			prepare: func(t *testing.T, dir string) { write(t, dir, "") },
			says:    "make data directory",
		},
		"another major version": {
			prepare: func(t *testing.T, dir string) {
				write(t, filepath.Join(dir, "xiangtu.lock"), "")
				write(t, filepath.Join(dir, "cluster", "PG_VERSION"), "9\n")
			},
			reason: cluster.ErrVersion,
			says:   "sudo apt-get install postgresql-9 postgresql-9-postgis-3",
		},
		"data without a version": {
			prepare: func(t *testing.T, dir string) {
				write(t, filepath.Join(dir, "xiangtu.lock"), "")
				write(t, filepath.Join(dir, "cluster", "base"), "")
			},
			reason: cluster.ErrForeign,
			says:   "it is damaged",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := dataDir(t)
			test.prepare(t, dir)
			_, err := cluster.Start(t.Context(), cluster.Config{Dir: dir})
			wantRefusal(t, err, test.reason, test.says)
		})
	}
}

func TestARefusedDirectoryIsLeftAsItWas(t *testing.T) {
	dir := dataDir(t)
	write(t, filepath.Join(dir, "letter.txt"), "Dear …")
	if _, err := cluster.Start(t.Context(), cluster.Config{Dir: dir}); err == nil {
		t.Fatal("it started")
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(entries) != 1 {
		t.Errorf("the directory now holds %v", entries)
	}
}

func TestAnInterruptedInitdbIsDoneAnew(t *testing.T) {
	dir := dataDir(t)
	write(t, filepath.Join(dir, "xiangtu.lock"), "")
	write(t, filepath.Join(dir, "cluster.new", "PG_VERSION"), "15\n")
	start(t, dir)
	if _, err := os.Stat(filepath.Join(dir, "cluster.new")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what the interrupted initdb left is still there (%v)", err)
	}
}

func TestAServerThatDoesNotStartSaysWhy(t *testing.T) {
	dir := readyDir(t)
	write(t, filepath.Join(dir, "cluster", "postgresql.auto.conf"), "max_connections = many\n")
	_, err := cluster.Start(t.Context(), cluster.Config{Dir: dir})
	wantRefusal(t, err, nil, `postgresql.auto.conf" contains errors`)
	if !cluster.Abandoned(dir) {
		t.Error("the directory is still locked")
	}
}

func wantRefusal(t *testing.T, err, reason error, says string) {
	t.Helper()
	if err == nil {
		t.Fatal("it started")
	}
	if reason != nil && !errors.Is(err, reason) {
		t.Errorf("the error is %q, want one that is %q", err, reason)
	}
	if !strings.Contains(err.Error(), says) {
		t.Errorf("the error is %q, want it to say %q", err, says)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
