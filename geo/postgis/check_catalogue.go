package postgis

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo"
)

// The rules of a table are read from the database, so that there is one place where they are written, and a layer that
// is new has its rules asked for without an edit here.

// constraint is a CHECK constraint that looks at one column.
type constraint struct{ Name, Column, Expression string }

// ofLength is the constraint of a text's length, as the catalogue has it.
var ofLength = regexp.MustCompile(`^length\(\w+\) >= (\d+) AND length\(\w+\) <= (\d+)$`)

// words says the constraint for people, who know the column by another name.
func (c *constraint) words(column string) string {
	if bounds := ofLength.FindStringSubmatch(c.Expression); bounds != nil {
		return fmt.Sprintf("%s has %s to %s characters", column, bounds[1], bounds[2])
	}
	return strings.NewReplacer(c.Column, column, "::double precision", "", "::text", "").Replace(c.Expression)
}

const constraintsStatement = `
SELECT c.conname, a.attname, pg_get_expr(c.conbin, c.conrelid, true)
FROM pg_constraint AS c
JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
WHERE c.conrelid = $1::regclass AND c.contype = 'c' AND cardinality(c.conkey) = 1 AND a.attname <> 'geom'
ORDER BY c.conname`

// constraints reads the CHECK constraints of a table, but for those on the geometry.
func constraints(ctx context.Context, from querier, table string) ([]constraint, error) {
	rows, err := from.Query(ctx, constraintsStatement, table)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[constraint])
}

// reference is a foreign key of one column, which names the feature of another table.
type reference struct{ Name, Column, Table, Key string }

// absent is the condition that a value names no row of the table.
func (r reference) absent(value string) string {
	return `NOT EXISTS (SELECT FROM ` + r.Table + ` AS r WHERE r.` + r.Key + ` = ` + value + `)`
}

const referencesStatement = `
SELECT c.conname, a.attname, format('%I.%I', n.nspname, r.relname), b.attname
FROM pg_constraint AS c
JOIN pg_class AS r ON r.oid = c.confrelid
JOIN pg_namespace AS n ON n.oid = r.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
JOIN pg_attribute AS b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
WHERE c.conrelid = $1::regclass AND c.contype = 'f' AND cardinality(c.conkey) = 1
ORDER BY c.conname`

// references reads the foreign keys of a table.
func references(ctx context.Context, from querier, table string) ([]reference, error) {
	rows, err := from.Query(ctx, referencesStatement, table)
	if err != nil {
		return nil, err
	}
	refs, err := pgx.CollectRows(rows, pgx.RowToStructByPos[reference])
	for n, ref := range refs {
		refs[n].Column = nameColumn(table, ref)
	}
	return refs, err
}

// nameColumn is the column by which people know a foreign key. It is the key's own but where only some features need what
// the key asks for, and it stands on a column that the others have empty: then it is the field of the other's code.
func nameColumn(table string, ref reference) string {
	layer, ok := geo.LayerNamed(geo.LayerName(strings.TrimPrefix(table, "xiangtu.")))
	to, known := geo.LayerNamed(geo.LayerName(strings.TrimPrefix(ref.Table, "xiangtu.")))
	if !ok || !known || slices.ContainsFunc(layer.Fields, func(f geo.Field) bool { return f.Column == ref.Column }) {
		return ref.Column
	}
	if field, ok := layer.Field(to.Singular + "Code"); ok {
		return field.Column
	}
	return ref.Column
}
