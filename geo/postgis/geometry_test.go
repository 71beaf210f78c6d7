package postgis_test

import (
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
)

// A geometry has the same type and the rings the same order, whether it is simplified or not.
func TestGeometriesKeepTheirTypeAndOrder(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := postgis.New(pool)
	tolerance := 200.0
	for _, test := range []struct {
		layer geo.LayerName
		of    postgis.Derivation
		want  string
	}{
		{geo.Towns, postgis.Own, "MultiPolygon"},
		{geo.Grids, postgis.Own, "MultiPolygon"},
		{geo.Belts, postgis.Own, "LineString"},
		{geo.Belts, postgis.Corridor, "Polygon"},
		{geo.Stations, postgis.Own, "Point"},
		{geo.Stations, postgis.ServiceArea, "MultiPolygon"},
	} {
		var codes []string
		if err := pool.QueryRow(t.Context(), "SELECT array_agg(code) FROM xiangtu."+string(test.layer)).Scan(&codes); err != nil {
			t.Fatal(err)
		}
		for _, simplify := range []*float64{nil, &tolerance} {
			geometries, err := store.Geometries(t.Context(), layer(t, test.layer), codes, test.of, simplify)
			if err != nil || len(geometries) != len(codes) {
				t.Fatalf("%d of %d %s: %v", len(geometries), len(codes), test.layer, err)
			}
			for code, encoded := range geometries {
				g, err := wkb.Unmarshal(encoded)
				if err != nil {
					t.Fatal(err)
				}
				if g.GeoJSONType() != test.want || !inOrder(g) {
					t.Errorf("%s %s of %s, simplified %v: a %s, shells counter-clockwise %v", test.layer, code, test.of, simplify != nil, g.GeoJSONType(), inOrder(g))
				}
			}
		}
	}
}

// inOrder says whether shells run counter-clockwise and holes clockwise.
func inOrder(g orb.Geometry) bool {
	switch g := g.(type) {
	case orb.Polygon:
		for i, ring := range g {
			if (ring.Orientation() == orb.CCW) != (i == 0) {
				return false
			}
		}
	case orb.MultiPolygon:
		for _, polygon := range g {
			if !inOrder(polygon) {
				return false
			}
		}
	}
	return true
}
