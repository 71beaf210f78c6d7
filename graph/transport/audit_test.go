package transport_test

import (
	"net/http/httptest"
	"os"
	"os/exec"
	"testing"

	"xiangtu/graph/transport"
	"xiangtu/graph/transport/internal/toy"
)

// Every audit that npm graphql-http has for servers passes.
func TestAuditsOfGraphQLOverHTTP(t *testing.T) { audit(t, "audit.mjs") }

// npm graphql-ws and graphql-sse, clients that we did not write, get queries, mutations, subscriptions and refusals.
func TestClientsOfSocketsAndEvents(t *testing.T) { audit(t, "streams.mjs") }

// audit runs a script against a server of the toy. Node and npm are part of the
// build; where CI is set the modules must have been installed.
func audit(t *testing.T, script string) {
	t.Helper()
	if _, err := os.Stat("audit/node_modules"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("audit/node_modules is missing: run npm ci in graph/transport/audit first")
		}
		run(t, "npm", "ci", "--no-audit", "--no-fund")
	}
	server := httptest.NewServer(transport.New(toy.New(), transport.Config{}))
	defer server.Close()
	t.Log(run(t, "node", script, server.URL))
}

func run(t *testing.T, name string, args ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, args...)
	command.Dir = "audit"
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", command, err, output)
	}
	return string(output)
}
