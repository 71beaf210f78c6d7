package postgis_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
)

// execute changes the map, statement by statement.
func execute(ctx context.Context, t *testing.T, pool *pgxpool.Pool, statements ...string) {
	t.Helper()
	for _, statement := range statements {
		if _, err := pool.Exec(ctx, statement); err != nil {
			t.Fatalf("%s: %v", statement, err)
		}
	}
}

// mortal is a village of the own town that no belt and no station depends on.
const mortal = "445203104205"

// life is what befalls a village: it is renamed, gives its eastern half away, is dissolved, and founded anew.
var life = []string{
	`UPDATE xiangtu.villages SET name = '新名' WHERE code = '` + mortal + `'`,
	`UPDATE xiangtu.villages SET geom = ST_Multi(ST_ForcePolygonCCW(ST_CollectionExtract(ST_Intersection(geom, ST_MakeEnvelope(ST_XMin(geom), ST_YMin(geom), (ST_XMin(geom) + ST_XMax(geom)) / 2, ST_YMax(geom), 4326)), 3))) WHERE code = '` + mortal + `'`,
	`DELETE FROM xiangtu.grids WHERE village_code = '` + mortal + `'`,
	`DELETE FROM xiangtu.villages WHERE code = '` + mortal + `'`,
	`INSERT INTO xiangtu.villages (code, name, pinyin, kind, geom) SELECT '` + mortal + `', '新村', 'xin cun', 'village', geom FROM xiangtu.villages_history WHERE code = '` + mortal + `' LIMIT 1`,
}

func TestTheHistoryOfAFeature(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	store := postgis.New(web)
	editor := geo.Actor{Name: "霖磐镇", Role: geo.Editor, Scope: ownTown, Surface: geo.SurfaceGraphQL}
	before := time.Now().UTC()
	execute(geo.WithActor(t.Context(), editor), t, web, life...)
	admin := geo.WithActor(t.Context(), geo.Actor{Name: "区", Role: geo.Admin})
	villages := layer(t, geo.Villages)
	versions, more, err := store.History(admin, villages, mortal, postgis.HistoryForm{Limit: 10, Differences: true})
	if err != nil || more || len(versions) != 4 {
		t.Fatalf("%d versions, more: %v, %v", len(versions), more, err)
	}
	founded, halved, renamed, first := versions[0], versions[1], versions[2], versions[3]
	for _, test := range []struct {
		what      string
		got, want any
	}{
		{"founded", founded.Action, geo.Created}, {"founded stands", founded.Ended == nil && !founded.Removed, true},
		{"founded has nothing before it", len(founded.Changed) == 0 && founded.Difference == nil, true},
		{"halved", halved.Action, geo.Updated}, {"halved was removed", halved.Removed, true},
		{"halved changed", halved.Changed, []string{"areaSquareMetres"}},
		{"renamed", renamed.Action, geo.Updated}, {"renamed changed", renamed.Changed, []string{"name"}},
		{"renamed stayed in place", renamed.Difference == nil, true}, {"renamed was not removed", renamed.Removed, false},
		{"first", first.Action, geo.Created}, {"first ended with the next", first.Ended.Revision, renamed.Began.Revision},
		{"who", *halved.Began.Actor + " " + *halved.Ended.Surface, "霖磐镇 graphql"},
	} {
		if !reflect.DeepEqual(test.got, test.want) {
			t.Errorf("%s: %v, want %v", test.what, test.got, test.want)
		}
	}
	if at := halved.Began.At; at.Before(before.Add(-time.Minute)) || at.After(time.Now()) {
		t.Errorf("halved at %v", at)
	}
	if !strings.Contains(string(renamed.Properties), `"name":"新名"`) || strings.Contains(string(first.Properties), "新名") {
		t.Errorf("%s\n%s", renamed.Properties, first.Properties)
	}
	var lost float64
	err = owner.QueryRow(t.Context(), `SELECT a.area_square_metres - b.area_square_metres FROM xiangtu.villages_history AS a, xiangtu.villages_history AS b
WHERE a.code = $1 AND b.code = $1 AND a.revision = $2 AND b.revision = $3`, mortal, renamed.Began.Revision, halved.Began.Revision).Scan(&lost)
	if err != nil || halved.Difference == nil || math.Abs(halved.Difference.LostSquareMetres-lost) > lost*1e-5 || halved.Difference.GainedSquareMetres > lost*1e-5 {
		t.Errorf("%+v lost, want %v (%v)", halved.Difference, lost, err)
	}

	page, more, err := store.History(t.Context(), villages, mortal, postgis.HistoryForm{Before: founded.Began.Revision, Limit: 2})
	if err != nil || !more || len(page) != 2 || !reflect.DeepEqual(page[1].Changed, renamed.Changed) {
		t.Errorf("a page of %d, more: %v, %v: %+v", len(page), more, err, page)
	}
	if page[0].Began.Actor != nil || page[0].Ended.Surface != nil || page[0].Began.At.IsZero() {
		t.Errorf("nobody sees who: %+v", page[0].Began)
	}
}

// A belt is another when another list of villages belongs to it.
func TestTheHistoryOfAList(t *testing.T) {
	t.Parallel()
	web, _ := confined(t)
	admin := geo.WithActor(t.Context(), geo.Actor{Name: "区", Role: geo.Admin})
	execute(admin, t, web, `DELETE FROM xiangtu.belt_villages WHERE belt_code = 'JD-B1' AND position > 1`)
	versions, _, err := postgis.New(web).History(admin, layer(t, geo.Belts), "JD-B1", postgis.HistoryForm{Limit: 10, Differences: true})
	if err != nil || len(versions) != 2 || !reflect.DeepEqual(versions[0].Changed, []string{"villageCodes"}) {
		t.Fatalf("%v: %+v", errors.Unwrap(err), versions)
	}
	now, then := strings.Count(string(versions[0].Properties), `"4452`), strings.Count(string(versions[1].Properties), `"4452`)
	if now != 1 || then < 2 {
		t.Errorf("%d villages now, %d then", now, then)
	}
}

func TestAnAuditOfTheMap(t *testing.T) {
	t.Parallel()
	web, _ := confined(t)
	store := postgis.New(web)
	editor := geo.Actor{Name: "霖磐镇", Role: geo.Editor, Scope: ownTown, Surface: geo.SurfaceOGC}
	execute(geo.WithActor(t.Context(), editor), t, web, life...)
	admin := geo.WithActor(t.Context(), geo.Actor{Name: "区", Role: geo.Admin})
	for _, actor := range []geo.Actor{{}, {Role: geo.Viewer}, editor} {
		if _, err := store.Changes(geo.WithActor(t.Context(), actor), postgis.Audit{Limit: 10}); err == nil {
			t.Errorf("%q reads the audit log", actor.Role)
		}
		var rows int
		err := web.QueryRow(geo.WithActor(t.Context(), actor), `SELECT count(*) FROM xiangtu.audit(NULL, NULL, NULL, NULL, NULL, 10)`).Scan(&rows)
		if err != nil || rows != 0 {
			t.Errorf("the database gives %q %d rows of it (%v)", actor.Role, rows, err)
		}
		if _, err := web.Exec(geo.WithActor(t.Context(), actor), `SELECT actor FROM xiangtu.changes`); err == nil {
			t.Errorf("%q reads the names of actors", actor.Role)
		}
	}
	changes, err := store.Changes(admin, postgis.Audit{Layers: []geo.LayerName{geo.Villages}, Actor: &editor.Name, Limit: 10})
	if err != nil || len(changes) != 4 {
		t.Fatalf("%d changes, %v", len(changes), err)
	}
	revisions := []int64{}
	for i, c := range changes {
		revisions = append(revisions, c.Revision)
		if *c.Actor != editor.Name || *c.Surface != "ogc" || i > 0 && !c.At.Before(changes[i-1].At) {
			t.Errorf("%d: %+v", i, c)
		}
	}
	done, err := store.ChangedFeatures(admin, layer(t, geo.Villages), revisions, 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range revisions {
		for _, c := range done[r] {
			got = append(got, fmt.Sprintf("%s %v %v", c.Action, c.Before != nil, c.After != nil))
		}
	}
	want := []string{"created false true", "deleted true false", "updated true true", "updated true true"}
	if strings.Join(got, ",") != strings.Join(want, ",") {
		t.Errorf("%q, want %q", got, want)
	}
	first, err := store.ChangedFeatures(admin, layer(t, geo.Grids), []int64{1}, 5)
	if err != nil || len(first[1]) != 6 || first[1][0].Action != geo.Created {
		t.Errorf("%d of the first import, %v", len(first[1]), err)
	}
}

// An admin of a town knows who changed the town, and not who changed another.
func TestNamesWithinAScope(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	store := postgis.New(web)
	as := func(name, scope string, statements ...string) {
		t.Helper()
		execute(geo.WithActor(t.Context(), geo.Actor{Name: name, Role: geo.Editor, Scope: scope}), t, web, statements...)
	}
	const belt = `INSERT INTO xiangtu.belts (code, name, pinyin, status, corridor_metres, geom) SELECT 'T-1', name, pinyin, status, corridor_metres, geom FROM xiangtu.belts LIMIT 1;
INSERT INTO xiangtu.belt_villages (belt_code, position, village_code) VALUES ('T-1', 1, '%s')`
	for _, layer := range []struct{ name, change string }{
		{"towns", `UPDATE xiangtu.towns SET name = name || '!' WHERE code = '%.9s'`},
		{"villages", `UPDATE xiangtu.villages SET name = name || '!' WHERE code = '%s'`},
		{"grids, removed", `DELETE FROM xiangtu.grids WHERE code LIKE '%s____'`},
		{"stations", `INSERT INTO xiangtu.stations (code, name, pinyin, village_code, geom) SELECT 'T-' || '%[1]s', name, pinyin, '%[1]s', geom FROM xiangtu.stations LIMIT 1`},
	} {
		as("own "+layer.name, ownTown, fmt.Sprintf(layer.change, ownVillage))
		as("other "+layer.name, otherTown, fmt.Sprintf(layer.change, otherVillage))
	}
	as("own belts", ownTown, fmt.Sprintf(belt, ownVillage))
	as("own belts, removed", ownTown, `DELETE FROM xiangtu.belts WHERE code = 'T-1'`)
	as("other belts", otherTown, fmt.Sprintf(belt, otherVillage))
	as("other belts, removed", otherTown, `DELETE FROM xiangtu.belts WHERE code = 'T-1'`)
	if _, err := owner.Exec(t.Context(), `UPDATE xiangtu.villages SET name = name || '?'`); err != nil {
		t.Fatal(err)
	}

	names := func(scope string) (found []string) {
		t.Helper()
		changes, err := store.Changes(geo.WithActor(t.Context(), geo.Actor{Role: geo.Admin, Scope: scope}), postgis.Audit{Limit: 100})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			if strings.HasPrefix(*c.Actor, "own ") || strings.HasPrefix(*c.Actor, "other ") || *c.Surface == "sql" && *c.Actor != "unknown" {
				found = append(found, *c.Actor)
			}
		}
		return found
	}
	whole := names("")
	for scope, prefix := range map[string]string{ownTown: "own ", otherTown: "other "} {
		within := names(scope)
		for _, name := range within {
			if strings.HasPrefix(name, "own ") && prefix != "own " || strings.HasPrefix(name, "other ") && prefix != "other " {
				t.Errorf("an admin of %s is told of %s", scope, name)
			}
		}
		for _, name := range whole {
			if strings.HasPrefix(name, prefix) && !slices.Contains(within, name) {
				t.Errorf("an admin of %s is not told of %s", scope, name)
			}
		}
	}
	if !slices.Contains(whole, "own belts, removed") || !slices.Contains(whole, "other stations") {
		t.Errorf("an admin of the map is told of %q", whole)
	}

	for scope, told := range map[string]bool{"": true, otherTown: true, ownTown: false, otherVillage[:6]: true} {
		admin := geo.WithActor(t.Context(), geo.Actor{Role: geo.Admin, Scope: scope})
		versions, _, err := store.History(admin, layer(t, geo.Villages), otherVillage, postgis.HistoryForm{Limit: 10})
		if err != nil || len(versions) != 3 {
			t.Fatalf("%d versions, %v", len(versions), err)
		}
		if began := versions[1].Began; (began.Actor != nil) != told || (began.Surface != nil) != told || began.At.IsZero() {
			t.Errorf("an admin of %q is told that %v changed %s", scope, began.Actor, otherVillage)
		}
	}
}
