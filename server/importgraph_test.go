package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// npm apollo-upload-client sends ten thousand features and graphql-sse and graphql-ws hear how far they have come, to
// their end; another instance of the server tells it, too.
func TestAnImportByGraphQL(t *testing.T) {
	t.Parallel()
	r := runServe(t, "--data", t.TempDir())
	other := runServeOn(t, r.database, "--data", t.TempDir())
	key, _ := r.keyOf(t, "Office", "--role", "editor")
	_, existing := r.get(t, "/layers/grids.geojsonl")
	file := manyGrids(t, existing, 10_000)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	count := strings.Count(string(text), "\n")
	command := exec.CommandContext(t.Context(), "node", "imports.mjs", r.base+"/graphql", other.base+"/graphql", key, file)
	command.Dir = filepath.Join("..", "graph", "transport", "audit")
	if _, err := os.Stat(filepath.Join(command.Dir, "node_modules", "apollo-upload-client")); err != nil {
		t.Fatal("run npm ci in graph/transport/audit first")
	}
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	t.Logf("%s", output)
	if _, body := r.get(t, "/graphql?query=%7Blayers%7Bname%20count%7D%7D"); !strings.Contains(body, fmt.Sprintf(`"GRIDS","count":%d`, count)) {
		t.Errorf("the map has %s", body)
	}

	town, _ := r.keyOf(t, "Linpan", "--role", "editor", "--scope", "445203104")
	for _, test := range []struct{ name, query, key, want string }{
		{"the imports of another", `{ importJobs { id } }`, town, `{"data":{"importJobs":[]}}`},
		{"an import that there is not", `{ importJob(id: "X") { id } }`, key, `"code":"NOT_FOUND"`},
		{"nobody", `{ importJobs { id } }`, "", `"code":"UNAUTHENTICATED"`},
		{"one of a state", `{ importJobs(states: [DONE], first: 1) { state layer actor report { inserted updated written refusals { rule } } error { code } } }`, key,
			`{"state":"DONE","layer":"GRIDS","actor":"Office","report":{"inserted":`},
		{"no file", `mutation { importFeatures(layer: GRIDS, file: "x") { id } }`, key, `"code":"BAD_USER_INPUT"`},
	} {
		body, err := json.Marshal(map[string]string{"query": test.query})
		if err != nil {
			t.Fatal(err)
		}
		if a := r.ask(t, "POST", "/graphql", string(body), test.key); !strings.Contains(a.body, test.want) {
			t.Errorf("%s: %s", test.name, a.body)
		}
	}
}
