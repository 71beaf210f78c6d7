package postgis_test

import (
	"testing"

	"xiangtu/internal/pgtest"
)

// Areas are those of edges that are straight in longitude and latitude: of outlines with so many more vertices on them that
// it makes no difference how they are joined.
func TestAreasAreThoseOfStraightEdges(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	for _, test := range []struct {
		name, shapes string // a query of geometries g
		most         float64
	}{
		{"grids of the demonstration map", `SELECT geom AS g FROM xiangtu.grids WHERE ST_YMax(geom) - ST_YMin(geom) < 0.03`, 1e-8},
		{"towns, which are higher", `SELECT geom AS g FROM xiangtu.towns`, 1e-6},
		{"a narrow field across the map", `SELECT 'POLYGON((116 23.5, 116.5 23.5005, 116.5 23.5006, 116 23.5001, 116 23.5))'::geometry AS g`, 1e-9},
		{"the highest for the plane", `SELECT ST_SetSRID(ST_MakeEnvelope(x, y, x + 0.02, y + 0.0299), 4326) AS g FROM unnest(ARRAY[0, 116]) AS x, unnest(ARRAY[-50, 0, 23, 53]) AS y`, 1.2e-8},
		{"with a hole", `SELECT 'POLYGON((116 23, 116.02 23, 116.02 23.02, 116 23.02, 116 23), (116.001 23.001, 116.001 23.005, 116.005 23.005, 116.005 23.001, 116.001 23.001))'::geometry AS g`, 1e-8},
	} {
		var least, most float64
		var n int
		err := pool.QueryRow(t.Context(), `
SELECT count(*), min(area / exact - 1), max(area / exact - 1) FROM (
    SELECT xiangtu.area(ST_SetSRID(g, 4326)) AS area, ST_Area(ST_Transform(ST_Segmentize(ST_SetSRID(g, 4326), 0.0002), 6933)) AS exact FROM (`+test.shapes+`) AS shapes
) AS areas`).Scan(&n, &least, &most)
		if err != nil || n == 0 || least < -test.most || most > test.most {
			t.Errorf("%s: %d are off by %.2g to %.2g of the area, want at most %.2g (%v)", test.name, n, least, most, test.most, err)
		}
		t.Logf("%s: %d are off by %.2g to %.2g", test.name, n, least, most)
	}
}
