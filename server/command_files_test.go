package main

import (
	"bytes"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"xiangtu/internal/pgtest"
)

// demonstration is the address of a database with the demonstration map.
func demonstration(t *testing.T) string {
	t.Helper()
	return pgtest.URL(t)
}

func change(t *testing.T, url, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func TestExportImportAndCheckAgree(t *testing.T) {
	url := demonstration(t)
	dir := t.TempDir()
	plain, packed := filepath.Join(dir, "v.geojson"), filepath.Join(dir, "v.geojson.gz")
	if err := os.WriteFile(plain, []byte("an older export"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{plain, packed} {
		if code, stdout, stderr := execute(t, "--database-url", url, "export", "villages", file); code != 0 || stdout != "" || !strings.Contains(stderr, "villages: 217, done") {
			t.Fatalf("export %s: %d %q %q", file, code, stdout, stderr)
		}
	}
	_, streamed, _ := execute(t, "--database-url", url, "export", "villages")
	written, err := os.ReadFile(plain)
	if err != nil || string(written) != streamed {
		t.Errorf("the file is not what the standard output got (%v)", err)
	}
	if unpacked := unpack(t, packed); unpacked != streamed {
		t.Error("the packed file is not what the standard output got")
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
	code, stdout, stderr := execute(t, "--database-url", url, "import", "villages", packed)
	if code != 0 || stdout != "villages: 217 read, 0 inserted, 0 updated, 217 unchanged, 0 refused\n" {
		t.Errorf("import: %d %q %q", code, stdout, stderr)
	}
	code, stdout, stderr = execute(t, "--database-url", url, "check")
	if code != 0 || !strings.Contains(stdout, "grids: 3013 features, 0 violations\n") || stderr != "" {
		t.Errorf("check: %d %q %q", code, stdout, stderr)
	}
	change(t, url, `UPDATE xiangtu.towns SET pinyin = 'QU XI' WHERE code = '445203001'`)
	code, stdout, stderr = execute(t, "--database-url", url, "check", "towns")
	if code != exitFailure || !strings.HasPrefix(stdout, `towns 445203001: pinyin: "QU XI"`) || !strings.Contains(stdout, "towns: 19 features, 1 violations") || !strings.Contains(stderr, "breaks its rules") {
		t.Errorf("check of a broken map: %d %q %q", code, stdout, stderr)
	}
}

func unpack(t *testing.T, name string) string {
	t.Helper()
	packed, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestImportSaysWhatItRefuses(t *testing.T) {
	url := demonstration(t)
	file := filepath.Join(t.TempDir(), "s.ndjson")
	text := `{"type":"Feature","properties":{"code":"N-1","name":"新站","villageCode":"445203001001","phone":"1"},"geometry":{"type":"Point","coordinates":[116.4,23.5]}}
{"type":"Feature","properties":{"code":"N-2","name":"新站","villageCode":"445203001001"},"geometry":{"type":"Point","coordinates":[23.5,116.4]}}
`
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	const refusal = "feature 1 (N-2): out_of_range: geometry.coordinates: latitude 116.4"
	for _, test := range []struct {
		flags  []string
		code   int
		stdout []string
		stderr string
	}{
		{nil, exitFailure, []string{refusal, "stations: 2 read, 1 refused\n"}, "nothing is written, because 1 of 2 features are refused"},
		{[]string{"--dry-run", "--skip-invalid"}, 0, []string{"ignored: stations has no phone\n", "1 inserted", "dry run: nothing is written\n"}, ""},
		{[]string{"--skip-invalid"}, 0, []string{refusal, "stations: 2 read, 1 inserted, 0 updated, 0 unchanged, 1 refused\n"}, ""},
		{[]string{"--skip-invalid", "--crs", "gcj02"}, 0, []string{"1 updated"}, ""},
		{[]string{"--crs", "mars"}, exitFailure, nil, "--crs: unknown reference system"},
	} {
		code, stdout, stderr := execute(t, append([]string{"--database-url", url, "import", "stations", file}, test.flags...)...)
		if code != test.code || !strings.Contains(stderr, test.stderr) {
			t.Errorf("%v: %d %q", test.flags, code, stderr)
		}
		for _, want := range test.stdout {
			if !strings.Contains(stdout, want) {
				t.Errorf("%v: %q has no %q", test.flags, stdout, want)
			}
		}
	}
}

func TestFilesThatCannotBeAreErrors(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none", "x.geojson")
	for _, args := range [][]string{
		{"import", "towns", missing}, {"import", "roads", missing}, {"export", "towns", missing}, {"export", "roads"},
		{"export", "towns", "--bbox", "1,2"}, {"export", "towns", "--crs", "mars"}, {"check", "roads"},
	} {
		code, stdout, stderr := execute(t, append([]string{"--database-url", pgtest.Empty(t)}, args...)...)
		if code != exitFailure || stdout != "" || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%v: %d %q %q", args, code, stdout, stderr)
		}
	}
}

// Who runs the program reads why it failed, which clients do not.
func TestErrorsShowTheirCause(t *testing.T) {
	code, _, stderr := execute(t, "--database-url", pgtest.Empty(t), "import", "towns", t.TempDir())
	if code != exitFailure || !strings.Contains(stderr, "is a directory") {
		t.Errorf("%d %q", code, stderr)
	}
}
