package postgis_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/geo/shape"
)

// A grid of the own village that borders on another town, its siblings, and their parent.
const (
	ownGrid, ownSibling, ownParent = ownVillage + "0101", ownVillage + "0102", ownVillage + "01"
	cousin                         = ownVillage + "0201"
)

func gridsNamed(codes ...string) []geo.GridNamed {
	var named []geo.GridNamed
	for i, code := range codes {
		named = append(named, geo.GridNamed{Code: code, Path: "grids[" + string(rune('0'+i)) + "]"})
	}
	return named
}

// through is a line from west to east through the middle of some ground.
func through(ground orb.MultiPolygon) orb.LineString {
	b := ground.Bound()
	y := b.Center()[1]
	return orb.LineString{{b.Min[0] - 0.001, y}, {b.Max[0] + 0.001, y}}
}

// border is the line that grounds share with others, from end to end.
func border(ground orb.MultiPolygon, others ...orb.MultiPolygon) orb.LineString {
	theirs := make(map[edge]bool)
	for _, other := range others {
		for _, ring := range shape.Rings(other) {
			for i := 1; i < len(ring); i++ {
				theirs[edge{ring[i], ring[i-1]}] = true
			}
		}
	}
	next := make(map[orb.Point]orb.Point)
	ends := make(map[orb.Point]bool)
	for _, ring := range shape.Rings(ground) {
		for i := 1; i < len(ring); i++ {
			if theirs[edge{ring[i-1], ring[i]}] {
				next[ring[i-1]] = ring[i]
				ends[ring[i]] = true
			}
		}
	}
	var line orb.LineString
	for from := range next {
		if !ends[from] {
			line = orb.LineString{from}
		}
	}
	for len(line) > 0 {
		to, ok := next[line[len(line)-1]]
		if !ok {
			break
		}
		line = append(line, to)
	}
	return line
}

// Nothing that does not fit is done, and what is wrong is told with its argument and its place.
func TestRegriddingIsRefusedWithReasons(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	store := postgis.New(web)
	grounds := groundsOf(t, owner, "grids", "village_code = '"+ownVillage+"'")
	own := grounds[ownGrid]
	line := through(own)
	ring := own[0][0]
	inside := orb.LineString{line[0], own.Bound().Center()}
	stale := gridsNamed(ownGrid)[0]
	stale.IfRevision = new(int64(9))
	named := geo.GridNamed{Code: ownGrid}
	before := rowsOf(t, owner, "xiangtu.grids", "*")
	for _, test := range []struct {
		name, scope string
		work        any
		want        string // code, path, part of the message
		placed      bool
	}{
		{"a whole village", "", geo.GridSplit{Grid: geo.GridNamed{Code: ownVillage}, Line: line}, "BAD_USER_INPUT code: 445203104201 is a whole village", false},
		{"no code", "", geo.GridSplit{Grid: geo.GridNamed{Code: "12"}, Line: line}, `BAD_USER_INPUT code: "12" is not of the form`, false},
		{"not there", "", geo.GridSplit{Grid: geo.GridNamed{Code: ownVillage + "77"}, Line: line}, "NOT_FOUND code: there is no grid", false},
		{"another revision", "", geo.GridSplit{Grid: stale, Line: line}, "CONFLICT grids[0].ifRevision: the grid 4452031042010101 has the revision 1 by now, and the change is for 9", false},
		{"beyond the scope", otherTown, geo.GridSplit{Grid: named, Line: line}, "FORBIDDEN code: your key is for 445203102", false},
		{"a vertex in a boundary beyond the scope", ownTown, geo.GridSplit{Grid: named, Line: line}, "FORBIDDEN line: it would put a vertex into the boundary of the grid 445203002214, which is not within the scope of your key: let it end at a vertex", true},
		{"no line", "", geo.GridSplit{Grid: named}, "BAD_USER_INPUT line: ", false},
		{"a line that ends within", "", geo.GridSplit{Grid: named, Line: inside}, "BAD_USER_INPUT line: it ends within the ground", true},
		{"a line that passes by", "", geo.GridSplit{Grid: named, Line: orb.LineString{{116, 23}, {116.1, 23}}}, "BAD_USER_INPUT line: it does not cross", true},
		{"a line that touches", "", geo.GridSplit{Grid: named, Line: orb.LineString{ring[0], {116, 23}}}, "BAD_USER_INPUT line: it does not cross", true},
		{"a sliver", "", geo.GridSplit{Grid: named, Line: corner(ring)}, "BAD_USER_INPUT line: it cuts off a sliver", true},
		{"more parts than the line makes", "", geo.GridSplit{Grid: named, Line: line, Parts: make([]geo.GridPart, 3)}, "BAD_USER_INPUT parts: 3 are given, and the line makes 2", false},
		{"a code that is taken", "", geo.GridSplit{Grid: named, Line: line, Parts: []geo.GridPart{{Code: ownSibling, Path: "parts[0]"}}}, "CONFLICT parts[0].code: a grid has or had the code 4452031042010102", false},
		{"its own code", "", geo.GridSplit{Grid: named, Line: line, Parts: []geo.GridPart{{Code: ownGrid, Path: "parts[0]"}}}, "CONFLICT parts[0].code: a grid has or had the code", false},
		{"a code elsewhere", "", geo.GridSplit{Grid: named, Line: line, Parts: []geo.GridPart{{Code: cousin[:14] + "77", Path: "parts[0]"}}}, "BAD_USER_INPUT parts[0].code: \"4452031042010277\" is not of the form: 44520310420101 and two digits", false},
		{"workers beyond their bounds", "", geo.GridSplit{Grid: named, Line: line, Parts: []geo.GridPart{{Workers: new(int64(-1)), Path: "parts[0]"}}}, "BAD_USER_INPUT parts[0].workers: -1, but the rule is", false},
		{"a line through a part of the grid", "", geo.GridSplit{Grid: geo.GridNamed{Code: ownParent}, Line: through(own)}, "BAD_USER_INPUT line: it runs through 44520310420101", true},
		{"one to merge", "", geo.GridMerge{Grids: gridsNamed(ownGrid)}, "BAD_USER_INPUT grids: 1 are given", false},
		{"twice the same", "", geo.GridMerge{Grids: gridsNamed(ownGrid, ownGrid)}, "BAD_USER_INPUT grids[1].code: 4452031042010101 is named twice", false},
		{"parts of different grids", "", geo.GridMerge{Grids: gridsNamed(ownGrid, cousin)}, "BAD_USER_INPUT grids[1].code: 4452031042010201 is no part of 44520310420101", false},
		{"whole villages", "", geo.GridMerge{Grids: gridsNamed(ownVillage, otherVillage)}, "BAD_USER_INPUT grids[0].code: 445203104201 is a whole village", false},
		{"different levels", "", geo.GridMove{Grids: gridsNamed(ownGrid, ownVillage+"02"), Line: line}, "BAD_USER_INPUT grids[1].code: 4452031042010101 and 44520310420102 are not of the same level", false},
		{"grids with parts", "", geo.GridMove{Grids: gridsNamed(ownParent, ownVillage+"02"), Line: line}, "BAD_USER_INPUT grids[0].code: 44520310420101 is divided into 3 grids", false},
		{"a boundary of parents", "", geo.GridMove{Grids: gridsNamed(ownGrid, cousin), Line: line}, "BAD_USER_INPUT withParents: it is also the boundary of the grids 44520310420101 and 44520310420102", false},
		{"grids that are far from each other", "", geo.GridMove{Grids: gridsNamed(ownGrid, otherVillage+"0101"), Line: line, WithParents: true}, "BAD_USER_INPUT grids[1].code: 4452031020010101 has no edge in common", false},
		{"three", "", geo.GridMove{Grids: gridsNamed(ownGrid, ownSibling, cousin), Line: line}, "BAD_USER_INPUT grids: 3 are given, and a boundary is moved between two", false},
	} {
		_, err := regrid(editor(t, test.scope), store, geo.WriteOptions{}, test.work)
		known, ok := errors.AsType[*geo.Error](err)
		if !ok {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := string(known.Code) + " " + known.Error(); !strings.HasPrefix(got, test.want) || (known.Place != nil) != test.placed {
			t.Errorf("%s: %s (at %v)\nwant %s", test.name, got, known.Place, test.want)
		}
	}
	if rowsOf(t, owner, "xiangtu.grids", "*") != before {
		t.Error("something was changed")
	}
}

// Neighbours that the actor does not see share their boundaries all the same: no vertex is put on one side alone, and they
// are not named.
func TestAHiddenNeighbourKeepsItsBoundary(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	line := through(groundsOf(t, owner, "grids", "village_code = '"+ownVillage+"'")[ownGrid])
	if _, err := owner.Exec(t.Context(), `SELECT xiangtu.publish(name, false) FROM xiangtu.layers`); err != nil {
		t.Fatal(err)
	}
	before := rowsOf(t, owner, "xiangtu.grids", "*")
	_, err := regrid(editor(t, ownTown), postgis.New(web), geo.WriteOptions{}, geo.GridSplit{Grid: geo.GridNamed{Code: ownGrid}, Line: line})
	const want = "line: it would put a vertex into the boundary of a grid, which is not within the scope of your key"
	if known, ok := errors.AsType[*geo.Error](err); !ok || known.Code != geo.Forbidden || !strings.HasPrefix(known.Error(), want) || known.Place == nil {
		t.Errorf("%v, want %s", err, want)
	}
	if rowsOf(t, owner, "xiangtu.grids", "*") != before {
		t.Error("something was changed")
	}
}

// corner cuts half a metre off the sharpest corner of a ring.
func corner(ring orb.Ring) orb.LineString {
	var line orb.LineString
	sharpest := 0.0
	for i := 1; i+1 < len(ring); i++ {
		v, a, b := ring[i], ring[i-1], ring[i+1]
		along := func(to orb.Point) orb.Point {
			s := 5e-6 / planar.Distance(v, to)
			return orb.Point{v[0] + (to[0]-v[0])*s, v[1] + (to[1]-v[1])*s}
		}
		cut := orb.LineString{along(a), along(b)}
		sharp := math.Abs((cut[0][0]-v[0])*(cut[1][1]-v[1]) - (cut[0][1]-v[1])*(cut[1][0]-v[0]))
		if sharp > sharpest {
			line, sharpest = cut, sharp
		}
	}
	return line
}

// A grid that has parts is divided between these, and joined with its neighbour again. The parts keep what they are, and
// get codes below the new ones.
func TestPartsFollowTheirGrid(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	store := postgis.New(web)
	ctx := editor(t, ownTown)
	grounds := groundsOf(t, owner, "grids", "parent_code = '"+ownParent+"'")
	line := border(grounds[ownGrid], grounds[ownSibling], grounds[ownVillage+"0103"])
	for i := range line { // as a client has it that draws along what it sees
		line[i][0] += 2e-7
	}
	done, err := regrid(ctx, store, geo.WriteOptions{}, geo.GridSplit{Grid: geo.GridNamed{Code: ownParent}, Line: line})
	if err != nil {
		t.Fatal(err)
	}
	sharesEdges(t, owner)
	holds := func(done geo.Regridded, want map[geo.DescentKind]int) {
		t.Helper()
		kinds := map[geo.DescentKind]int{}
		for _, d := range done.Descents {
			kinds[d.Kind]++
			if d.Kind == geo.ByRecode && len(d.NewCode) != 16 {
				t.Errorf("%s became %s", d.OldCode, d.NewCode)
			}
			if d.Revision != done.Revision || d.At.IsZero() {
				t.Errorf("%+v, not of the revision %d", d, done.Revision)
			}
		}
		for kind, n := range want {
			if kinds[kind] != n {
				t.Errorf("%d descents by %s, want %d", kinds[kind], kind, n)
			}
		}
	}
	holds(done, map[geo.DescentKind]int{geo.BySplit: 2, geo.ByRecode: 3})
	was, is := groundsOf(t, owner, "grids_history", "code = '"+ownGrid+"'"), groundsOf(t, owner, "grids", "village_code = '"+ownVillage+"'")
	kept := false
	for code, ground := range is {
		kept = kept || len(code) == 16 && orb.Equal(ground, was[ownGrid])
	}
	if !kept {
		t.Errorf("no grid has the ground that %s had", ownGrid)
	}
	var parts []string
	for _, d := range done.Descents {
		if d.Kind == geo.BySplit {
			parts = append(parts, d.NewCode)
		}
	}
	merged, err := regrid(ctx, store, geo.WriteOptions{}, geo.GridMerge{Grids: gridsNamed(parts...), Into: geo.GridPart{Name: "又一"}})
	if err != nil {
		t.Fatal(err)
	}
	holds(merged, map[geo.DescentKind]int{geo.ByMerge: 2, geo.ByRecode: 3})
	sharesEdges(t, owner)
	lineages, err := store.Lineages(ctx, []string{ownGrid, merged.Descents[0].NewCode})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(lineages[0].Descendants); n != 2 || lineages[0].Descendants[1].Revision != merged.Revision {
		t.Errorf("%s led to %+v", ownGrid, lineages[0].Descendants)
	}
	if n := len(lineages[1].Ancestors); n != 4 || lineages[1].Ancestors[3].OldCode != ownParent {
		t.Errorf("the merged grid came from %+v", lineages[1].Ancestors)
	}
	past := geo.WithMoment(ctx, geo.Moment{geo.Grids: done.Revision})
	if lineages, err = store.Lineages(past, []string{ownGrid}); err != nil || len(lineages[0].Descendants) != 1 {
		t.Errorf("at the first revision %+v, %v", lineages, err)
	}
	var workers int
	if err := owner.QueryRow(ctx, `SELECT sum(workers) FROM xiangtu.grids`).Scan(&workers); err != nil || workers != 8672 {
		t.Errorf("%d workers, %v", workers, err)
	}
}

// What one grid gains the other loses, and nothing else has another area. A dry run changes nothing.
func TestABoundaryMovesBothSides(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	store := postgis.New(web)
	ctx := editor(t, "")
	before := rowsOf(t, owner, "xiangtu.grids", "*")
	areas := func(done geo.Regridded) map[string]float64 {
		m := map[string]float64{}
		for _, o := range done.Outcomes {
			if g, ok := o.Feature.(*geo.Grid); ok {
				m[g.Code] = g.AreaSquareMetres
			}
		}
		return m
	}
	grounds := groundsOf(t, owner, "grids", "village_code = '"+ownVillage+"'")
	both := append(append(orb.MultiPolygon{}, grounds[ownGrid]...), grounds[ownSibling]...)
	line := border(grounds[ownGrid], grounds[ownSibling])
	middle := len(line) / 2
	centre := both.Bound().Center()
	line[middle] = orb.Point{line[middle][0] + (centre[0]-line[middle][0])*0.1, line[middle][1] + (centre[1]-line[middle][1])*0.1 + 0.0001}
	move := geo.GridMove{Grids: gridsNamed(ownGrid, ownSibling), Line: line}
	tried, err := regrid(ctx, store, geo.WriteOptions{DryRun: true}, move)
	if err != nil {
		t.Fatal(err)
	}
	if rowsOf(t, owner, "xiangtu.grids", "*") != before {
		t.Fatal("the dry run has changed something")
	}
	done, err := regrid(ctx, store, geo.WriteOptions{}, move)
	if err != nil {
		t.Fatal(err)
	}
	is := areas(done)
	if len(is) != 2 || len(areas(tried)) != 2 || areas(tried)[ownGrid] != is[ownGrid] {
		t.Errorf("%v, and %v when tried", is, areas(tried))
	}
	var gain, loss float64
	const change = `SELECT g.area_square_metres - h.area_square_metres FROM xiangtu.grids AS g JOIN xiangtu.grids_history AS h USING (code) WHERE code = $1`
	if err := errors.Join(owner.QueryRow(ctx, change, ownGrid).Scan(&gain), owner.QueryRow(ctx, change, ownSibling).Scan(&loss)); err != nil {
		t.Fatal(err)
	}
	if gain*loss >= 0 || gain+loss > 0.1 || gain+loss < -0.1 {
		t.Errorf("one gained %v square metres and the other %v", gain, loss)
	}
	sharesEdges(t, owner)
}

// Of some who take the same grid at the same time, each of whom could alone, one does, and the others are told so.
func TestOneOfSomeTakesAGrid(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	store := postgis.New(web)
	ctx := editor(t, "")
	grounds := groundsOf(t, owner, "grids", "village_code = '"+ownVillage+"'")
	wanted := geo.GridNamed{Code: ownGrid, IfRevision: new(int64(1))}
	works := []any{
		geo.GridMerge{Grids: []geo.GridNamed{wanted, {Code: ownSibling, IfRevision: new(int64(1))}}},
		geo.GridMerge{Grids: []geo.GridNamed{wanted, {Code: ownVillage + "0103", IfRevision: new(int64(1))}}},
		geo.GridSplit{Grid: wanted, Line: through(grounds[ownGrid])},
	}
	for i, work := range works {
		if _, err := regrid(ctx, store, geo.WriteOptions{DryRun: true}, work); err != nil {
			t.Fatalf("work %d cannot be done by itself: %v", i, err)
		}
	}
	errs := make([]error, len(works))
	var all sync.WaitGroup
	for i, work := range works {
		all.Go(func() { _, errs[i] = regrid(context.WithoutCancel(ctx), store, geo.WriteOptions{}, work) })
	}
	all.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
			continue
		}
		if known, ok := errors.AsType[*geo.Error](err); !ok || known.Code != geo.Conflict {
			t.Errorf("the loser is told %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d have won", won)
	}
	sharesEdges(t, owner)
}
