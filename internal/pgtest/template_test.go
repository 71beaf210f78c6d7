package pgtest

import (
	"context"
	"os"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Two servers stand for two processes of one run: what one prepared both have, and neither sees what the other writes.
func TestProcessesOfOneRunShareWhatIsPrepared(t *testing.T) {
	parent := t.TempDir()
	for _, dir := range []string{parent, parent + "/.."} { // the database's account must get in
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv(templatesVariable, parent)
	prepared := 0
	prepare := func(ctx context.Context, databaseURL string) error {
		prepared++
		return execute(ctx, databaseURL, "CREATE TABLE place (name text PRIMARY KEY)")
	}
	for range 2 {
		s := server{prepare: prepare}
		t.Cleanup(func() {
			if err := s.close(); err != nil {
				t.Error(err)
			}
		})
		for range 2 {
			if err := execute(t.Context(), s.database(t, template), "INSERT INTO place VALUES ('榕城')"); err != nil {
				t.Error(err)
			}
		}
	}
	if prepared != 1 {
		t.Errorf("prepared %d times, want once", prepared)
	}
	if entries, err := os.ReadDir(parent); err != nil || len(entries) != 2 {
		t.Errorf("the shared directory holds %v (%v), want a cluster and its lock", entries, err)
	}
}

func execute(ctx context.Context, databaseURL, statement string) error {
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, statement)
	return err
}
