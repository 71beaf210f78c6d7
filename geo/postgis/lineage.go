package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo"
)

// mostDescents is how many descents of each direction the lineage of a code has at the most.
const mostDescents = 1000

// lineageStatement follows codes ($1) back and forth in time, until a revision ($2). A piece that came by the move of a
// boundary is told, but not followed: the ancestors of a neighbour are not one's own.
const lineageStatement = `
WITH RECURSIVE l AS (
    SELECT * FROM xiangtu.grid_lineage WHERE $2::bigint IS NULL OR revision <= $2
), back AS (
    SELECT c.code, l.* FROM unnest($1::text[]) AS c (code) JOIN l ON l.new_code = c.code
    UNION
    SELECT b.code, l.* FROM back AS b JOIN l ON l.new_code = b.old_code AND l.revision < b.revision WHERE b.kind <> 'move'
), forth AS (
    SELECT c.code, l.* FROM unnest($1::text[]) AS c (code) JOIN l ON l.old_code = c.code
    UNION
    SELECT f.code, l.* FROM forth AS f JOIN l ON l.old_code = f.new_code AND l.revision > f.revision WHERE f.kind <> 'move'
), found AS (
    SELECT true AS is_back, code, old_code, new_code, kind, revision,
        row_number() OVER (PARTITION BY code ORDER BY revision DESC, old_code, new_code) AS number FROM back
    UNION ALL
    SELECT false, code, old_code, new_code, kind, revision,
        row_number() OVER (PARTITION BY code ORDER BY revision, old_code, new_code) FROM forth
)
SELECT f.is_back, f.code, f.old_code, f.new_code, f.kind, f.revision, c.at
FROM found AS f JOIN xiangtu.changes AS c ON c.layer = 'grids' AND c.revision = f.revision
WHERE f.number <= $3
ORDER BY f.code, f.is_back, f.number`

// retired finds those of some codes under which grids were divided or joined, and gives the codes that have their ground since.
func retired(ctx context.Context, from querier, codes []string) (map[string]string, error) {
	const statement = `
SELECT old_code, string_agg(new_code, ', ' ORDER BY new_code)
FROM xiangtu.grid_lineage
WHERE old_code = ANY ($1) AND kind <> 'move'
GROUP BY old_code`
	rows, err := from.Query(ctx, statement, codes)
	if err != nil {
		return nil, err
	}
	heirs := make(map[string]string)
	var code, heir string
	_, err = pgx.ForEachRow(rows, []any{&code, &heir}, func() error {
		heirs[code] = heir
		return nil
	})
	return heirs, err
}

// Lineages gives for each code what it came from and what came from it, also if no grid has it now.
func (s *Store) Lineages(ctx context.Context, codes []string) ([]geo.Lineage, error) {
	var until *int64
	if moment := geo.MomentOf(ctx); moment != nil {
		revision := moment[geo.Grids]
		until = &revision
	}
	rows, err := s.pool.Query(ctx, lineageStatement, codes, until, mostDescents)
	if err != nil {
		return nil, fail(err)
	}
	defer rows.Close()
	lineages := make([]geo.Lineage, len(codes))
	numbers := make(map[string]int, len(codes))
	for i, code := range codes {
		lineages[i].Code, numbers[code] = code, i
	}
	for rows.Next() {
		var back bool
		var code string
		var d geo.Descent
		if err := rows.Scan(&back, &code, &d.OldCode, &d.NewCode, &d.Kind, &d.Revision, &d.At); err != nil {
			return nil, fail(err)
		}
		d.At = d.At.UTC()
		l := &lineages[numbers[code]]
		if back {
			l.Ancestors = append(l.Ancestors, d)
		} else {
			l.Descendants = append(l.Descendants, d)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fail(err)
	}
	return lineages, nil
}

// descentOf reads a descent.
func descentOf(row pgx.CollectableRow) (geo.Descent, error) {
	var d geo.Descent
	var at time.Time
	err := row.Scan(&d.OldCode, &d.NewCode, &d.Kind, &d.Revision, &at)
	d.At = at.UTC()
	return d, err
}
