package graph_test

import (
	"net/http/httptest"
	"os/exec"
	"testing"
)

// Every audit that npm graphql-http has for servers passes on the map's own schema too. Package transport says how the
// modules come here.
func TestAuditsOfGraphQLOverHTTP(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(newClient(t).handler)
	defer server.Close()
	command := exec.CommandContext(t.Context(), "node", "audit.mjs", server.URL)
	command.Dir = "transport/audit"
	if output, err := command.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, output)
	} else {
		t.Logf("%s", output)
	}
}
