package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"xiangtu/geo/shape"
)

// geometries finds geometries that are not fit for the map.
func (c *checker) geometries(ctx context.Context) error {
	rows, err := c.tx.Query(ctx, "SELECT t.code, (d).reason, ST_X((d).location), ST_Y((d).location) FROM "+c.table()+
		" AS t, ST_IsValidDetail(t.geom) AS d WHERE NOT (d).valid ORDER BY t.code")
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		v := Violation{Layer: c.layer.Name, Place: new(orb.Point)}
		if err := rows.Scan(&v.Code, &v.Reason, &v.Place[0], &v.Place[1]); err != nil {
			return err
		}
		v.Rule, v.Reason = invalidity(v.Reason)
		if err := c.each(v); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	for _, rule := range []struct{ name, value, condition, words string }{
		{shape.CodeEmptyGeometry, "''", "ST_IsEmpty(t.geom)", "the geometry has no vertices%s"},
		{shape.CodeWrongType, "GeometryType(t.geom)", "GeometryType(t.geom) <> upper('" + string(c.layer.Geometry) + "')", "%s is not of the layer's type"},
		{"wrong_srid", "ST_SRID(t.geom)", "ST_SRID(t.geom) <> 4326", "the SRID is %s, not 4326"},
		{shape.CodeOutOfRange, "Box2D(t.geom)", "NOT ST_IsEmpty(t.geom) AND NOT ST_MakeEnvelope(-180, -90, 180, 90, 4326) ~ t.geom", "%s is not within ±180 and ±90 degrees"},
		{"ring_order", "''", "NOT ST_IsPolygonCCW(t.geom)", "a shell runs clockwise or a hole counter-clockwise%s"},
	} {
		explain := func(value string) string { return fmt.Sprintf(rule.words, value) }
		if err := c.find(ctx, rule.name, rule.value, "", rule.condition, explain); err != nil {
			return err
		}
	}
	return nil
}

// generatedStatement reads the generated columns of a table: a column, its type, and how it follows from the others.
const generatedStatement = `
SELECT a.attname, format_type(a.atttypid, NULL), pg_get_expr(d.adbin, d.adrelid, true)
FROM pg_attribute AS a
JOIN pg_attrdef AS d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attrelid = $1::regclass AND a.attgenerated = 's'
ORDER BY a.attnum`

// derived finds derived values that do not follow from the code and the geometry any more. Figures may differ in the
// last digits, for another version of PostGIS computes them a little differently; so may the place of the label.
func (c *checker) derived(ctx context.Context) error {
	type column struct{ Name, Type, Expression string }
	rows, err := c.tx.Query(ctx, generatedStatement, c.table())
	if err != nil {
		return err
	}
	columns, err := pgx.CollectRows(rows, pgx.RowToStructByPos[column])
	if err != nil {
		return err
	}
	for _, col := range columns {
		condition := "t." + col.Name + " IS DISTINCT FROM (" + col.Expression + ")"
		switch col.Type {
		case "geometry":
			continue
		case "double precision":
			condition = "abs(t." + col.Name + " - (" + col.Expression + ")) > 1e-6 * greatest(1, abs(t." + col.Name + "))"
		}
		explain := func(value string) string {
			return fmt.Sprintf("%s is %s, which does not follow from the code and the geometry", col.Name, value)
		}
		if err := c.find(ctx, "derived", "t."+col.Name, "", condition, explain); err != nil {
			return err
		}
	}
	return nil
}

// members finds lists with a gap in their order, or with codes that are not on the map.
func (c *checker) members(ctx context.Context) error {
	for _, member := range c.layer.Members {
		m := memberTables[member.Name]
		if m.ordered {
			from := " JOIN (SELECT " + m.owner + " AS owner, count(*) AS n, max(position) AS last FROM " + m.table() + " GROUP BY 1) AS m ON m.owner = t.code"
			explain := func(value string) string {
				return fmt.Sprintf("the last of %s has the position %s", member.Name, value)
			}
			if err := c.find(ctx, "member_order", "m.last", from, "m.n <> m.last", explain); err != nil {
				return err
			}
		}
		list, err := references(ctx, c.tx, m.table())
		if err != nil {
			return err
		}
		for _, ref := range list {
			if ref.Column != m.member {
				continue
			}
			from := " JOIN " + m.table() + " AS m ON m." + m.owner + " = t.code"
			condition := "NOT EXISTS (SELECT FROM " + ref.Table + " AS r WHERE r." + ref.Key + " = m." + m.member + ")"
			explain := func(value string) string {
				return fmt.Sprintf("%s has %s, which is not on the map", member.Name, value)
			}
			if err := c.find(ctx, "missing_parent", "m."+m.member, from, condition, explain); err != nil {
				return err
			}
		}
	}
	return nil
}

// Tolerances of the coverage: what rounding to seven decimals can do to a border of some kilometres.
const coverageTolerance = "greatest(1, 1e-5 * w.area)" // square metres

// coverage finds grids that stick out of what they are a part of, and those whose parts have another area than they.
// Where no part sticks out and the areas agree, there is no gap without an overlap of the same size; the audit that
// finds these too, as geometries, is another work.
func (c *checker) coverage(ctx context.Context) error {
	const parents = ` JOIN LATERAL (
    SELECT p.geom, p.area_square_metres AS area FROM xiangtu.grids AS p WHERE p.code = t.parent_code
    UNION ALL
    SELECT v.geom, v.area_square_metres FROM xiangtu.villages AS v WHERE t.level = 1 AND v.code = t.village_code
) AS w ON true, LATERAL (
    SELECT CASE WHEN NOT ST_IsValid(t.geom) OR NOT ST_IsValid(w.geom) OR ST_CoveredBy(t.geom, w.geom) THEN 0
        ELSE ST_Area(ST_Difference(t.geom, w.geom)::geography) END AS outside
) AS o`
	explain := func(value string) string {
		return value + " square metres lie outside what it is a part of"
	}
	if err := c.find(ctx, "outside_parent", "round(outside)", parents, "outside > "+coverageTolerance, explain); err != nil {
		return err
	}
	const parts = ` JOIN (SELECT parent_code, sum(area_square_metres) AS parts FROM xiangtu.grids GROUP BY 1) AS s ON s.parent_code = t.code,
LATERAL (SELECT t.area_square_metres AS area) AS w`
	return c.find(ctx, "coverage", "round(s.parts - w.area)", parts, "abs(s.parts - w.area) > "+coverageTolerance, func(value string) string {
		return "its parts differ from it by " + value + " square metres: more is an overlap, less a gap"
	})
}
