package postgis

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"xiangtu/geo"
)

// The reasons for which the database refuses a run, asked once its transaction is over.

// taken finds the codes of new features that others have: such as somebody else has made meanwhile, and such as the actor may
// not change, which a lock passes over. Those he may not even see.
func (r *run) taken(ctx context.Context, from querier) (geo.Errors, error) {
	rows, err := from.Query(ctx, "WITH own AS (SELECT code FROM "+r.table()+` WHERE code = ANY ($2) FOR KEY SHARE)
SELECT c, c IN (SELECT code FROM own) FROM xiangtu.taken_codes($1, $2) AS c`, string(r.layer.Name), r.codes())
	if err != nil {
		return nil, err
	}
	own := make(map[string]bool) // of each code that is taken: whether the actor may change its feature
	var code string
	var mine bool
	_, err = pgx.ForEachRow(rows, []any{&code, &mine}, func() error {
		own[code] = mine
		return nil
	})
	var wrong geo.Errors
	for _, c := range r.changes {
		mine, there := own[c.Code]
		if _, stored := r.stored[c.Code]; stored || !there {
			continue
		}
		e := &geo.Error{Code: geo.Conflict, Path: c.At("code"), Message: fmt.Sprintf("somebody else has made the %s %q meanwhile: update it", r.layer.Singular, c.Code)}
		if !mine {
			e.Message = fmt.Sprintf("a %s that is not within the scope of your key has the code %q: take another", r.layer.Singular, c.Code)
		}
		wrong = append(wrong, e)
	}
	return wrong, err
}

// named counts what names the features that are to go.
func (r *run) named(ctx context.Context, from querier) (geo.Errors, error) {
	names := make(map[string][]string) // by the code: how many of each layer name it
	for _, layer := range geo.Layers() {
		tables := map[string]string{"xiangtu." + string(layer.Name): ""} // with the column that is no naming
		for _, m := range layer.Members {
			tables[memberTables[m.Name].table()] = memberTables[m.Name].owner
		}
		for _, table := range slices.Sorted(maps.Keys(tables)) {
			if err := r.namedIn(ctx, from, layer, table, tables[table], names); err != nil {
				return nil, err
			}
		}
	}
	var wrong geo.Errors
	for _, c := range r.changes {
		if by := names[c.Code]; by != nil {
			wrong = append(wrong, &geo.Error{Code: geo.Conflict, Path: c.At("code"),
				Message: fmt.Sprintf("%s name the %s %s: take it out of them first", strings.Join(by, " and "), r.layer.Singular, c.Code)})
		}
	}
	return wrong, nil
}

// namedIn counts, for each feature that is to go, the rows of a table that name it. Those that the run takes away, too,
// are in nobody's way.
func (r *run) namedIn(ctx context.Context, from querier, layer *geo.Layer, table, owner string, names map[string][]string) error {
	refs, err := references(ctx, from, table)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if ref.Table != r.table() || ref.Column == owner {
			continue
		}
		others := ""
		if layer == r.layer {
			others = " AND code <> ALL ($1)"
		}
		rows, err := from.Query(ctx, "SELECT "+ref.Column+", count(*) FROM "+table+" WHERE "+ref.Column+" = ANY ($1)"+others+" GROUP BY 1", r.codes())
		if err != nil {
			return err
		}
		var code string
		var n int
		_, err = pgx.ForEachRow(rows, []any{&code, &n}, func() error {
			names[code] = append(names[code], fmt.Sprintf("%d %s", n, layer.Name))
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// naming is the code of another feature that a change names, and the part of the change that it comes from.
type naming struct {
	change     *geo.Change
	part, code string
}

// orphans finds the codes of others that are named and that nobody has.
func (r *run) orphans(ctx context.Context, from querier) (geo.Errors, error) {
	wrong, err := r.orphansOf(ctx, from, r.table(), r.namingsOf)
	for _, m := range r.layer.Members {
		if err != nil {
			break
		}
		list := memberTables[m.Name]
		var more geo.Errors
		more, err = r.orphansOf(ctx, from, list.table(), func(column string) []naming {
			if column != list.member {
				return nil
			}
			return r.namingsIn(m.Name)
		})
		wrong = append(wrong, more...)
	}
	return wrong, err
}

// orphansOf finds, for each foreign key of a table, what its column names and is not there.
func (r *run) orphansOf(ctx context.Context, from querier, table string, namings func(column string) []naming) (geo.Errors, error) {
	refs, err := references(ctx, from, table)
	if err != nil {
		return nil, err
	}
	var wrong geo.Errors
	for _, ref := range refs {
		named := namings(ref.Column)
		if len(named) == 0 {
			continue
		}
		gone, err := r.gone(ctx, from, ref, named)
		if err != nil {
			return nil, err
		}
		for _, n := range named {
			if gone[n.code] {
				wrong = append(wrong, geo.Invalid(n.change.At(n.part), "%s has no feature %.40q: create it first", strings.TrimPrefix(ref.Table, "xiangtu."), n.code))
			}
		}
	}
	return wrong, nil
}

// namingsOf is what the changes name in a column of the layer's table, by what they give or by their own code.
func (r *run) namingsOf(column string) []naming {
	field, ok := fieldOf(r.layer, column)
	if !ok {
		return nil
	}
	var named []naming
	for _, c := range r.changes {
		value, part := c.Values[field.Name], field.Name
		if field.Derive != nil {
			value, part = field.Derive(c.Code), "code"
		}
		if code, ok := value.(string); ok {
			named = append(named, naming{c, part, code})
		}
	}
	return named
}

// namingsIn is what the changes name in a list of members.
func (r *run) namingsIn(list string) []naming {
	var named []naming
	for _, c := range r.changes {
		for i, code := range c.Members[list] {
			named = append(named, naming{c, list + "[" + strconv.Itoa(i) + "]", code})
		}
	}
	return named
}

// fieldOf finds the field of a column.
func fieldOf(layer *geo.Layer, column string) (geo.Field, bool) {
	i := slices.IndexFunc(layer.Fields, func(f geo.Field) bool { return f.Column == column })
	if i < 0 {
		return geo.Field{}, false
	}
	return layer.Fields[i], true
}

// gone tells which of the codes no feature has, on the map or among those that the run makes.
func (r *run) gone(ctx context.Context, from querier, ref reference, named []naming) (map[string]bool, error) {
	codes := make([]string, len(named))
	for i, n := range named {
		codes[i] = n.code
	}
	rows, err := from.Query(ctx, "SELECT DISTINCT c FROM unnest($1::text[]) AS c WHERE NOT EXISTS (SELECT FROM "+ref.Table+" AS r WHERE r."+ref.Key+" = c)", codes)
	if err != nil {
		return nil, err
	}
	missing, err := pgx.CollectRows(rows, pgx.RowTo[string])
	gone := make(map[string]bool)
	for _, code := range missing {
		made := ref.Table == r.table() && slices.Contains(r.codes(), code)
		gone[code] = !made
	}
	return gone, err
}

// beyondBounds finds the values that a rule of the table does not let pass.
func (r *run) beyondBounds(ctx context.Context, from querier) (geo.Errors, error) {
	rules, err := constraints(ctx, from, r.table())
	if err != nil {
		return nil, err
	}
	var wrong geo.Errors
	for _, rule := range rules {
		field, ok := fieldOf(r.layer, rule.Column)
		b := &builder{}
		table, columns := b.rows(r.layer, r.changes)
		gives := slices.ContainsFunc(columns, func(c writtenColumn) bool { return c.name == rule.Column })
		if !ok || !gives {
			continue
		}
		b.add("SELECT code, left(", rule.Column, "::text, 60) FROM ", table, " WHERE NOT (", rule.Expression, ")")
		rows, err := from.Query(ctx, b.String(), b.args...)
		if err != nil {
			return nil, err
		}
		var code, value string
		_, err = pgx.ForEachRow(rows, []any{&code, &value}, func() error {
			if field.Type == geo.Text {
				value = strconv.Quote(value)
			}
			wrong = append(wrong, geo.Invalid(r.change(code).At(field.Name), "%s, but the rule is %s", value, rule.words(field.Name)))
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return wrong, nil
}

func (r *run) change(code string) *geo.Change {
	return r.changes[slices.IndexFunc(r.changes, func(c *geo.Change) bool { return c.Code == code })]
}

// invalid finds the polygons that are not valid, and where.
func (r *run) invalid(ctx context.Context, from querier) (geo.Errors, error) {
	rows, err := from.Query(ctx, `SELECT code, reason(d), coalesce(ST_X(location(d)), 0), coalesce(ST_Y(location(d)), 0)
FROM unnest($1::text[], $2::bytea[]) AS i (code, geom), ST_IsValidDetail(ST_GeomFromWKB(i.geom, 4326)) AS d WHERE NOT (d).valid ORDER BY code`, r.codes(), geometriesOf(r.changes))
	if err != nil {
		return nil, err
	}
	var wrong geo.Errors
	var code, reason string
	var place orb.Point
	_, err = pgx.ForEachRow(rows, []any{&code, &reason, &place[0], &place[1]}, func() error {
		_, words := invalidity(reason)
		at := place
		wrong = append(wrong, &geo.Error{Code: geo.BadInput, Path: r.change(code).At("geometry"), Place: &at, Message: fmt.Sprintf("%s, at longitude %.7f, latitude %.7f", words, at[0], at[1])})
		return nil
	})
	return wrong, err
}
