package postgis_test

import (
	"testing"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
)

// count says how many grids pass a filter.
func count(t *testing.T, store *postgis.Store, filter geo.Filter) int {
	t.Helper()
	summaries, err := store.Summarise(t.Context(), geo.Query{Layer: layer(t, geo.Grids), Filter: filter}, nil, false)
	if err != nil {
		t.Fatal(err)
	}
	return summaries[0].Count
}

func squareAt(west, south float64) orb.Polygon {
	return orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{west + 0.1, south + 0.1}}.ToPolygon()
}

func related(op geo.SpatialOp, g orb.Geometry) geo.Filter {
	return geo.Spatial{Op: op, Of: geo.Operand{Geometry: g}}
}

// A box without width or height finds what the line or the point finds that it is.
func TestBoxesWithoutArea(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	for _, test := range []struct {
		box  geo.Box
		same orb.Geometry
	}{
		{geo.Box{116.3957, 23.578, 116.3957, 23.578}, orb.Point{116.3957, 23.578}},
		{geo.Box{116.39, 23.578, 116.41, 23.578}, orb.LineString{{116.39, 23.578}, {116.41, 23.578}}},
		{geo.Box{116.3957, 23.57, 116.3957, 23.59}, orb.LineString{{116.3957, 23.57}, {116.3957, 23.59}}},
	} {
		got, want := count(t, store, geo.InBox{Box: test.box}), count(t, store, related(geo.Intersects, test.same))
		if got != want || want == 0 {
			t.Errorf("%v: %d grids, want %d", test.box, got, want)
		}
	}
	if got := count(t, store, geo.InBox{Box: geo.Box{180, -90, -180, 90}}); got != 0 {
		t.Errorf("on the antimeridian: %d grids, want none", got)
	}
}

// The polygons of a collection may overlap; together they are the ground that they cover.
func TestCollectionsOfOverlappingPolygons(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	both := orb.Collection{squareAt(116.35, 23.5), orb.Collection{squareAt(116.4, 23.5)}}
	whole := orb.Bound{Min: orb.Point{116.35, 23.5}, Max: orb.Point{116.5, 23.6}}.ToPolygon()
	for _, op := range []geo.SpatialOp{geo.Intersects, geo.Disjoint, geo.ContainsIt, geo.CoveredBy, geo.Touches, geo.Crosses, geo.Overlaps, geo.Equals} {
		if got, want := count(t, store, related(op, both)), count(t, store, related(op, whole)); got != want {
			t.Errorf("%s: %d grids, want %d", op, got, want)
		}
	}
	near := func(g orb.Geometry) geo.Filter { return geo.Within{Of: geo.Operand{Geometry: g}, Metres: 50} }
	if got, want := count(t, store, near(both)), count(t, store, near(whole)); got != want || want == 0 {
		t.Errorf("within 50 m: %d grids, want %d", got, want)
	}
}

// A whole number that no column can hold is greater than all that they hold.
func TestNumbersBeyondTheColumn(t *testing.T) {
	t.Parallel()
	store := postgis.New(pgtest.New(t))
	for _, name := range []string{"workers", "level"} {
		field, most := geo.Property(name), int64(1<<62)
		for filter, want := range map[geo.CompareOp]int{geo.Less: 3013, geo.Greater: 0, geo.Equal: 0} {
			if got := count(t, store, geo.Compare{Op: filter, Left: field, Right: geo.Literal{Value: most}}); got != want {
				t.Errorf("%s %s %d: %d grids, want %d", name, filter, most, got, want)
			}
		}
		if got := count(t, store, geo.In{Of: field, Values: []any{most}}); got != 0 {
			t.Errorf("%s in %d: %d grids, want none", name, most, got)
		}
	}
}
