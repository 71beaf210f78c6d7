// Package arch_test holds the directions in which the packages import each
// other, and the project's independence of what lies around it.
package arch_test

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	module = "xiangtu/"
	root   = "../.."
)

// A room is a package with those below it that are no room of their own.
type room struct {
	path string
	// mayImport lists rooms; a room may always import itself.
	mayImport []string
}

const (
	anyRoom = "*"
	// anySurface stands for each package of server that is not listed itself.
	anySurface = "server/*"
)

// rooms goes from the bottom of the house to its top. A room imports downwards
// only, and no surface another.
var rooms = []room{
	{"geo/crs", nil},
	{"geo/jsonscan", nil},
	{"geo/shape", []string{"geo/crs", "geo/jsonscan"}},
	{"geo", []string{"geo/shape", "geo/crs"}},
	{"geo/cql2", []string{"geo", "geo/shape"}},
	{"geo/exchange", []string{"geo", "geo/shape", "geo/jsonscan", "geo/crs"}},
	{"geo/postgis", []string{"geo/exchange", "geo", "geo/shape", "geo/crs"}},
	{"geo/pmtiles", nil},
	{"geo/tile", []string{"geo/pmtiles", "geo/postgis", "geo", "geo/shape", "geo/crs"}},
	{"geo/jobs", []string{"geo/exchange", "geo/postgis", "geo"}},
	{"demo", []string{"geo/postgis", "geo/exchange", "geo", "geo/crs"}},
	{"migrations", nil},
	{"web", nil},
	{"graph/transport", nil},
	{"graph", []string{"graph/transport", "geo/jobs", "geo/tile", "geo/exchange", "geo/postgis", "geo", "geo/shape", "geo/crs"}},
	{"server/cluster", nil},
	{"server/telemetry", nil},
	{"server/metrics", nil},
	{"server/negotiate", nil},
	{"server/problem", []string{"geo"}},
	{"server/middleware", []string{"server/metrics", "server/problem", "geo"}},
	{"server/access", []string{"geo"}},
	{"server/identity", []string{"server/access", "server/problem", "geo"}},
	{"server/sheet", nil},
	{"server/moment", []string{"geo/postgis", "geo"}},
	{"server/filter", []string{"geo/cql2", "geo/postgis", "geo", "geo/crs"}},
	{anySurface, []string{"server/access", "server/filter", "server/moment", "server/metrics", "server/negotiate", "server/problem", "server/sheet", "geo/cql2", "geo/exchange", "geo/jobs", "geo/postgis", "geo/tile", "geo", "geo/shape", "geo/crs"}},
	{"server", []string{anyRoom}},
	{"internal", []string{anyRoom}},
	{"bench", []string{anyRoom}},
}

// outside lists the rooms that may import packages from outside the module, by
// the beginning of their path. What is not listed is open to all.
var outside = map[string][]string{
	"database/sql":              {},
	"github.com/jackc/pgx/":     {"geo/postgis", "migrations", "server", "server/cluster", "server/telemetry", "server/metrics", "internal", "bench"},
	"github.com/99designs/":     {"graph", "graph/transport"},
	"github.com/vektah/":        {"graph", "graph/transport"},
	"net/http":                  {"graph", "graph/transport", "server", "server/telemetry", "server/metrics", "server/problem", "server/middleware", "server/identity", "server/access", anySurface, "internal", "bench"},
	"github.com/urfave/cli/":    {"server", "bench"},
	"github.com/maypok86/otter": {"graph/transport", "server/identity", anySurface},
}

func TestNoPackageImportsUpwards(t *testing.T) {
	for file, imports := range importsOfFiles(t) {
		from := roomOf(path.Dir(file))
		for _, imported := range imports {
			if reason := objection(from, imported, strings.HasSuffix(file, "_test.go")); reason != "" {
				t.Errorf("%s imports %s: %s", file, imported, reason)
			}
		}
	}
}

func TestEveryPackageLiesInARoom(t *testing.T) {
	for file := range importsOfFiles(t) {
		if roomOf(path.Dir(file)).path == "" {
			t.Errorf("%s lies in no room: add its package to the rooms", file)
		}
	}
}

func TestUpwardArrowsAreSeen(t *testing.T) {
	tests := []struct {
		from, imported string
		inTest, wrong  bool
	}{
		{from: "graph", imported: "xiangtu/geo/postgis"},
		{from: "geo/postgis", imported: "xiangtu/graph", wrong: true},
		{from: "geo", imported: "xiangtu/geo/postgis", wrong: true},
		{from: "geo/shape/mvt", imported: "xiangtu/geo/shape"},
		{from: "geo/shape", imported: "xiangtu/geo", wrong: true},
		{from: "server/tiles", imported: "xiangtu/geo/postgis"},
		{from: "server/tiles", imported: "xiangtu/server/ogc", wrong: true},
		{from: "server/tiles", imported: "xiangtu/graph", wrong: true},
		{from: "server/tiles", imported: "github.com/jackc/pgx/v5", wrong: true},
		{from: "server/tiles", imported: "xiangtu/server/filter"},
		{from: "server/filter", imported: "xiangtu/server/tiles", wrong: true},
		{from: "geo/cql2", imported: "xiangtu/geo/postgis", wrong: true},
		{from: "server", imported: "xiangtu/server/tiles"},
		{from: "graph", imported: "xiangtu/server", wrong: true},
		{from: "graph", imported: "github.com/jackc/pgx/v5", wrong: true},
		{from: "geo", imported: "net/http", wrong: true},
		{from: "graph", imported: "xiangtu/internal/pgtest", wrong: true},
		{from: "graph", imported: "xiangtu/internal/pgtest", inTest: true},
	}
	for _, test := range tests {
		reason := objection(roomOf(test.from), test.imported, test.inTest)
		if wrong := reason != ""; wrong != test.wrong {
			t.Errorf("%s → %s: objection %q, want one: %t", test.from, test.imported, reason, test.wrong)
		}
	}
}

// The design papers and measurements beside the checkout are no part of it: a
// clone without them builds, runs and passes. Benchmarks may compare with them.
func TestNothingRefersToWhatLiesBesideTheCheckout(t *testing.T) {
	needles := [][]byte{[]byte("../" + "shared"), []byte("/work/" + "shared")}
	walk(t, func(file string) {
		if strings.HasPrefix(file, "bench/") {
			return
		}
		text, err := os.ReadFile(filepath.Join(root, file))
		if err != nil {
			t.Fatal(err)
		}
		for _, needle := range needles {
			if bytes.Contains(text, needle) {
				t.Errorf("%s mentions %s", file, needle)
			}
		}
	})
}

// objection says why a room must not import a package; it is empty where it may.
// Tests may use the helpers of internal, migrate a database, and use any
// library; the arrows hold for them too.
func objection(from room, imported string, inTest bool) string {
	if inner, ours := strings.CutPrefix(imported, module); ours {
		to := roomOf(inner)
		switch {
		case to.path == from.path, slices.Contains(from.mayImport, to.path), slices.Contains(from.mayImport, anyRoom):
			return ""
		case inTest && (to.path == "internal" || to.path == "migrations"):
			return ""
		}
		return from.path + " may import " + strings.Join(from.mayImport, ", ") + " only"
	}
	if inTest {
		return ""
	}
	for prefix, allowed := range outside {
		if strings.HasPrefix(imported, prefix) && !mayUse(from, allowed) {
			return "only " + strings.Join(allowed, ", ") + " may"
		}
	}
	return ""
}

func mayUse(from room, allowed []string) bool {
	return slices.Contains(allowed, from.path) || from.surface() && slices.Contains(allowed, anySurface)
}

// surface tells whether the room stands in the table as a surface of server.
func (r room) surface() bool {
	return !slices.ContainsFunc(rooms, func(listed room) bool { return listed.path == r.path })
}

// roomOf returns the innermost room that holds a package.
func roomOf(pkg string) room {
	var found room
	for _, r := range rooms {
		if (pkg == r.path || strings.HasPrefix(pkg, r.path+"/")) && len(r.path) > len(found.path) {
			found = r
		}
	}
	if found.path != "server" || pkg == "server" {
		return found
	}
	for _, r := range rooms {
		if r.path == anySurface {
			name, _, _ := strings.Cut(strings.TrimPrefix(pkg, "server/"), "/")
			return room{path: "server/" + name, mayImport: r.mayImport}
		}
	}
	return found
}

// importsOfFiles returns what every Go file of the module imports, by its path
// from the root.
func importsOfFiles(t *testing.T) map[string][]string {
	t.Helper()
	imports := make(map[string][]string)
	walk(t, func(file string) {
		if path.Ext(file) != ".go" {
			return
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, file), nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		imports[file] = nil
		for _, spec := range parsed.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			imports[file] = append(imports[file], imported)
		}
	})
	return imports
}

// walk visits every source file, by its path from the root.
func walk(t *testing.T, visit func(file string)) {
	t.Helper()
	built := []string{".git", "node_modules", "bin", "var", "web/dist", "web/out"}
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		file, err := filepath.Rel(root, name)
		switch {
		case err != nil:
			return err
		case entry.IsDir() && (slices.Contains(built, file) || slices.Contains(built, entry.Name())):
			return fs.SkipDir
		case entry.Type().IsRegular():
			visit(filepath.ToSlash(file))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
