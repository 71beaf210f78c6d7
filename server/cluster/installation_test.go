package cluster

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFindInstallation(t *testing.T) {
	type have struct {
		major   int
		postgis bool
	}
	tests := map[string]struct {
		have   []have
		wanted int
		major  int
		reason error
		says   string
	}{
		"nothing":               {reason: ErrNotInstalled, says: "apt-get install postgresql-postgis"},
		"no PostGIS":            {have: []have{{16, false}}, reason: ErrNotInstalled, says: "postgresql-16-postgis-3"},
		"the newest":            {have: []have{{9, true}, {15, true}, {14, true}}, major: 15},
		"the newest with it":    {have: []have{{15, true}, {17, false}}, major: 15},
		"that of the data":      {have: []have{{15, true}, {17, true}}, wanted: 15, major: 15},
		"not that of the data":  {have: []have{{15, true}}, wanted: 14, reason: ErrVersion, says: "it belongs to another major version of PostgreSQL, 14, while 15 is installed: run «sudo apt-get install postgresql-14 postgresql-14-postgis-3»"},
		"the data's without it": {have: []have{{14, false}, {15, true}}, wanted: 14, reason: ErrNotInstalled, says: "PostGIS for PostgreSQL 14 is not installed"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dirs := []string{t.TempDir()} // a directory without PostgreSQL
			for _, have := range test.have {
				dirs = append(dirs, fakeInstallation(t, have.major, have.postgis))
			}
			found, err := findInstallation(t.Context(), dirs, test.wanted)
			if found.major != test.major {
				t.Errorf("found %d, want %d", found.major, test.major)
			}
			if !errors.Is(err, test.reason) || err != nil && !strings.Contains(err.Error(), test.says) {
				t.Errorf("the error is %v, want %v that says %q", err, test.reason, test.says)
			}
		})
	}
}

// Who has no time to wait for the programs' answers is not told that they are missing.
func TestAnInstallationThatWasNotAskedIsNotMissing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := findInstallation(ctx, []string{fakeInstallation(t, 15, true)}, 0); !errors.Is(err, context.Canceled) || errors.Is(err, ErrNotInstalled) {
		t.Errorf("the error is %v, want the context's", err)
	}
}

// A library that is not there would keep PostgreSQL from starting.
func TestOnlyALibraryThatIsThereIsPreloaded(t *testing.T) {
	dir := fakeInstallation(t, 15, true)
	install := installation{bin: dir, major: 15}
	if got := install.preloads(t.Context()); got != "" {
		t.Errorf("preloads %q, which is not there", got)
	}
	writeScript(t, filepath.Join(dir, "postgis-3.so"), "")
	if got := install.preloads(t.Context()); got != "postgis-3" {
		t.Errorf("preloads %q, want postgis-3", got)
	}
}

// fakeInstallation makes programs that answer as PostgreSQL's do.
func fakeInstallation(t *testing.T, major int, postgis bool) string {
	t.Helper()
	dir := t.TempDir()
	if postgis {
		writeScript(t, filepath.Join(dir, "extension", "postgis.control"), "")
	}
	writeScript(t, filepath.Join(dir, "initdb"), "")
	writeScript(t, filepath.Join(dir, "pg_config"), "echo "+dir)
	writeScript(t, filepath.Join(dir, "postgres"), fmt.Sprintf("echo 'postgres (PostgreSQL) %d.4 (Debian %d.4-1)'", major, major))
	return dir
}

func writeScript(t *testing.T, path, body string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+body+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
}

func TestParseMajor(t *testing.T) {
	tests := map[string]int{
		"postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n": 15,
		"postgres (PostgreSQL) 19devel\n":                        19,
		"postgres (PostgreSQL) 18beta1":                          18,
		"something else":                                         0,
	}
	for version, want := range tests {
		if got, err := parseMajor(version); got != want || (err == nil) != (want != 0) {
			t.Errorf("%q gives %d (%v), want %d", version, got, err, want)
		}
	}
}
