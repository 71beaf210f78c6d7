package postgis_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
)

const secondVillage = "445203104202" // of the own town

// beltOf is a change that makes a belt what it is to be.
func beltOf(t testing.TB, code string, villages ...string) geo.Change {
	t.Helper()
	return geo.Change{
		Layer: layerOf(t, geo.Belts), Operation: geo.Upsert, Code: code,
		Values:   map[string]any{"name": "带", "status": "planned", "corridorMetres": 10.0},
		Members:  map[string][]string{"villageCodes": villages},
		Geometry: orb.LineString{{116.3, 23.5}, {116.4, 23.6}},
	}
}

func removalOf(t testing.TB, code string) geo.Change {
	t.Helper()
	return geo.Change{Layer: layerOf(t, geo.Belts), Operation: geo.Delete, Code: code}
}

// viewer is a context of somebody who may see what lies in a scope.
func viewer(t testing.TB, scope string) context.Context {
	t.Helper()
	return geo.WithActor(t.Context(), geo.Actor{Name: "viewer", Role: geo.Viewer, Scope: scope})
}

// unpublished is a map with a layer that is not published.
func unpublished(t testing.TB, layer string) (store *postgis.Store, web *pgxpool.Pool) {
	t.Helper()
	web, owner := confined(t)
	if _, err := owner.Exec(t.Context(), `SELECT xiangtu.publish($1, false)`, layer); err != nil {
		t.Fatal(err)
	}
	return postgis.New(web), web
}

// lists gives the lists of members of a feature's versions, the earliest first.
func lists(ctx context.Context, t testing.TB, store *postgis.Store, layer *geo.Layer, code string) string {
	t.Helper()
	versions, _, err := store.History(ctx, layer, code, postgis.HistoryForm{Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, v := range slices.Backward(versions) {
		_, list, _ := strings.Cut(string(v.Properties), `Codes":[`)
		list, _, _ = strings.Cut(list, "]")
		told = append(told, "["+strings.ReplaceAll(list, `"`, "")+"]")
	}
	return strings.Join(told, " ")
}

// A version of a belt is seen by whoever would have seen it then, whatever has become of the belt: in its history, at every
// revision, and in what changes are told to be.
func TestAVersionOfABeltIsSeenByItsVillages(t *testing.T) {
	t.Parallel()
	const own, both = "[" + ownVillage + "]", "[" + ownVillage + "," + otherVillage + "]"
	const other, second = "[" + otherVillage + "]", "[" + secondVillage + "]"
	for _, test := range []struct {
		name     string
		states   [][]string // the villages of the belt, one after the other; nil: it goes
		seen     string     // versions that a viewer of the own town sees
		all      string     // those that a viewer of the whole map does
		revision string     // how many belts of this code the viewer of the own town finds at each revision
		told     string     // what of the belt the viewer of the own town is told
	}{
		{"deleted outside", [][]string{{otherVillage}, nil}, "", other, "00", ""},
		{"deleted across", [][]string{{ownVillage, otherVillage}, nil}, "", both, "00", ""},
		{"deleted inside", [][]string{{ownVillage}, nil}, own, own, "10", "created deleted"},
		{"moved in", [][]string{{otherVillage}, {ownVillage, otherVillage}, {ownVillage}}, own, other + " " + both + " " + own, "001", "created"},
		{"moved out", [][]string{{ownVillage}, {secondVillage}, {otherVillage}}, own + " " + second, own + " " + second + " " + other, "110", "created updated deleted"},
		{"moved out and deleted", [][]string{{ownVillage}, {otherVillage}, nil}, own, own + " " + other, "100", "created deleted"},
		{"emptied", [][]string{{otherVillage}, {}}, "", other + " []", "00", ""},
		{"emptied and refilled", [][]string{{ownVillage}, {}, {ownVillage}}, own + " " + own, own + " [] " + own, "101", "created deleted created"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			store, web := unpublished(t, "belts")
			belts := layerOf(t, geo.Belts)
			town := viewer(t, ownTown)
			before, err := store.Revisions(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, villages := range test.states {
				change := beltOf(t, "W1", villages...)
				if villages == nil {
					change = removalOf(t, "W1")
				}
				if _, err := store.Write(editor(t, ""), []geo.Change{change}, geo.WriteOptions{}); err != nil {
					t.Fatal(err)
				}
			}
			var found string
			for revision := before[geo.Belts] + 1; revision <= before[geo.Belts]+int64(len(test.states)); revision++ {
				found += fmt.Sprint(countOf(town, t, web, `SELECT count(*) FROM xiangtu.belts_at($1) WHERE code = 'W1'`, revision))
			}
			if got := lists(town, t, store, belts, "W1"); got != test.seen {
				t.Errorf("the town sees %q, want %q", got, test.seen)
			}
			if got := lists(viewer(t, ""), t, store, belts, "W1"); got != test.all {
				t.Errorf("the whole map sees %q, want %q", got, test.all)
			}
			if got := lists(t.Context(), t, store, belts, "W1"); got != "" {
				t.Errorf("nobody sees %q", got)
			}
			if found != test.revision {
				t.Errorf("the town finds %s, want %s", found, test.revision)
			}
			// A row of a list is seen with its version, and not without one.
			lonely := countOf(town, t, web, `SELECT count(*) FROM xiangtu.belt_villages_history AS m WHERE belt_code = 'W1' AND NOT EXISTS (
				SELECT FROM xiangtu.belts_history AS v WHERE v.code = m.belt_code AND v.revision < m.until_revision AND v.until_revision > m.revision)`)
			if lonely != 0 {
				t.Errorf("%d rows of lists without their versions", lonely)
			}
			after, err := store.Revisions(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			transactions, err := store.Transactions(town, before, after)
			if err != nil {
				t.Fatal(err)
			}
			if got := deedsOf(transactions); got != test.told {
				t.Errorf("the town is told %q, want %q", got, test.told)
			}
		})
	}
}

// countOf is the number that a statement gives.
func countOf(ctx context.Context, t testing.TB, pool *pgxpool.Pool, statement string, args ...any) (n int) {
	t.Helper()
	if err := pool.QueryRow(ctx, statement, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// deedsOf says what transactions did to features.
func deedsOf(transactions []*geo.Transaction) string {
	var deeds []string
	for line := range strings.SplitSeq(tell(transactions), "\n") {
		for _, deed := range []string{"created", "updated", "deleted"} {
			if strings.Contains(line, deed) {
				deeds = append(deeds, deed)
			}
		}
	}
	return strings.Join(deeds, " ")
}

// A version of a station shows the towns of its list that lie within the scope, also where the station is gone.
func TestAVersionOfAStationIsSeenWithItsTowns(t *testing.T) {
	t.Parallel()
	store, _ := unpublished(t, "stations")
	stations := layerOf(t, geo.Stations)
	for _, village := range []string{otherVillage, ownVillage} {
		change := geo.Change{
			Layer: stations, Operation: geo.Upsert, Code: "W1", Geometry: orb.Point{116.3, 23.5},
			Values: map[string]any{"name": "站", "villageCode": village}, Members: map[string][]string{"townCodes": {ownTown}},
		}
		if _, err := store.Write(editor(t, ""), []geo.Change{change}, geo.WriteOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	gone := geo.Change{Layer: stations, Operation: geo.Delete, Code: "W1"}
	if _, err := store.Write(editor(t, ""), []geo.Change{gone}, geo.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	const list = "[" + ownTown + "]"
	for _, test := range []struct{ scope, want string }{{"", list + " " + list}, {ownTown, list}, {otherTown, "[]"}, {"445203001", ""}} {
		if got := lists(viewer(t, test.scope), t, store, stations, "W1"); got != test.want {
			t.Errorf("%q sees %q, want %q", test.scope, got, test.want)
		}
	}
}

// A list that stays what it is while its feature leaves a scope is of the version before, too: its rows are seen with that one,
// although they are of now. They are not seen by whoever has seen no version of theirs.
func TestAListThatOutlastsAVersionIsSeenWithIt(t *testing.T) {
	t.Parallel()
	type sight struct {
		scope, versions string // the lists of the versions that the scope sees
		rows            int    // of the list as it is now
	}
	for _, test := range []struct {
		layer      geo.LayerName
		made, left string // statements
		rows       string
		sights     []sight
	}{
		{
			geo.Stations,
			`INSERT INTO xiangtu.stations (code, name, pinyin, village_code, geom) VALUES ('W1', '站', '', '` + ownVillage + `', 'SRID=4326;POINT(116.3 23.5)');
			INSERT INTO xiangtu.station_towns (station_code, town_code) VALUES ('W1', '` + ownTown + `'), ('W1', '445203001')`,
			`UPDATE xiangtu.stations SET village_code = '` + otherVillage + `' WHERE code = 'W1'`,
			`SELECT count(*) FROM xiangtu.station_towns WHERE station_code = 'W1'`,
			[]sight{{"", "[445203001," + ownTown + "] [445203001," + ownTown + "]", 2}, {ownTown, "[" + ownTown + "]", 1}, {otherTown, "[]", 0}, {"445203001", "", 0}},
		},
		{
			geo.Belts,
			`INSERT INTO xiangtu.belts (code, name, pinyin, status, corridor_metres, geom) VALUES ('W1', '带', '', 'planned', 10, 'SRID=4326;LINESTRING(116.3 23.5, 116.4 23.6)');
			INSERT INTO xiangtu.belt_villages (belt_code, position, village_code) VALUES ('W1', 1, '` + ownVillage + `')`,
			`INSERT INTO xiangtu.belt_villages (belt_code, position, village_code) VALUES ('W1', 2, '` + otherVillage + `')`,
			`SELECT count(*) FROM xiangtu.belt_villages WHERE belt_code = 'W1'`,
			[]sight{{"", "[" + ownVillage + "] [" + ownVillage + "," + otherVillage + "]", 2}, {ownTown, "[" + ownVillage + "]", 1}, {otherTown, "", 0}},
		},
	} {
		t.Run(string(test.layer), func(t *testing.T) {
			t.Parallel()
			web, owner := confined(t)
			store := postgis.New(web)
			for _, statements := range []string{`SELECT xiangtu.publish('` + string(test.layer) + `', false)`, test.made, test.left} {
				if _, err := owner.Exec(t.Context(), statements); err != nil {
					t.Fatal(err)
				}
			}
			for _, s := range test.sights {
				ctx := viewer(t, s.scope)
				got := sight{s.scope, lists(ctx, t, store, layerOf(t, test.layer), "W1"), countOf(ctx, t, web, test.rows)}
				if got != s {
					t.Errorf("%+v, want %+v", got, s)
				}
			}
		})
	}
}

// A belt without villages is for keys of the whole map: others neither see it nor change it nor make it so, though every
// belt that they make or give other villages is without any for a moment.
func TestABeltWithoutVillagesIsOfTheWholeMap(t *testing.T) {
	t.Parallel()
	store, web := unpublished(t, "belts")
	whole, town := editor(t, ""), editor(t, ownTown)
	write := func(ctx context.Context, change geo.Change) string {
		outcomes, err := store.Write(ctx, []geo.Change{change}, geo.WriteOptions{})
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(outcomes[0].Action, " ", outcomes[0].Feature.Common().Code)
	}
	creation := func(code string, villages ...string) geo.Change {
		c := beltOf(t, code, villages...)
		c.Operation = geo.Create
		return c
	}
	unlisted := beltOf(t, "W3")
	delete(unlisted.Members, "villageCodes")
	const refused = "your key is for 445203104, and a belt without villages is for keys of the whole map"
	for _, test := range []struct {
		name   string
		ctx    context.Context
		change geo.Change
		want   string
	}{
		{"the whole map makes one", whole, creation("W0"), "created W0"},
		{"the town takes it for none", town, removalOf(t, "W0"), `there is no belt with the code "W0"`},
		{"the town gives it no villages", town, beltOf(t, "W0", ownVillage), `has the code "W0": take another`},
		{"the town makes its own", town, creation("W1", ownVillage), "created W1"},
		{"the town gives it others", town, beltOf(t, "W1", secondVillage, ownVillage), "updated W1"},
		{"the town does not empty it", town, beltOf(t, "W1"), refused},
		{"the town makes none without", town, creation("W3"), refused},
		{"the town makes none without a list", town, unlisted, refused},
		{"the town removes its own", town, removalOf(t, "W1"), "deleted W1"},
	} {
		if got := write(test.ctx, test.change); !strings.Contains(got, test.want) {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	if n := countOf(town, t, web, `SELECT count(*) FROM xiangtu.belts WHERE code = 'W0'`); n != 0 {
		t.Error("the town sees it")
	}
	if n := countOf(whole, t, web, `SELECT count(*) FROM xiangtu.belts WHERE code = 'W0'`); n != 1 {
		t.Error("the whole map does not see it")
	}
	// The database refuses it by itself, and counts what a surface would not do.
	const claim = `INSERT INTO xiangtu.belt_villages (belt_code, position, village_code) VALUES ('W0', 1, '` + ownVillage + `')`
	if _, err := web.Exec(town, claim); err == nil {
		t.Error("the town gives the belt villages")
	}
	if got := write(town, creation("W4", ownVillage)); got != "created W4" {
		t.Fatal(got)
	}
	if _, err := web.Exec(town, `DELETE FROM xiangtu.belt_villages WHERE belt_code = 'W4'`); err != nil {
		t.Fatal(err)
	}
	if got, want := lists(whole, t, store, layerOf(t, geo.Belts), "W4"), "["+ownVillage+"] []"; got != want {
		t.Errorf("after its villages were taken away it was %s, want %s", got, want)
	}
}

// A file is held to the same, belt by belt.
func TestAnImportLeavesBeltsWithoutVillagesToTheWholeMap(t *testing.T) {
	t.Parallel()
	web, _ := confined(t)
	store := postgis.New(web)
	bare := beltOf(t, "W0")
	if _, err := store.Write(editor(t, ""), []geo.Change{bare}, geo.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	feature := func(code, villages string) string {
		return `{"type":"Feature","properties":{"code":"` + code + `","name":"带","status":"planned","corridorMetres":10,"villageCodes":[` + villages +
			`]},"geometry":{"type":"LineString","coordinates":[[116.3,23.5],[116.31,23.5]]}}`
	}
	own := `"` + ownVillage + `"`
	file := feature("W0", own) + feature("W1", "") + feature("W2", own)
	report, err := importAs(editor(t, ownTown), store, layerOf(t, geo.Belts), file, postgis.ImportOptions{SkipInvalid: true})
	if err != nil {
		t.Fatal(err)
	}
	if report.Inserted != 1 || report.Refused != 2 {
		t.Errorf("%+v", report)
	}
	for _, refusal := range report.Refusals {
		if want := "a belt without villages lies outside your scope"; !strings.Contains(refusal.Reason, want) {
			t.Errorf("%+v, want %s", refusal, want)
		}
	}
	rows, err := web.Query(t.Context(), `SELECT belt_code FROM xiangtu.belt_villages WHERE belt_code LIKE 'W%'`)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := pgx.CollectRows(rows, pgx.RowTo[string]); err != nil || !slices.Equal(got, []string{"W2"}) {
		t.Errorf("%v have villages (%v)", got, err)
	}
}
