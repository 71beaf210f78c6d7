package postgis

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
	"xiangtu/geo/shape"
)

// check takes out of the staging table what the map cannot hold, rule by rule, and reports it. The rules are those of
// the layer's table, read from the database, so that there is one place where they are written.
func (i *importer) check(ctx context.Context) error {
	if err := i.readCounties(ctx); err != nil {
		return err
	}
	if err := i.noteForeigners(ctx); err != nil {
		return err
	}
	if err := i.checkScope(ctx); err != nil {
		return err
	}
	if err := i.checkUnique(ctx); err != nil {
		return err
	}
	if err := i.checkRetired(ctx); err != nil {
		return err
	}
	if err := i.checkBounds(ctx); err != nil {
		return err
	}
	return i.checkReferences(ctx)
}

// takeOut runs a statement that deletes staged features and answers of each its index, its code and more, and reports
// them.
func (i *importer) takeOut(ctx context.Context, statement string, explain func(*exchange.Refusal, pgx.Rows) error) error {
	rows, err := i.tx.Query(ctx, statement)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var refusal exchange.Refusal
		if err := explain(&refusal, rows); err != nil {
			return err
		}
		i.report.refuse(refusal)
	}
	return rows.Err()
}

// checkUnique refuses features whose code an earlier one has.
func (i *importer) checkUnique(ctx context.Context) error {
	statement := `DELETE FROM ` + staging + ` AS s
USING (SELECT code, min(place) AS place FROM ` + staging + ` GROUP BY code HAVING count(*) > 1) AS first
WHERE s.code = first.code AND s.place > first.place
RETURNING s.place, s.code, first.place`
	return i.takeOut(ctx, statement, func(r *exchange.Refusal, rows pgx.Rows) error {
		var first int
		err := rows.Scan(&r.Index, &r.Code, &first)
		r.Rule, r.Field, r.Reason = exchange.DuplicateCode, "code", fmt.Sprintf("feature %d has the same code", first)
		return err
	})
}

// mayBeRetired tells whether the file may have codes that checkRetired refuses.
func (i *importer) mayBeRetired(ctx context.Context) (retired bool, err error) {
	if i.layer != gridLayer() {
		return false, nil
	}
	err = i.tx.QueryRow(ctx, `SELECT EXISTS (SELECT FROM xiangtu.grid_lineage WHERE kind <> 'move')`).Scan(&retired)
	return retired, err
}

// checkRetired refuses new grids with the codes of such as were divided or joined.
func (i *importer) checkRetired(ctx context.Context) error {
	if retired, err := i.mayBeRetired(ctx); err != nil || !retired {
		return err
	}
	statement := `DELETE FROM ` + staging + ` AS s
USING (SELECT old_code, string_agg(new_code, ', ' ORDER BY new_code) AS heirs FROM xiangtu.grid_lineage WHERE kind <> 'move' GROUP BY old_code) AS r
WHERE s.code = r.old_code AND NOT EXISTS (SELECT FROM xiangtu.grids AS g WHERE g.code = s.code)
RETURNING s.place, s.code, r.heirs`
	return i.takeOut(ctx, statement, func(r *exchange.Refusal, rows pgx.Rows) error {
		var heirs string
		err := rows.Scan(&r.Index, &r.Code, &heirs)
		r.Rule, r.Field, r.Reason = exchange.RetiredCode, "code", "it is retired, and the ground that it meant is that of "+heirs
		return err
	})
}

// checkBounds refuses values that a constraint of the table does not let pass.
func (i *importer) checkBounds(ctx context.Context) error {
	rules, err := constraints(ctx, i.tx, i.table())
	if err != nil {
		return err
	}
	for _, c := range rules {
		field, ok := i.stagedField(c.Column)
		if !ok {
			continue
		}
		statement := `DELETE FROM ` + staging + ` WHERE NOT (` + c.Expression + `) RETURNING place, code, left(` + c.Column + `::text, 60)`
		err := i.takeOut(ctx, statement, func(r *exchange.Refusal, rows pgx.Rows) error {
			var value string
			err := rows.Scan(&r.Index, &r.Code, &value)
			if field.Type == geo.Text {
				value = strconv.Quote(value)
			}
			r.Rule, r.Field = c.Name, field.Name
			r.Reason = fmt.Sprintf("%s, but the rule is %s", value, c.words(field.Name))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (i *importer) stagedField(column string) (geo.Field, bool) {
	for _, f := range i.layer.Fields {
		if f.Column == column && !f.Kept {
			return f, true
		}
	}
	return geo.Field{}, false
}

// checkGeometries refuses polygons that are not valid, and what names them. Points and lines are right by themselves.
func (i *importer) checkGeometries(ctx context.Context) error {
	if i.layer.Geometry != geo.MultiPolygon {
		return nil
	}
	statement := `DELETE FROM ` + staging + ` AS s WHERE NOT ST_IsValid(geom)
RETURNING place, code, reason(ST_IsValidDetail(geom)), coalesce(ST_X(location(ST_IsValidDetail(geom))), 0), coalesce(ST_Y(location(ST_IsValidDetail(geom))), 0), ` + i.areaMended()
	err := i.takeOut(ctx, statement, func(r *exchange.Refusal, rows pgx.Rows) error {
		var place orb.Point
		var change *float64
		err := rows.Scan(&r.Index, &r.Code, &r.Reason, &place[0], &place[1], &change)
		r.Field, r.Place = "geometry", &place
		r.Rule, r.Reason = invalidity(r.Reason)
		if change != nil {
			r.Reason += fmt.Sprintf("; to mend it would change its area by %.3g %% or more, and not more than %g %% is let pass", min(100**change, 100), 100*mostRepair)
		}
		return err
	})
	if err != nil {
		return err
	}
	return i.checkReferences(ctx)
}

// invalidity names the rule of a reason of ST_IsValidDetail, and says it in words of the map.
func invalidity(reason string) (rule, words string) {
	for _, known := range []struct{ reason, rule, words string }{
		{"Self-intersection", shape.CodeSelfIntersection, "the rings cross or touch along a line"},
		{"Ring Self-intersection", shape.CodeSelfIntersection, "a ring crosses or touches itself"},
		{"Duplicate Rings", shape.CodeSelfIntersection, "two rings are the same"},
		{"Hole lies outside shell", shape.CodeHoleOutsideShell, "a hole lies outside its polygon"},
		{"Holes are nested", shape.CodeSelfIntersection, "a hole lies inside another"},
		{"Nested shells", shape.CodeNestedShells, "a polygon lies inside another"},
		{"Interior is disconnected", shape.CodeSelfIntersection, "the inside falls apart where rings touch"},
		{"Too few points in geometry component", shape.CodeTooFewPoints, "a ring has too few different positions"},
	} {
		if strings.HasPrefix(reason, known.reason) {
			return known.rule, known.words
		}
	}
	return shape.CodeSelfIntersection, "the geometry is not valid"
}

// checkReferences refuses features that name others which are neither on the map nor in the file. A feature that is
// refused takes those that name it along, so this goes on until nothing changes.
func (i *importer) checkReferences(ctx context.Context) error {
	for {
		before := i.report.Refused
		if err := i.refuseOrphans(ctx); err != nil || i.report.Refused == before {
			return err
		}
	}
}

// refuseOrphans refuses features that name others which are nowhere. What is named already by what is stored is there, also where
// the actor does not see it.
func (i *importer) refuseOrphans(ctx context.Context) error {
	own, err := references(ctx, i.tx, i.table())
	if err != nil {
		return err
	}
	for _, ref := range own {
		field, ok := i.stagedField(ref.Column)
		if !ok {
			continue
		}
		stored := `EXISTS (SELECT FROM ` + i.table() + ` AS t WHERE t.code = s.code AND t.` + ref.Column + ` = s.` + ref.Column + `)`
		missing := `s.` + ref.Column + ` IS NOT NULL AND ` + i.absent("s."+ref.Column, ref) + ` AND NOT ` + stored
		statement := `DELETE FROM ` + staging + ` AS s WHERE ` + missing + ` RETURNING s.place, s.code, s.` + ref.Column
		if err := i.takeOut(ctx, statement, i.missingParent(field.Name, ref)); err != nil {
			return err
		}
	}
	for m, member := range i.layer.Members {
		list := memberTables[member.Name]
		named, err := references(ctx, i.tx, list.table())
		if err != nil {
			return err
		}
		for _, ref := range named {
			if ref.Column != list.member {
				continue
			}
			missing := `(SELECT min(n) FROM (SELECT unnest(s.` + memberColumn(m) + `) EXCEPT ` + list.membersOf("s.code") + `) AS named (n) WHERE ` + i.absent("n", ref) + `)`
			statement := `DELETE FROM ` + staging + ` AS s WHERE ` + missing + ` IS NOT NULL RETURNING s.place, s.code, ` + missing
			if err := i.takeOut(ctx, statement, i.missingParent(member.Name, ref)); err != nil {
				return err
			}
		}
	}
	return nil
}

// absent is the condition that a value names no feature of the map, nor, for the layer itself, of the file.
func (i *importer) absent(value string, ref reference) string {
	condition := ref.absent(value)
	if ref.Table == i.table() {
		condition += ` AND NOT EXISTS (SELECT FROM ` + staging + ` AS r WHERE r.` + ref.Key + ` = ` + value + `)`
	}
	return condition
}

func (i *importer) missingParent(field string, ref reference) func(*exchange.Refusal, pgx.Rows) error {
	return func(r *exchange.Refusal, rows pgx.Rows) error {
		var value string
		err := rows.Scan(&r.Index, &r.Code, &value)
		layer := strings.TrimPrefix(ref.Table, "xiangtu.")
		r.Rule, r.Field, r.Reason = exchange.MissingParent, field, fmt.Sprintf("%s has no feature %.40q: import it first", layer, value)
		if counties := i.counties; len(counties) > 0 && isForeign(value, counties) {
			r.Reason += "; the map is of " + strings.Join(counties, ", ") + ", and this code of another county"
		}
		return err
	}
}

// isForeign tells whether a code of a division lies in none of the counties.
func isForeign(code string, counties []string) bool {
	const county = 6
	return len(code) >= county && strings.Trim(code, "0123456789") == "" && !slices.Contains(counties, code[:county])
}

// readCounties learns which counties the map has, to tell codes of others.
func (i *importer) readCounties(ctx context.Context) error {
	return i.tx.QueryRow(ctx, `SELECT coalesce(array_agg(DISTINCT county_code), '{}') FROM xiangtu.towns`).Scan(&i.counties)
}

// noteForeigners says if the file has codes of counties that the map does not have, where there is nothing that they
// would belong to.
func (i *importer) noteForeigners(ctx context.Context) error {
	if i.layer.Name != geo.Towns || len(i.counties) == 0 {
		return nil
	}
	var foreign []string
	err := i.tx.QueryRow(ctx, `SELECT coalesce(array_agg(DISTINCT left(code, 6)), '{}') FROM `+staging+` WHERE left(code, 6) <> ALL ($1)`, i.counties).Scan(&foreign)
	if err == nil && len(foreign) > 0 {
		i.report.Notes = append(i.report.Notes, fmt.Sprintf("the file has towns of %s, and the map so far of %s", strings.Join(foreign, ", "), strings.Join(i.counties, ", ")))
	}
	return err
}
