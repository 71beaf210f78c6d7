package mvt

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"xiangtu/geo/shape"
	"xiangtu/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m, nil) }

// ST_AsMVTGeom is the oracle: what is drawn of a grid covers the same, but for
// some units along the edges.
func TestGridsAreThoseOfPostGIS(t *testing.T) {
	pool := pgtest.New(t)
	if _, err := pool.Exec(t.Context(), "CREATE EXTENSION postgis"); err != nil {
		t.Fatal(err)
	}
	grids := readGrids(t)
	for _, quad := range []Quad{WebMercatorQuad, GeographicQuad} {
		for z := maptile.Zoom(8); z <= 14; z++ {
			for _, at := range tilesOf(quad, grids, z) {
				for _, grid := range grids {
					requireOracle(t, pool, quad, at, grid)
				}
			}
		}
	}
}

// oracles project a geometry and make the envelope of a tile. The quad of EPSG:4490 is the northern part of a square of
// degrees; the system is taken as equal to WGS 84.
var oracles = map[Quad][2]string{
	WebMercatorQuad: {"ST_Transform(ST_GeomFromWKB($1, 4326), 3857)", "ST_TileEnvelope($2, $3, $4)"},
	GeographicQuad:  {"ST_GeomFromWKB($1, 4490)", "ST_TileEnvelope($2, $3, $4, ST_MakeEnvelope(-180, -270, 180, 90, 4490))"},
}

func requireOracle(t *testing.T, pool *pgxpool.Pool, quad Quad, at maptile.Tile, grid orb.Geometry) {
	t.Helper()
	comparison := `
		WITH oracle AS (
			SELECT ST_SetSRID(coalesce(ST_AsMVTGeom(` + oracles[quad][0] + `, ` + oracles[quad][1] + `, 4096, 64), 'POLYGON EMPTY'), 3857) AS g
		), ours AS (SELECT ST_MakeValid(ST_GeomFromWKB($5, 3857)) AS g)
		SELECT ST_Area(ST_SymDifference(oracle.g, ours.g)), ST_Perimeter(oracle.g), ST_Area(oracle.g)
		FROM oracle, ours`

	tile := NewTile(uint32(at.Z), at.X, at.Y, Options{Quad: quad})
	stored := shape.AppendWKB(nil, grid)
	drawn, err := tile.Layer("grids").AddFeature(1, stored)
	if err != nil {
		t.Fatal(err)
	}
	ours := orb.Geometry(orb.Polygon{})
	if drawn {
		ours = decode(t, tile.AppendTo(nil))[0].Features[0].Geometry
	}
	var difference, perimeter, area float64
	row := pool.QueryRow(t.Context(), comparison, stored, int(at.Z), int(at.X), int(at.Y), shape.AppendWKB(nil, ours))
	if err := row.Scan(&difference, &perimeter, &area); err != nil {
		t.Fatal(err)
	}
	// Halves may be rounded the other way, and a spike of no width may go.
	if allowed := 4 + perimeter/10; difference > allowed {
		t.Errorf("quad %v, %v: %v units² differ of %v", quad, at, difference, area)
	}
}
