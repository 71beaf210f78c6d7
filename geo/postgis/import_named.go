package postgis

import (
	"context"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo"
)

// restingKey is a foreign key from the table of a layer to another table or to itself, for which no row is asked while it
// rests.
type restingKey struct {
	Rest, Restore string // statements by which the trigger of the key rests, and is back
	Column        string // of the layer's table
	Table, Key    string // the table of what is named, and its column
}

// restingStatement reads those keys. Only a superuser may have their triggers rest, as the role of a private cluster is; for
// any other role there are none. To drop a key would keep the readers of the other table waiting.
const restingStatement = `
SELECT format('ALTER TABLE %s DISABLE TRIGGER %I', c.conrelid::regclass, t.tgname),
    format('ALTER TABLE %s ENABLE TRIGGER %I', c.conrelid::regclass, t.tgname),
    here.attname, format('%I.%I', n.nspname, r.relname), there.attname
FROM pg_constraint AS c
JOIN pg_class AS r ON r.oid = c.confrelid
JOIN pg_namespace AS n ON n.oid = r.relnamespace
JOIN pg_trigger AS t ON t.tgconstraint = c.oid AND t.tgrelid = c.conrelid AND t.tgfoid = '"RI_FKey_check_ins"'::regproc AND t.tgenabled = 'O'
JOIN pg_attribute AS here ON here.attrelid = c.conrelid AND here.attnum = c.conkey[1]
JOIN pg_attribute AS there ON there.attrelid = c.confrelid AND there.attnum = c.confkey[1]
WHERE c.conrelid = $1::regclass AND c.contype = 'f' AND cardinality(c.conkey) = 1
    AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)`

func (i *importer) keysThatMayRest(ctx context.Context) ([]restingKey, error) {
	rows, err := i.tx.Query(ctx, restingStatement, i.table())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[restingKey])
}

// named gathers what the rows of a file name by a key that rests, where it follows from their codes: a hundred thousand rows
// name some hundreds of another table, and the table need not be read for them.
//
// Of what rows of the same table name it leaves out what has gone by just before: the branch of the tree down to the last row.
// In the order of the codes, or of any walk through the tree from its root, that is all.
//
// Where the key stands on a column that only some rows fill, it gathers what all rows belong to. Those that the key says
// nothing of belong to one by others of the table, so that the key is not kept either if theirs is not there.
type named struct {
	key    restingKey
	derive func(code string) any // nil if it does not follow from the code
	within bool                  // whether rows name others of the same table
	branch []string              // the last row and those above it, the root first, if they do
	last   string                // what was gathered last
	codes  map[string]struct{}
	all    bool // whether they are too many to be kept, or not to be told from the codes
}

// namedBy begins to gather for a key of a layer.
func namedBy(layer *geo.Layer, key restingKey) *named {
	own := "xiangtu." + string(layer.Name)
	n := &named{key: key, within: key.Table == own, codes: make(map[string]struct{})}
	column := nameColumn(own, reference{Column: key.Column, Table: key.Table})
	for _, field := range layer.Fields {
		if field.Column == column {
			n.derive = field.Derive
		}
	}
	n.all = n.derive == nil
	return n
}

// add gathers what the row of a code names.
func (n *named) add(code string) {
	if n.all {
		return
	}
	other, some := n.derive(code).(string)
	if n.within {
		for len(n.branch) > 0 && (!some || n.branch[len(n.branch)-1] != other) {
			n.branch = n.branch[:len(n.branch)-1]
		}
		some = some && len(n.branch) == 0
		n.branch = append(n.branch, code)
	}
	if !some || other == n.last {
		return
	}
	n.last = other
	n.codes[other] = struct{}{}
	n.all = len(n.codes) > mostLeft
}

// isThere tells whether the other table has all of it.
func (n *named) isThere(ctx context.Context, from querier, table string) (there bool, err error) {
	source, arguments := "unnest($1::text[])", []any{slices.Collect(maps.Keys(n.codes))}
	if n.all {
		source, arguments = "(SELECT DISTINCT "+quoted(n.key.Column)+" FROM "+table+")", nil
	}
	missing := "SELECT FROM " + source + " AS named (value) WHERE value IS NOT NULL" +
		" AND NOT EXISTS (SELECT FROM " + n.key.Table + " AS there WHERE there." + quoted(n.key.Key) + " = named.value)"
	rows, err := from.Query(ctx, "SELECT NOT EXISTS ("+missing+")", arguments...)
	if err != nil {
		return false, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowTo[bool])
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }
