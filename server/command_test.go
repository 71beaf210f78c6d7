package main

import (
	"bytes"
	"context"
	"strings"
	"testing"
)

// execute runs one command line and returns its exit code and output.
func execute(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(append([]string{"xiangtu"}, args...), program{
		stdout:    &out,
		stderr:    &errs,
		getenv:    func(string) string { return "" },
		interrupt: interruption{drain: context.Background(), force: context.Background()},
	})
	return code, out.String(), errs.String()
}

func TestMisuseIsShortAndPointsToHelp(t *testing.T) {
	for _, test := range []struct {
		args []string
		want string
	}{
		{[]string{"frobnicate"}, `no command "frobnicate"`},
		{[]string{"serve", "now"}, `unexpected argument "now"`},
		{[]string{"serve", "--nope"}, "-nope"},
		{[]string{"--listen", "nowhere", "serve"}, "--listen"},
		{[]string{"migrate"}, "up, down or status"},
		{[]string{"migrate", "sideways"}, "up, down or status"},
		{[]string{"migrate", "down", "--steps", "0"}, "--steps"},
		{[]string{"import", "villages"}, "LAYER FILE"},
		{[]string{"export"}, "LAYER [FILE]"},
		{[]string{"export", "grids", "--precision", "99"}, "--precision"},
		{[]string{"key"}, "create, list or revoke"},
		{[]string{"key", "create"}, "NAME"},
		{[]string{"key", "create", " "}, "NAME"},
		{[]string{"key", "create", "a", "--role", "owner"}, "viewer, editor and admin"},
		{[]string{"key", "create", "a", "--scope", "44520"}, "2, 4, 6, 9 or 12 digits"},
		{[]string{"key", "create", "a", "--expires", "soon"}, "90d or 12h"},
		{[]string{"key", "create", "a", "--expires", "-1h"}, "90d or 12h"},
		{[]string{"key", "create", "a", "--expires", "40000d"}, "hundred years"},
		{[]string{"key", "revoke"}, "ID"},
		{[]string{"layer"}, "list, publish or unpublish"},
		{[]string{"layer", "publish"}, "LAYER"},
		{[]string{"version", "please"}, `unexpected argument "please"`},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			code, stdout, stderr := execute(t, test.args...)
			if code != exitUsage {
				t.Errorf("exit code %d, want %d", code, exitUsage)
			}
			if stdout != "" {
				t.Errorf("wrote %q to stdout", stdout)
			}
			if !strings.Contains(stderr, test.want) || !strings.Contains(stderr, "--help") || strings.Count(stderr, "\n") > 3 {
				t.Errorf("stderr: %s", stderr)
			}
		})
	}
}

func TestEveryCommandHasHelpWithExamples(t *testing.T) {
	for _, args := range [][]string{
		{}, {"serve"}, {"migrate"}, {"import"}, {"export"}, {"check"}, {"version"},
		{"key"}, {"key", "create"}, {"key", "list"}, {"key", "revoke"},
		{"layer"}, {"layer", "list"}, {"layer", "publish"}, {"layer", "unpublish"},
		{"migrate", "up"}, {"migrate", "down"}, {"migrate", "status"},
		{"import", "villages", "villages.geojson", "--dry-run"}, {"--data", "there", "key", "revoke", "7k2m4x9q"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			code, stdout, _ := execute(t, append(args, "--help")...)
			if code != 0 || !strings.Contains(stdout, "Examples:") || !strings.Contains(stdout, "USAGE") {
				t.Errorf("exit code %d: %s", code, stdout)
			}
		})
	}
}

func TestVersion(t *testing.T) {
	for _, asked := range []string{"version", "--version"} {
		code, stdout, stderr := execute(t, asked)
		if code != 0 || stderr != "" || !strings.HasPrefix(stdout, "xiangtu ") {
			t.Errorf("%s: exit code %d: %q %q", asked, code, stdout, stderr)
		}
	}
}
