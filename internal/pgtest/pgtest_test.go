package pgtest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"

	"xiangtu/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m, prepare) }

func prepare(ctx context.Context, databaseURL string) error {
	conn, err := pgx.Connect(ctx, databaseURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, `CREATE EXTENSION postgis; CREATE TABLE place (name text PRIMARY KEY, at geometry(Point, 4326))`)
	return err
}

func TestEveryTestHasADatabaseOfItsOwn(t *testing.T) {
	for i := range 8 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			pool := pgtest.New(t)
			if _, err := pool.Exec(t.Context(), `INSERT INTO place VALUES ('榕城', 'SRID=4326;POINT(116.4 23.5)')`); err != nil {
				t.Fatal(err)
			}
			var count int
			if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM place WHERE ST_X(at) > 116`).Scan(&count); err != nil {
				t.Fatal(err)
			}
			if count != 1 {
				t.Errorf("found %d places, want the one that this test made", count)
			}
		})
	}
}

func TestAnEmptyDatabaseHasNoPostGIS(t *testing.T) {
	conn, err := pgx.Connect(t.Context(), pgtest.Empty(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	var installed bool
	if err := conn.QueryRow(t.Context(), `SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'postgis')`).Scan(&installed); err != nil {
		t.Fatal(err)
	}
	if installed {
		t.Error("PostGIS is installed")
	}
}

func BenchmarkNew(b *testing.B) {
	pgtest.New(b)
	for b.Loop() {
		pgtest.URL(b)
	}
}
