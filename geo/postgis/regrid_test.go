package postgis_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/paulmach/orb/planar"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/geo/shape"
)

// regrid makes a change of grids.
func regrid(ctx context.Context, store *postgis.Store, o geo.WriteOptions, work any) (done geo.Regridded, err error) {
	fields := map[geo.LayerName]geo.FieldSet{}
	for _, layer := range postgis.RegridLayers() {
		fields[layer.Name] = layer.AllFields() | geo.WithGeometry
	}
	err = store.Change(ctx, postgis.RegridLayers(), o, func(ctx context.Context, w *postgis.Writer) (err error) {
		switch work := work.(type) {
		case geo.GridSplit:
			done, err = w.SplitGrid(ctx, work, fields)
		case geo.GridMerge:
			done, err = w.MergeGrids(ctx, work, fields)
		case geo.GridMove:
			done, err = w.MoveGridBoundary(ctx, work, fields)
		}
		return err
	})
	return done, err
}

// groundsOf reads the geometries of a layer by code.
func groundsOf(t testing.TB, pool *pgxpool.Pool, layer, where string) map[string]orb.MultiPolygon {
	t.Helper()
	rows, err := pool.Query(t.Context(), "SELECT code, ST_AsBinary(geom) FROM xiangtu."+layer+" WHERE "+where)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	grounds := make(map[string]orb.MultiPolygon)
	for rows.Next() {
		var code string
		var data []byte
		if err := rows.Scan(&code, &data); err != nil {
			t.Fatal(err)
		}
		g, err := wkb.Unmarshal(data)
		if err != nil {
			t.Fatal(err)
		}
		grounds[code] = g.(orb.MultiPolygon)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return grounds
}

type edge [2]orb.Point

// outlineOf gives the edges that only one of the features has. Every other edge is there once in each direction, or two
// features lie over each other.
func outlineOf(t testing.TB, grounds map[string]orb.MultiPolygon) map[edge]string {
	t.Helper()
	owner := make(map[edge]string)
	for code, ground := range grounds {
		for _, ring := range shape.Rings(ground) {
			for i := 1; i < len(ring); i++ {
				e := edge{ring[i-1], ring[i]}
				if other, taken := owner[e]; taken {
					t.Fatalf("%s and %s both lie to the left of %v", code, other, e)
				}
				owner[e] = code
			}
		}
	}
	lone := make(map[edge]string)
	for e, code := range owner {
		if _, shared := owner[edge{e[1], e[0]}]; !shared {
			lone[e] = code
		}
	}
	return lone
}

// sharesEdges holds the whole map to the strongest rule that there is: within each level all edges are shared, vertex by
// vertex, and all levels have the same outline. So there is no gap, no overlap and no vertex that only one side has.
func sharesEdges(t testing.TB, pool *pgxpool.Pool) {
	t.Helper()
	want := outlineOf(t, groundsOf(t, pool, "towns", "true"))
	for _, level := range [][2]string{{"villages", "true"}, {"grids", "level = 1"}, {"grids", "level = 2"}, {"grids", "level = 3"}} {
		lone := outlineOf(t, groundsOf(t, pool, level[0], level[1]))
		if len(lone) != len(want) {
			t.Errorf("%s, %s: the outline has %d edges, that of the towns %d", level[0], level[1], len(lone), len(want))
		}
		for e, code := range lone {
			if _, ok := want[e]; !ok {
				t.Errorf("%s %s: the edge %v has no other side", level[0], code, e)
			}
		}
	}
}

// across is a bent line through a bound, from one side to the other.
func across(random *rand.Rand, b orb.Bound, bends int) orb.LineString {
	at := func(t float64, b orb.Bound) orb.Point {
		return orb.Point{b.Min[0] + t*(b.Max[0]-b.Min[0]), b.Min[1] + (0.2+0.6*random.Float64())*(b.Max[1]-b.Min[1])}
	}
	line := orb.LineString{at(-0.1, b)}
	for i := range bends {
		line = append(line, at((float64(i)+0.5)/float64(bends), b))
	}
	line = append(line, at(1.1, b))
	if random.IntN(2) == 0 {
		for i, p := range line { // from south to north
			line[i] = orb.Point{
				b.Min[0] + (p[1]-b.Min[1])/(b.Max[1]-b.Min[1])*(b.Max[0]-b.Min[0]),
				b.Min[1] + (p[0]-b.Min[0])/(b.Max[0]-b.Min[0])*(b.Max[1]-b.Min[1]),
			}
		}
	}
	return line
}

// neighbour finds a grid of the finest level that shares an edge with another, of the same parent or of another one.
func neighbour(grounds map[string]orb.MultiPolygon, code string, sameParent bool) string {
	edges := make(map[edge]bool)
	for _, ring := range shape.Rings(grounds[code]) {
		for i := 1; i < len(ring); i++ {
			edges[edge{ring[i], ring[i-1]}] = true
		}
	}
	for _, other := range sortedCodes(grounds) {
		if other == code || (other[:14] == code[:14]) != sameParent {
			continue
		}
		for _, ring := range shape.Rings(grounds[other]) {
			for i := 1; i < len(ring); i++ {
				if edges[edge{ring[i-1], ring[i]}] {
					return other
				}
			}
		}
	}
	return ""
}

func sortedCodes(grounds map[string]orb.MultiPolygon) []string {
	codes := make([]string, 0, len(grounds))
	for code := range grounds {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}

// Whatever lines are drawn over the demonstration map, what is made of them fits as exactly as before.
func TestGridsFitAfterAnyRegridding(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	store := postgis.New(web)
	ctx := editor(t, "")
	sharesEdges(t, owner)
	random := rand.New(rand.NewPCG(5, 20261124))
	done := map[string]int{}
	for range 60 {
		grounds := groundsOf(t, owner, "grids", "level = 3")
		codes := sortedCodes(grounds)
		code := codes[random.IntN(len(codes))]
		var work any
		switch random.IntN(4) {
		case 0, 1:
			work = geo.GridSplit{Grid: geo.GridNamed{Code: code}, Line: across(random, grounds[code].Bound(), random.IntN(3))}
		case 2:
			if other := neighbour(grounds, code, true); other != "" {
				work = geo.GridMerge{Grids: []geo.GridNamed{{Code: code}, {Code: other}}}
			}
		case 3:
			if other := neighbour(grounds, code, random.IntN(2) == 0); other != "" {
				bound := grounds[code].Bound().Union(grounds[other].Bound())
				work = geo.GridMove{Grids: []geo.GridNamed{{Code: code}, {Code: other}}, Line: across(random, bound, random.IntN(3)), WithParents: true}
			}
		}
		if work == nil {
			continue
		}
		_, err := regrid(ctx, store, geo.WriteOptions{}, work)
		kind := strings.TrimPrefix(fmt.Sprintf("%T", work), "geo.")
		if refused, ok := errors.AsType[*geo.Error](err); ok && refused.Code == geo.BadInput {
			done[kind+" refused: "+refused.Message[:20]]++
			continue
		}
		if err != nil {
			t.Fatalf("%+v: %v", work, err)
		}
		done[kind]++
	}
	t.Log(done)
	sharesEdges(t, owner)
	if violations, _ := check(t, postgis.New(owner)); len(violations) > 0 {
		t.Errorf("%d violations, first: %s", len(violations), violations[0])
	}
	for _, kind := range []string{"GridSplit", "GridMerge", "GridMove"} {
		if done[kind] < 5 {
			t.Errorf("only %d of %s", done[kind], kind)
		}
	}
}

// Of a grid that is in several pieces a line divides those that it crosses; the others go to the nearest part.
func TestPiecesThatALinePassesByStay(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	store := postgis.New(web)
	grounds := groundsOf(t, owner, "grids", "level = 3 AND ST_NumGeometries(geom) > 1")
	divided := 0
	for _, code := range sortedCodes(grounds) {
		largest := slices.MaxFunc(grounds[code], func(a, b orb.Polygon) int {
			return cmp.Compare(planar.Area(a), planar.Area(b))
		})
		if divided == 6 {
			break
		}
		all, y := grounds[code].Bound(), largest.Bound().Center()[1]
		done, err := regrid(editor(t, ""), store, geo.WriteOptions{}, geo.GridSplit{
			Grid: geo.GridNamed{Code: code}, Line: orb.LineString{{all.Min[0] - 0.001, y}, {all.Max[0] + 0.001, y}},
		})
		if err != nil {
			t.Fatalf("%s: %v", code, err)
		}
		divided++
		if n := len(done.Descents); n < 2 {
			t.Errorf("%s: %d parts", code, n)
		}
	}
	if divided == 0 {
		t.Error("no grid is in several pieces")
	}
	sharesEdges(t, owner)
}

// Who came from whom is seen by those who see grids, and nobody can forge or change it.
func TestLineageIsKeptFromForgery(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	store := postgis.New(web)
	grounds := groundsOf(t, owner, "grids", "code = '"+otherVillage+"0101'")
	if _, err := regrid(editor(t, ""), store, geo.WriteOptions{}, geo.GridSplit{Grid: geo.GridNamed{Code: otherVillage + "0101"}, Line: through(grounds[otherVillage+"0101"])}); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`UPDATE xiangtu.grid_lineage SET new_code = old_code`,
		`DELETE FROM xiangtu.grid_lineage`,
		`INSERT INTO xiangtu.grid_lineage (old_code, new_code, kind) VALUES ('` + otherVillage + `', '` + otherVillage + `', 'move')`,
	} {
		_, err := web.Exec(editor(t, ownTown), statement)
		if refusal, ok := errors.AsType[*pgconn.PgError](err); !ok || refusal.Code != "42501" {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if _, err := owner.Exec(t.Context(), `SELECT xiangtu.publish('grids', false)`); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		scope string
		actor geo.Role
		seen  int
	}{{"", geo.Nobody, 0}, {ownTown, geo.Viewer, 0}, {otherTown, geo.Viewer, 2}, {"", geo.Admin, 2}} {
		lineages, err := store.Lineages(geo.WithActor(t.Context(), geo.Actor{Role: test.actor, Scope: test.scope}), []string{otherVillage + "0101"})
		if err != nil || len(lineages[0].Descendants) != test.seen {
			t.Errorf("%s of %q sees %+v, %v", test.actor, test.scope, lineages, err)
		}
	}
}
