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
	reference
	rest, restore string // statements by which the trigger of the key rests, and is back
}

// restingStatement reads, by the names of the keys, those statements. Only a superuser may have the triggers rest, as the role of
// a private cluster is; for any other role there are none. To drop a key would keep the readers of the other table waiting.
const restingStatement = `
SELECT c.conname, format('ALTER TABLE %s DISABLE TRIGGER %I', c.conrelid::regclass, t.tgname),
    format('ALTER TABLE %s ENABLE TRIGGER %I', c.conrelid::regclass, t.tgname)
FROM pg_constraint AS c
JOIN pg_trigger AS t ON t.tgconstraint = c.oid AND t.tgrelid = c.conrelid AND t.tgfoid = '"RI_FKey_check_ins"'::regproc AND t.tgenabled = 'O'
WHERE c.conrelid = $1::regclass AND c.contype = 'f' AND (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)`

func (i *importer) keysThatMayRest(ctx context.Context) ([]restingKey, error) {
	refs, err := references(ctx, i.tx, i.table())
	if err != nil {
		return nil, err
	}
	rows, err := i.tx.Query(ctx, restingStatement, i.table())
	if err != nil {
		return nil, err
	}
	var keys []restingKey
	var name, rest, restore string
	_, err = pgx.ForEachRow(rows, []any{&name, &rest, &restore}, func() error {
		for _, ref := range refs {
			if ref.Name == name {
				keys = append(keys, restingKey{ref, rest, restore})
			}
		}
		return nil
	})
	return keys, err
}

// named gathers what the rows of a file name by a key that rests, where it follows from their codes: a hundred thousand rows
// name some hundreds of another table, and the table need not be read for them.
//
// Of what rows of the same table name it leaves out what has gone by just before: the branch of the tree down to the last row.
// In the order of the codes, or of any walk through the tree from its root, that is all.
//
// Where the key stands on a column that only some rows fill, it gathers what all rows belong to (nameColumn). Those that the key says
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
	n := &named{key: key, within: key.Table == "xiangtu."+string(layer.Name), codes: make(map[string]struct{})}
	for _, field := range layer.Fields {
		if field.Column == key.Column {
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
func (n *named) isThere(ctx context.Context, tx pgx.Tx, table string) (there bool, err error) {
	source, arguments := "unnest($1::text[])", []any{slices.Collect(maps.Keys(n.codes))}
	if n.all {
		source, arguments = "(SELECT DISTINCT "+n.key.Column+" FROM "+table+")", nil
	}
	missing := "SELECT FROM " + source + " AS named (value) WHERE value IS NOT NULL AND " + n.key.absent("named.value")
	err = tx.QueryRow(ctx, "SELECT NOT EXISTS ("+missing+")", arguments...).Scan(&there)
	return there, err
}
