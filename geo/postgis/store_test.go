package postgis_test

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
)

func layer(t testing.TB, name geo.LayerName) *geo.Layer {
	t.Helper()
	l, ok := geo.LayerNamed(name)
	if !ok {
		t.Fatalf("no layer %s", name)
	}
	return l
}

// The nearest features are those that a comparison with every feature finds, in the same order.
func TestNearestIsTheTrulyNearest(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := postgis.New(pool)
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		point := orb.Point{116.0 + random.Float64()*0.7, 23.4 + random.Float64()*0.5}
		found, err := store.Nearest(t.Context(), layer(t, geo.Grids), point, 7, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		const everyOne = `
SELECT g.code, ST_Distance(g.geom::geography, ST_SetSRID(ST_MakePoint($1, $2), 4326)::geography)
FROM xiangtu.grids AS g ORDER BY 2, 1 LIMIT 7`
		rows, err := pool.Query(t.Context(), everyOne, point[0], point[1])
		if err != nil {
			t.Fatal(err)
		}
		i := 0
		for ; rows.Next(); i++ {
			var code string
			var metres float64
			if err := rows.Scan(&code, &metres); err != nil {
				t.Fatal(err)
			}
			if found[i].Feature.Common().Code != code || math.Abs(found[i].DistanceMetres-metres) > 1e-6 {
				t.Errorf("%v, number %d: %s at %v m, want %s at %v m", point, i, found[i].Feature.Common().Code, found[i].DistanceMetres, code, metres)
			}
		}
		if err := rows.Err(); err != nil || i != len(found) {
			t.Fatalf("%d of %d compared: %v", i, len(found), err)
		}
	}
}

// widen puts the map's grids beside each other often enough that there are 20,000: enough for an index to be the
// cheaper way by far, as for any greater number.
const widen = `
INSERT INTO xiangtu.towns (code, name, pinyin, kind, geom)
SELECT '44520' || (4000 + n), 'copy', 'copy', 'town', ST_Translate(t.geom, n, 0)
FROM xiangtu.towns AS t, generate_series(1, 6) AS n WHERE t.code = '445203001';
INSERT INTO xiangtu.villages (code, name, pinyin, kind, geom)
SELECT '44520' || (4000 + n) || lpad((row_number() OVER (PARTITION BY n ORDER BY v.code))::text, 3, '0'), 'copy', 'copy', 'village', ST_Translate(v.geom, n, 0)
FROM xiangtu.villages AS v, generate_series(1, 6) AS n;
INSERT INTO xiangtu.grids (code, name, pinyin, workers, geom)
SELECT c.code || substr(g.code, 13), 'copy', 'copy', 1, ST_Translate(g.geom, c.n, 0)
FROM (
    SELECT '44520' || (4000 + n) || lpad((row_number() OVER (PARTITION BY n ORDER BY v.code))::text, 3, '0') AS code, v.code AS source, n
    FROM xiangtu.villages AS v, generate_series(1, 6) AS n WHERE v.code < '445204'
) AS c JOIN xiangtu.grids AS g ON g.village_code = c.source;
ANALYZE xiangtu.grids`

// On 100,000 grids every spatial test, and every look-up by code, goes through an index.
func TestStatementsUseTheIndexes(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	if _, err := pool.Exec(t.Context(), widen); err != nil {
		t.Fatal(err)
	}
	var count int
	if err := pool.QueryRow(t.Context(), "SELECT count(*) FROM xiangtu.grids").Scan(&count); err != nil || count < 20_000 {
		t.Fatalf("%d grids: %v", count, err)
	}
	explainer := &explainer{pool: pool}
	store := postgis.New(explainer.traced(t))
	grids := layer(t, geo.Grids)
	point := geo.Operand{Geometry: orb.Point{116.3957, 23.578}}
	within := 500.0
	find := func(filter geo.Filter) func() error {
		return func() error {
			_, err := store.Find(t.Context(), geo.Query{Layer: grids, Filter: filter, Window: geo.Window{Limit: 100}})
			return err
		}
	}
	for _, test := range []struct {
		name, index string
		run         func() error
	}{
		{"box", "grids_geom_idx", find(geo.InBox{Box: geo.Box{116.39, 23.57, 116.40, 23.58}})},
		{"intersects", "grids_geom_idx", find(geo.Spatial{Op: geo.Intersects, Of: point})},
		{"contains", "grids_geom_idx", find(geo.Spatial{Op: geo.ContainsIt, Of: point})},
		{"covered by", "grids_geom_idx", find(geo.Spatial{Op: geo.CoveredBy, Of: geo.Operand{Geometry: orb.Bound{Min: orb.Point{116.39, 23.57}, Max: orb.Point{116.4, 23.58}}.ToPolygon()}})},
		{"touches", "grids_geom_idx", find(geo.Spatial{Op: geo.Touches, Of: point})},
		{"crosses", "grids_geom_idx", find(geo.Spatial{Op: geo.Crosses, Of: geo.Operand{Geometry: orb.LineString{{116.39, 23.57}, {116.4, 23.58}}}})},
		{"overlaps", "grids_geom_idx", find(geo.Spatial{Op: geo.Overlaps, Of: geo.Operand{Geometry: orb.Bound{Min: orb.Point{116.39, 23.57}, Max: orb.Point{116.4, 23.58}}.ToPolygon()}})},
		{"equals", "grids_geom_idx", find(geo.Spatial{Op: geo.Equals, Of: geo.Operand{Geometry: orb.Bound{Min: orb.Point{116.39, 23.57}, Max: orb.Point{116.4, 23.58}}.ToPolygon()}})},
		{"within", "grids_geom_idx", find(geo.Spatial{Op: geo.WithinIt, Of: geo.Operand{Geometry: orb.Bound{Min: orb.Point{116.39, 23.57}, Max: orb.Point{116.4, 23.58}}.ToPolygon()}})},
		{"intersects a collection", "grids_geom_idx", find(geo.Spatial{Op: geo.Intersects, Of: geo.Operand{Geometry: orb.Collection{point.Geometry, orb.LineString{{116.39, 23.57}, {116.4, 23.58}}}}})},
		{"contains a collection", "grids_geom_idx", find(geo.Spatial{Op: geo.ContainsIt, Of: geo.Operand{Geometry: orb.Collection{point.Geometry, orb.LineString{{116.3957, 23.578}, {116.3958, 23.578}}}}})},
		{"code between", "grids_pkey", find(geo.Between{Of: geo.Property("code"), Low: geo.Literal{Value: "445203001001"}, High: geo.Literal{Value: "445203001002"}})},
		{"code like", "grids_pkey", find(geo.Like{Of: geo.Property("code"), Pattern: geo.Literal{Value: "445203001001_1"}})},
		{"code in", "grids_pkey", find(geo.In{Of: geo.Property("code"), Values: []any{"445203001001", "445203001002"}})},
		{"code and not", "grids_pkey", find(geo.And{geo.Compare{Op: geo.Equal, Left: geo.Property("code"), Right: geo.Literal{Value: "445203001001"}},
			geo.Negation{Filter: geo.Compare{Op: geo.Greater, Left: geo.Arithmetic{Op: geo.Add, Left: geo.Property("workers"), Right: geo.Literal{Value: int64(1)}}, Right: geo.Literal{Value: int64(5)}}}})},
		{"within metres", "grids_geom_idx", find(geo.Within{Of: point, Metres: 100})},
		{"nearest", "grids_geom_idx", func() error {
			_, err := store.Nearest(t.Context(), grids, orb.Point{116.3957, 23.578}, 10, &within, 0)
			return err
		}},
		{"at", "grids_geom_idx", func() error {
			_, err := store.At(t.Context(), grids, orb.Point{116.3957, 23.578}, 0)
			return err
		}},
		{"tile", "grids_geom_idx", func() error {
			return store.EachTileRow(t.Context(), grids, nil, orb.Bound{Min: orb.Point{116.39, 23.57}, Max: orb.Point{116.4, 23.58}}, [2]float64{}, func(*postgis.TileRow) error { return nil })
		}},
		{"code", "grids_pkey", find(geo.Compare{Op: geo.Equal, Left: geo.Property("code"), Right: geo.Literal{Value: "445203001001"}})},
		{"prefix", "grids_pkey", find(geo.Prefix{Of: geo.Property("code"), Text: "445203001001"})},
		{"children", "grids_village_code_code_idx", func() error {
			_, err := store.Find(t.Context(), geo.Query{Layer: grids, Window: geo.Window{Limit: 10}, Of: &geo.Kin{Relation: geo.RelationNamed("villages.grids"), Keys: []string{"445203001001", "445203001002"}}})
			return err
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			if err := test.run(); err != nil {
				t.Fatal(err)
			}
			if plan := explainer.last; !strings.Contains(plan, test.index) || strings.Contains(plan, "Seq Scan on grids") {
				t.Errorf("not by %s:\n%s", test.index, plan)
			}
		})
	}
}

// A change in any way counts: by each kind of statement, once a transaction, not at all when it is rolled back.
func TestRevisions(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := postgis.New(pool)
	revisions := postgis.NewRevisions(store, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); revisions.Run(ctx) }()
	defer func() { cancel(); <-done }()
	for _, test := range []struct {
		name, sql string
		layer     geo.LayerName
		by        int64
	}{
		{"update", "UPDATE xiangtu.grids SET workers = workers + 1 WHERE level = 1", geo.Grids, 1},
		{"update of nothing", "UPDATE xiangtu.grids SET workers = 1 WHERE code = 'none'", geo.Grids, 0},
		{"two in a transaction", "UPDATE xiangtu.grids SET workers = 2 WHERE level = 2; UPDATE xiangtu.grids SET workers = 3 WHERE level = 3", geo.Grids, 1},
		{"rolled back", "BEGIN; UPDATE xiangtu.grids SET workers = 9; ROLLBACK", geo.Grids, 0},
		{"rolled back to a savepoint, then done", "BEGIN; SAVEPOINT s; UPDATE xiangtu.towns SET name = 'x' WHERE code = '445203001'; ROLLBACK TO s; UPDATE xiangtu.towns SET name = 'y' WHERE code = '445203001'; COMMIT", geo.Towns, 1},
		{"insert", "INSERT INTO xiangtu.stations (code, name, pinyin, village_code, geom) SELECT 'new', name, pinyin, village_code, geom FROM xiangtu.stations LIMIT 1", geo.Stations, 1},
		{"delete", "DELETE FROM xiangtu.stations WHERE code = 'new'", geo.Stations, 1},
		{"delete of nothing", "DELETE FROM xiangtu.stations WHERE code = 'new'", geo.Stations, 0},
		{"a belt's villages", "DELETE FROM xiangtu.belt_villages WHERE belt_code = 'JD-B1' AND position = 1", geo.Belts, 1},
		{"a station's towns", "DELETE FROM xiangtu.station_towns WHERE station_code = 'JD-S1'", geo.Stations, 1},
		{"truncate", "TRUNCATE xiangtu.belts CASCADE", geo.Belts, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := revisionOf(t, store, test.layer)
			if _, err := pool.Exec(t.Context(), test.sql); err != nil {
				t.Fatal(err)
			}
			after := revisionOf(t, store, test.layer)
			if after != before+test.by {
				t.Errorf("%s went from %d to %d, want %d more", test.layer, before, after, test.by)
			}
			eventually(t, func() bool {
				known, err := revisions.Of(t.Context(), test.layer)
				return err == nil && known == after
			})
		})
	}
	var stale int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM xiangtu.grids WHERE level > 1 AND revision <> (SELECT revision FROM xiangtu.layers WHERE name = 'grids')`).Scan(&stale); err != nil || stale > 0 {
		t.Errorf("%d changed grids do not have the layer's revision: %v", stale, err)
	}
}

// A listener whose connection is lost asks the database, and listens again.
func TestRevisionsSurviveALostConnection(t *testing.T) {
	t.Parallel()
	pool := pgtest.New(t)
	store := postgis.New(pool)
	revisions := postgis.NewRevisions(store, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); revisions.Run(ctx) }()
	defer func() { cancel(); <-done }()
	const listener = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'xiangtu listener'`
	var pid int
	eventually(t, func() bool { return pool.QueryRow(t.Context(), listener).Scan(&pid) == nil })
	if _, err := pool.Exec(t.Context(), "SELECT pg_terminate_backend($1)", pid); err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), "UPDATE xiangtu.grids SET workers = 5 WHERE level = 1"); err != nil {
		t.Fatal(err)
	}
	want := revisionOf(t, store, geo.Grids)
	eventually(t, func() bool {
		known, err := revisions.Of(t.Context(), geo.Grids)
		return err == nil && known == want
	})
	eventually(t, func() bool {
		var again int
		return pool.QueryRow(t.Context(), listener).Scan(&again) == nil && again != pid
	})
}

// A statement that takes too long is given up, with an error that says what to do.
func TestStatementTimeout(t *testing.T) {
	t.Parallel()
	pool, err := postgis.Connect(t.Context(), pgtest.URL(t), postgis.Options{StatementTimeout: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	_, err = postgis.New(pool).Find(t.Context(), geo.Query{Layer: layer(t, geo.Grids), Filter: geo.Within{Of: geo.Operand{Geometry: orb.Point{116, 23}, Checked: true}, Metres: 1_000_000}, Fields: geo.WithGeometry})
	var known *geo.Error
	if !errors.As(err, &known) || known.Code != geo.StatementTimeout {
		t.Errorf("got %v, want %s", err, geo.StatementTimeout)
	}
}

func revisionOf(t *testing.T, store *postgis.Store, name geo.LayerName) int64 {
	t.Helper()
	revisions, err := store.Revisions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return revisions[name]
}

// eventually waits until a condition holds, five seconds at the most.
func eventually(t *testing.T, holds func() bool) {
	t.Helper()
	for range 500 {
		if holds() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("it never held")
}
