package postgis_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// explainer is a tracer that asks for the plan of each statement it sees.
type explainer struct {
	pool  *pgxpool.Pool
	last  string   // the plan of the last statement
	asked []string // the statements
}

// traced gives a pool to the same database whose statements are explained.
func (e *explainer) traced(t *testing.T) *pgxpool.Pool {
	t.Helper()
	config := e.pool.Config()
	config.ConnConfig.Tracer = e
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pool.Close)
	return pool
}

func (e *explainer) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	if !strings.HasPrefix(data.SQL, "SELECT") && !strings.HasPrefix(data.SQL, "WITH") {
		return ctx
	}
	e.asked = append(e.asked, data.SQL)
	rows, err := e.pool.Query(context.WithoutCancel(ctx), "EXPLAIN "+data.SQL, data.Args...)
	if err != nil {
		e.last = err.Error()
		return ctx
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		e.last = err.Error()
		return ctx
	}
	e.last = strings.Join(lines, "\n")
	return ctx
}

func (*explainer) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}
