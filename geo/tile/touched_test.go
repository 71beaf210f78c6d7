package tile_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb/maptile"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/postgis"
	"xiangtu/geo/shape/mvt"
	"xiangtu/geo/tile"
	"xiangtu/internal/pgtest"
)

// edit runs a statement and gives what it did to a layer, with the map as it was.
func edit(t *testing.T, pool *pgxpool.Pool, name geo.LayerName, sql string) (*geo.LayerChange, context.Context) {
	t.Helper()
	store := postgis.New(pool)
	before, err := store.Revisions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
	after, err := store.Revisions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	transactions, err := store.Transactions(t.Context(), geo.Moment{name: before[name]}, after)
	if err != nil || len(transactions) != 1 {
		t.Fatalf("%s: %d transactions, %v", sql, len(transactions), err)
	}
	return transactions[0].Changes[0], geo.WithMoment(t.Context(), before)
}

// edits are changes of every kind. The last moves a vertex of a belt by less than a tenth of a metre.
var edits = []struct {
	layer geo.LayerName
	sql   string
}{
	{geo.Grids, `UPDATE xiangtu.grids SET workers = workers + 1 WHERE code = '445203001001'`},
	{geo.Grids, `UPDATE xiangtu.grids SET geom = ST_Multi(ST_Translate(geom, 0.004, -0.003)) WHERE code LIKE '44520310200101%'`},
	{geo.Grids, `DELETE FROM xiangtu.grids WHERE code IN (SELECT code FROM xiangtu.grids WHERE level = 3 ORDER BY md5(code) LIMIT 12)`},
	{geo.Villages, `UPDATE xiangtu.villages SET geom = ST_Multi(ST_ForcePolygonCCW(ST_Buffer(geom, 0.0004))) WHERE code = '445203102001'`},
	{geo.Towns, `UPDATE xiangtu.towns SET geom = ST_Multi(ST_ForcePolygonCCW(ST_Segmentize(geom, 0.0001))) WHERE code = '445203001'`},
	{geo.Stations, `INSERT INTO xiangtu.stations (code, name, pinyin, village_code, geom) SELECT 'new', name, pinyin, village_code, ST_Translate(geom, 0.02, 0.02) FROM xiangtu.stations LIMIT 1`},
	{geo.Belts, `UPDATE xiangtu.belts SET geom = ST_AddPoint(geom, ST_Translate(ST_EndPoint(geom), 0.05, 0.031)) WHERE code = 'JD-B1'`},
	{geo.Belts, `UPDATE xiangtu.belts SET geom = ST_SetPoint(geom, 0, ST_Translate(ST_StartPoint(geom), 1e-6, 0)) WHERE code = 'JD-B2'`},
}

// Of every tile of the district whose bytes a change alters it is told, and each that it is told of has a point of an
// earlier or later state in it or its margin, as PostGIS finds.
func TestTouchedTilesAreThoseThatChange(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := postgis.New(pool)
	drawer := tile.NewDrawer()
	for _, test := range edits {
		change, before := edit(t, pool, test.layer, test.sql)
		for _, system := range []crs.CRS{crs.WGS84, crs.GCJ02} {
			tiles, ok := tile.Touched(change, system)
			if !ok || len(tiles) == 0 {
				t.Fatalf("%s: %d tiles, %v", test.sql, len(tiles), ok)
			}
			told := make(map[maptile.Tile]bool)
			for _, at := range tiles {
				told[at] = true
			}
			changed := 0
			selections := []tile.Selection{selection(t, test.layer)}
			for at := range district(change.Layer.MinZoom, min(change.Layer.MaxZoom, 14)) {
				place := tile.Place{Z: uint32(at.Z), X: at.X, Y: at.Y, CRS: system}
				differs := draw(before, t, drawer, store, place, selections) != draw(t.Context(), t, drawer, store, place, selections)
				if differs {
					changed++
				}
				if told[at] != tile.IsTouched(change, place) {
					t.Errorf("%s (%v): %v is told %v, and is touched %v", test.sql, system, at, told[at], !told[at])
				}
				if differs && !told[at] {
					t.Errorf("%s (%v): %v has changed, and is not told", test.sql, system, at)
				}
			}
			if changed == 0 {
				t.Errorf("%s (%v): no tile has changed", test.sql, system)
			}
			if system == crs.WGS84 {
				requireNear(t, pool, change, tiles)
			}
			t.Logf("%s (%v): %d tiles told", test.sql, system, len(tiles))
		}
	}
}

// district yields the tiles around all of the map.
func district(from, to int) func(yield func(maptile.Tile) bool) {
	return func(yield func(maptile.Tile) bool) {
		for z := from; z <= to; z++ {
			west, north := mvt.WebMercatorQuad.TileAt(uint32(z), 116.2, 23.85)
			east, south := mvt.WebMercatorQuad.TileAt(uint32(z), 116.7, 23.4)
			for x := west; x <= east; x++ {
				for y := north; y <= south; y++ {
					if !yield(maptile.New(x, y, maptile.Zoom(z))) {
						return
					}
				}
			}
		}
	}
}

func draw(ctx context.Context, t *testing.T, drawer *tile.Drawer, store *postgis.Store, at tile.Place, selections []tile.Selection) string {
	t.Helper()
	body, err := drawer.Draw(ctx, store, at, selections)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// requireNear asks PostGIS whether a state of a changed feature lies in each tile or its margin of 65 units, half of one
// more than is drawn and half for what PostGIS sees as straight.
func requireNear(t *testing.T, pool *pgxpool.Pool, change *geo.LayerChange, tiles []maptile.Tile) {
	t.Helper()
	var states [][]byte
	for _, feature := range change.Features() {
		for _, state := range feature.States() {
			states = append(states, state.Common().Geometry)
		}
	}
	for _, at := range tiles {
		bound := mvt.NewTile(uint32(at.Z), at.X, at.Y, mvt.Options{Buffer: 65}).Bound()
		var near bool
		err := pool.QueryRow(t.Context(), `SELECT bool_or(ST_Intersects(ST_GeomFromWKB(g, 4326), ST_MakeEnvelope($2, $3, $4, $5, 4326))) FROM unnest($1::bytea[]) AS g`,
			states, bound.Min[0], bound.Min[1], bound.Max[0], bound.Max[1]).Scan(&near)
		if err != nil || !near {
			t.Errorf("%v is told, and no state is near it (%v)", at, err)
		}
	}
}

// In the quad of degrees, too, a tile changes only where it is touched; deeper than a layer's own zooms as well.
func TestTilesOfDegreesChangeWhereTheyAreTouched(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := postgis.New(pool)
	drawer := tile.NewDrawer()
	change, before := edit(t, pool, geo.Grids, edits[1].sql)
	selections := []tile.Selection{selection(t, geo.Grids)}
	touched := 0
	for z := uint32(8); z <= 18; z++ {
		extent := change.Features()[0].Was.Common().Extent
		x, y := mvt.GeographicQuad.TileAt(z, extent[0], extent[1])
		for _, dx := range []uint32{0, 1, 2, 3} {
			for _, dy := range []uint32{0, 1, 2, 3} {
				place := tile.Place{Quad: mvt.GeographicQuad, Z: z, X: x + dx - 1, Y: y + dy - 2, CRS: crs.WGS84}
				is := tile.IsTouched(change, place)
				if is {
					touched++
				}
				if draw(before, t, drawer, store, place, selections) != draw(t.Context(), t, drawer, store, place, selections) && !is {
					t.Errorf("%v has changed, and is not touched", place)
				}
			}
		}
	}
	if touched < 20 || touched > 170 {
		t.Errorf("%d tiles are touched", touched)
	}
}

func TestALargeChangeMayTouchAnyTile(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	change, _ := edit(t, pool, geo.Grids, `UPDATE xiangtu.grids SET workers = workers + 1`)
	if tiles, ok := tile.Touched(change, crs.WGS84); ok {
		t.Errorf("%d tiles", len(tiles))
	}
	if !tile.IsTouched(change, tile.Place{Z: 12}) || tile.IsTouched(change, tile.Place{Z: uint32(change.Layer.MinZoom) - 1}) {
		t.Error("tiles where the layer is drawn, and no other")
	}
}

// BenchmarkTouched finds the tiles of a grid whose border moves, and those of a town.
func BenchmarkTouched(b *testing.B) {
	pool := pgtest.New(b)
	for _, name := range []geo.LayerName{geo.Grids, geo.Towns} {
		b.Run(fmt.Sprint(name), func(b *testing.B) {
			layer := selection(b, name).Layer
			found, err := postgis.New(pool).Find(b.Context(), geo.Query{Layer: layer, Window: geo.Window{Limit: 1}, Fields: geo.WithGeometry | geo.WithBBox})
			if err != nil {
				b.Fatal(err)
			}
			feature := geo.Transition{Is: found[0].Features[0], Was: found[0].Features[0]}
			for b.Loop() {
				_, _ = tile.Touched(&geo.LayerChange{Layer: layer, Tell: func() []geo.Transition { return []geo.Transition{feature} }}, crs.WGS84)
			}
		})
	}
}
