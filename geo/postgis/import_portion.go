package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// portionSize is how many features are written before it is told how far that has come.
const portionSize = 10_000

// portion is a part of what is staged: the features whose codes come after one code, up to another.
type portion struct {
	after, upTo string
	done        int // the features up to its end
}

// within is the condition that a feature s of the staging table is one of a portion, whose bounds are the first parameters of
// the statement.
const within = "s.code > $1 AND s.code <= $2"

// inPortions has what is staged written portion by portion, in the order of the codes: a grid comes after its parent, or with it.
func (i *importer) inPortions(ctx context.Context, write func(p portion) error) error {
	rows, err := i.tx.Query(ctx, `SELECT coalesce(lag(code) OVER (ORDER BY code), ''), code, n
FROM (SELECT code, row_number() OVER (ORDER BY code) AS n, count(*) OVER () AS of FROM `+staging+`) AS s
WHERE n % $1 = 0 OR n = of ORDER BY code`, portionSize)
	if err != nil {
		return err
	}
	portions, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p portion, err error) {
		return p, row.Scan(&p.after, &p.upTo, &p.done)
	})
	if err != nil {
		return err
	}
	if len(portions) > 1 {
		if _, err := i.tx.Exec(ctx, "CREATE INDEX ON "+staging+" (code)"); err != nil {
			return err
		}
	}
	for _, p := range portions {
		if err := write(p); err != nil {
			return err
		}
		i.tell(Writing, p.done)
	}
	return nil
}
