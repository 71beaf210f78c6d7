package filter_test

import (
	"fmt"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
)

// matrices are the patterns of the DE-9IM that define the spatial functions of a, b (OGC 21-065r2, table 5), for the
// dimensions of the two where they depend on these.
func matrices(function string, a, b int) []string {
	switch function {
	case "S_CONTAINS":
		return []string{"T*****FF*"}
	case "S_WITHIN":
		return []string{"T*F**F***"}
	case "S_EQUALS":
		return []string{"T*F**FFF*"}
	case "S_DISJOINT":
		return []string{"FF*FF****"}
	case "S_INTERSECTS":
		return []string{"T********", "*T*******", "***T*****", "****T****"}
	case "S_TOUCHES":
		return []string{"FT*******", "F**T*****", "F***T****"}
	case "S_OVERLAPS":
		switch {
		case a != b:
			return nil
		case a == 1:
			return []string{"1*T***T**"}
		default:
			return []string{"T*T***T**"}
		}
	default: // S_CROSSES
		switch {
		case a < b:
			return []string{"T*T******"}
		case a > b:
			return []string{"T*****T**"}
		case a == 1:
			return []string{"0********"}
		default:
			return nil
		}
	}
}

// Each spatial function is what its matrix says, whichever of the two is the property, also where the two meet on an
// outline alone.
func TestSpatialFunctionsAreTheirMatrices(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := postgis.New(pool)
	dimensions := map[geo.GeometryType]int{geo.Point: 0, geo.LineString: 1, geo.MultiPolygon: 2}
	// Literals that touch the map in each way: corners, edges, whole outlines, whole shapes, and what lies across.
	const literals = `
		WITH v AS (SELECT (ST_Dump(geom)).geom AS g FROM xiangtu.villages ORDER BY code LIMIT 2), s AS (SELECT geom AS g FROM xiangtu.stations ORDER BY code LIMIT 2),
			b AS (SELECT geom AS g FROM xiangtu.belts ORDER BY code LIMIT 2)
		SELECT ST_AsText(x, 17), ST_Dimension(x) FROM (
			SELECT ST_PointN(ST_ExteriorRing(g), 1) FROM v UNION ALL
			SELECT ST_PointOnSurface(g) FROM v UNION ALL
			SELECT ST_MakeLine(ST_PointN(ST_ExteriorRing(g), 1), ST_PointN(ST_ExteriorRing(g), 2)) FROM v UNION ALL
			SELECT ST_MakeLine(ST_PointOnSurface(g), ST_PointN(ST_ExteriorRing(g), 2)) FROM v UNION ALL
			SELECT ST_ExteriorRing(g) FROM v UNION ALL
			SELECT g FROM v UNION ALL
			SELECT ST_Envelope(g) FROM v UNION ALL
			SELECT ST_Collect(ST_PointN(ST_ExteriorRing(g), 1), ST_PointOnSurface(g)) FROM v UNION ALL
			SELECT g FROM s UNION ALL SELECT ST_Expand(g, 0.01) FROM s UNION ALL
			SELECT g FROM b UNION ALL SELECT ST_StartPoint(g) FROM b UNION ALL SELECT ST_PointN(g, 2) FROM b UNION ALL
			SELECT ST_LineSubstring(g, 0.2, 0.7) FROM b UNION ALL SELECT ST_Expand(ST_StartPoint(g), 0.01) FROM b) AS l (x)`
	rows, err := pool.Query(t.Context(), literals)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	type literal struct {
		text      string
		dimension int
	}
	var given []literal
	for rows.Next() {
		var l literal
		if err := rows.Scan(&l.text, &l.dimension); err != nil {
			t.Fatal(err)
		}
		given = append(given, l)
	}
	if len(given) != 30 {
		t.Fatalf("%d literals: %v", len(given), rows.Err())
	}
	held := map[string]int{}
	for _, name := range []geo.LayerName{geo.Villages, geo.Belts, geo.Stations} {
		layer := layer(t, name)
		own := dimensions[layer.Geometry]
		for _, l := range given {
			for _, function := range []string{"S_INTERSECTS", "S_DISJOINT", "S_EQUALS", "S_TOUCHES", "S_CROSSES", "S_OVERLAPS", "S_CONTAINS", "S_WITHIN"} {
				for i, filter := range []string{function + "(geometry, " + l.text + ")", function + "(" + l.text + ", geometry)"} {
					related, patterns := "geom, $1", matrices(function, own, l.dimension)
					if i == 1 {
						related, patterns = "$1, geom", matrices(function, l.dimension, own)
					}
					condition := "false"
					for _, pattern := range patterns {
						condition += fmt.Sprintf(" OR ST_Relate(%s, '%s')", strings.Replace(related, "$1", "ST_GeomFromText($1, 4326)", 1), pattern)
					}
					var want int
					if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM xiangtu."+string(name)+" WHERE $1 <> '' AND ("+condition+")", l.text).Scan(&want); err != nil {
						t.Fatal(err)
					}
					if got := count(t, store, layer, parameters("filter", filter)); got != want {
						t.Errorf("%s: %.120s: %d, want %d", name, filter, got, want)
					}
					held[function] += want
				}
			}
		}
	}
	for function, times := range held {
		if times == 0 {
			t.Errorf("%s never held, so it was not tested", function)
		}
	}
}
