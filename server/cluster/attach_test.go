package cluster_test

import (
	"testing"

	"github.com/jackc/pgx/v5"

	"xiangtu/server/cluster"
)

// A command finds the cluster that a server runs, and says so where nobody runs it.
func TestAttach(t *testing.T) {
	dir := dataDir(t)
	if _, err := cluster.Attach(t.Context(), cluster.Config{Dir: dir}); err == nil {
		t.Error("attached to a cluster that nobody runs")
	}
	c, err := cluster.Start(t.Context(), cluster.Config{Dir: dir, Volatile: true})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := c.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	url, err := cluster.Attach(t.Context(), cluster.Config{Dir: dir})
	if err != nil || url != c.URL() {
		t.Fatalf("%s, %v; want %s", url, err, c.URL())
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Error(err)
	}
}
