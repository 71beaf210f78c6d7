package postgis_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
)

// plot is a polygon of so many degrees from a corner in the own village of the tests.
func plot(west, south, size float64) orb.Geometry {
	return orb.Polygon{{{west, south}, {west + size, south}, {west + size, south + size}, {west, south + size}, {west, south}}}
}

// editor is a context of somebody who may change the whole map.
func editor(t testing.TB, scope string) context.Context {
	t.Helper()
	return geo.WithActor(t.Context(), geo.Actor{Name: "editor", Role: geo.Editor, Scope: scope, Surface: geo.SurfaceGraphQL})
}

func layerOf(t testing.TB, name geo.LayerName) *geo.Layer {
	t.Helper()
	layer, ok := geo.LayerNamed(name)
	if !ok {
		t.Fatalf("no layer %s", name)
	}
	return layer
}

func TestWritesDoWhatTheySay(t *testing.T) {
	t.Parallel()
	web, _ := confined(t)
	store := postgis.New(web)
	ctx := editor(t, "")
	grids, stations, belts := layerOf(t, geo.Grids), layerOf(t, geo.Stations), layerOf(t, geo.Belts)
	shape := plot(116.3, 23.5, 0.01)
	all := grids.AllFields() | geo.WithGeometry
	for _, test := range []struct {
		name   string
		change geo.Change
		action geo.Action
		is     string // of the feature after it
	}{
		{"create", geo.Change{Layer: grids, Operation: geo.Create, Code: ownVillage + "99", Values: map[string]any{"name": "东一网格", "workers": int64(3)}, Geometry: shape}, geo.Created, "东一网格 dong yi wang ge 3 null"},
		{"update one value", geo.Change{Layer: grids, Operation: geo.Update, Code: ownVillage + "99", Values: map[string]any{"workers": 4.0}}, geo.Updated, "东一网格 dong yi wang ge 4 null"},
		{"what is so already", geo.Change{Layer: grids, Operation: geo.Update, Code: ownVillage + "99", Values: map[string]any{"workers": int64(4)}, Geometry: shape}, geo.Unchanged, "东一网格 dong yi wang ge 4 null"},
		{"a new name has its pinyin", geo.Change{Layer: grids, Operation: geo.Update, Code: ownVillage + "99", Values: map[string]any{"name": "西", "provenance": "测绘"}}, geo.Updated, "西 xi 4 测绘"},
		{"null is not omitted", geo.Change{Layer: grids, Operation: geo.Upsert, Code: ownVillage + "99", Values: map[string]any{"provenance": nil, "pinyin": "xi wang"}}, geo.Updated, "西 xi wang 4 null"},
		{"replace", geo.Change{Layer: grids, Operation: geo.Replace, Code: ownVillage + "99", Values: map[string]any{"name": "南", "workers": int64(1)}, Geometry: shape}, geo.Updated, "南 nan 1 null"},
		{"delete", geo.Change{Layer: grids, Operation: geo.Delete, Code: ownVillage + "99"}, geo.Deleted, "南 nan 1 null"},
		{"upsert creates", geo.Change{Layer: grids, Operation: geo.Upsert, Code: ownVillage + "99", Values: map[string]any{"name": "北", "workers": int64(0)}, Geometry: shape}, geo.Created, "北 bei 0 null"},
	} {
		test.change.Fields = all
		outcomes, err := store.Write(ctx, []geo.Change{test.change}, geo.WriteOptions{})
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		grid, _ := outcomes[0].Feature.(*geo.Grid)
		provenance := "null"
		if grid.Provenance != nil {
			provenance = *grid.Provenance
		}
		is := fmt.Sprintf("%s %s %d %s", grid.Name, grid.Pinyin, grid.Workers, provenance)
		if outcomes[0].Action != test.action || is != test.is || len(grid.Geometry) == 0 || grid.VillageCode != ownVillage {
			t.Errorf("%s: %s, %s; want %s, %s", test.name, outcomes[0].Action, is, test.action, test.is)
		}
	}
	// Lists of members are part of their features.
	for _, test := range []struct {
		change geo.Change
		action geo.Action
		list   string
	}{
		{geo.Change{Layer: belts, Operation: geo.Update, Code: "JD-B1", Members: map[string][]string{"villageCodes": {otherVillage, ownVillage}}}, geo.Updated, otherVillage + "," + ownVillage},
		{geo.Change{Layer: belts, Operation: geo.Update, Code: "JD-B1", Members: map[string][]string{"villageCodes": {ownVillage, otherVillage}}}, geo.Updated, ownVillage + "," + otherVillage},
		{geo.Change{Layer: belts, Operation: geo.Update, Code: "JD-B1", Members: map[string][]string{"villageCodes": {ownVillage, otherVillage}}}, geo.Unchanged, ownVillage + "," + otherVillage},
		{geo.Change{Layer: belts, Operation: geo.Update, Code: "JD-B1", Values: map[string]any{"corridorMetres": int64(70)}}, geo.Updated, ownVillage + "," + otherVillage},
		{geo.Change{Layer: stations, Operation: geo.Update, Code: "JD-S1", Members: map[string][]string{"townCodes": {ownTown, otherTown}}}, geo.Updated, otherTown + "," + ownTown},
		{geo.Change{Layer: stations, Operation: geo.Update, Code: "JD-S1", Members: map[string][]string{"townCodes": {otherTown, ownTown}}}, geo.Unchanged, otherTown + "," + ownTown},
		{geo.Change{Layer: stations, Operation: geo.Update, Code: "JD-S1", Members: map[string][]string{"townCodes": {}}}, geo.Updated, ""},
	} {
		outcomes, err := store.Write(ctx, []geo.Change{test.change}, geo.WriteOptions{})
		if err != nil {
			t.Fatal(err)
		}
		column, table := "village_code ORDER BY position", "belt_villages"
		if test.change.Layer == stations {
			column, table = "town_code ORDER BY town_code", "station_towns"
		}
		var list string
		err = web.QueryRow(ctx, "SELECT coalesce(string_agg("+strings.Replace(column, " ORDER", "::text, ',' ORDER", 1)+"), '') FROM xiangtu."+table+" WHERE "+strings.TrimSuffix(table[:strings.Index(table, "_")], "s")+"_code = $1", test.change.Code).Scan(&list)
		if err != nil || list != test.list || outcomes[0].Action != test.action {
			t.Errorf("%v: %s %s (%v), want %s %s", test.change.Members, outcomes[0].Action, list, err, test.action, test.list)
		}
	}
}

// Whatever is wrong is told with the code of its kind, the argument, and the place where there is one; and nothing is
// written.
func TestWritesAreRefusedWithReasons(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	store := postgis.New(web)
	before := map[string]string{}
	tables := []string{"towns", "villages", "grids", "belts", "belt_villages", "stations", "station_towns"}
	for _, table := range tables {
		before[table] = rowsOf(t, owner, "xiangtu."+table, "*")
	}
	named := func(values ...any) map[string]any {
		m := map[string]any{"name": "新"}
		for i := 0; i+1 < len(values); i += 2 {
			m[values[i].(string)] = values[i+1]
		}
		return m
	}
	bow := orb.Polygon{{{116.3, 23.5}, {116.31, 23.51}, {116.31, 23.5}, {116.3, 23.51}, {116.3, 23.5}}}
	far := ownVillage[:9] + "998"
	for _, test := range []struct {
		name   string
		scope  string
		layer  geo.LayerName
		change geo.Change
		want   string // code, path, part of the message
	}{
		{"a code of another form", "", geo.Grids, geo.Change{Operation: geo.Create, Code: "12"}, `BAD_USER_INPUT code: "12" is not of the form`},
		{"an unknown field", "", geo.Grids, geo.Change{Operation: geo.Update, Code: ownVillage, Values: map[string]any{"wokers": int64(1)}}, `BAD_USER_INPUT wokers: grids has no field "wokers"; it has code, name`},
		{"a wrong type", "", geo.Grids, geo.Change{Operation: geo.Update, Code: ownVillage, Values: map[string]any{"workers": 1.5}}, "BAD_USER_INPUT workers: 1.5 where a whole number should be"},
		{"null where there must be a value", "", geo.Grids, geo.Change{Operation: geo.Update, Code: ownVillage, Values: map[string]any{"workers": nil}}, "BAD_USER_INPUT workers: null; every feature of grids has it"},
		{"a value beyond its bounds", "", geo.Grids, geo.Change{Operation: geo.Update, Code: ownVillage, Values: map[string]any{"workers": int64(-5)}}, "BAD_USER_INPUT workers: -5, but the rule is workers >= 0 AND workers <= 1000000"},
		{"a value beyond its type", "", geo.Grids, geo.Change{Operation: geo.Update, Code: ownVillage, Values: map[string]any{"workers": int64(1) << 40}}, "BAD_USER_INPUT workers: 1099511627776, but the rule is"},
		{"none of an enumeration", "", geo.Villages, geo.Change{Operation: geo.Update, Code: ownVillage, Values: map[string]any{"kind": "city"}}, `BAD_USER_INPUT kind: "city" is none of village, community`},
		{"a name that is too long", "", geo.Villages, geo.Change{Operation: geo.Update, Code: ownVillage, Values: map[string]any{"name": strings.Repeat("长", 201)}}, "BAD_USER_INPUT name: \"" + strings.Repeat("长", 60) + "\", but the rule is name has 1 to 200 characters"},
		{"a derived field that disagrees", "", geo.Grids, geo.Change{Operation: geo.Update, Code: ownVillage, Values: map[string]any{"level": int64(3)}}, "BAD_USER_INPUT level: 3, but by the code"},
		{"a missing field", "", geo.Grids, geo.Change{Operation: geo.Create, Code: ownVillage + "98", Values: named(), Geometry: plot(116.3, 23.5, 0.01)}, "BAD_USER_INPUT workers: there is none"},
		{"a missing geometry", "", geo.Grids, geo.Change{Operation: geo.Upsert, Code: ownVillage + "98", Values: named("workers", int64(1))}, "BAD_USER_INPUT geometry: there is none; a feature of grids has a MultiPolygon"},
		{"a geometry of another type", "", geo.Grids, geo.Change{Operation: geo.Update, Code: ownVillage, Geometry: orb.Point{116, 23}}, "BAD_USER_INPUT geometry: a MultiPolygon is needed, not a Point"},
		{"a ring that is not closed", "", geo.Grids, geo.Change{Operation: geo.Update, Code: ownVillage, Geometry: orb.Polygon{{{116, 23}, {117, 23}, {117, 24}, {116, 24}}}}, "BAD_USER_INPUT geometry.coordinates[0]: the ring starts at 116, 23"},
		{"a ring that crosses itself", "", geo.Grids, geo.Change{Operation: geo.Update, Code: ownVillage, Geometry: bow}, "BAD_USER_INPUT geometry: the rings cross or touch along a line, at longitude 116.3050000, latitude 23.5050000"},
		{"a missing parent", "", geo.Grids, geo.Change{Operation: geo.Create, Code: far, Values: named("workers", int64(1)), Geometry: plot(116.3, 23.5, 0.01)}, `BAD_USER_INPUT code: villages has no feature "` + far + `": create it first`},
		{"a missing member", "", geo.Belts, geo.Change{Operation: geo.Update, Code: "JD-B1", Members: map[string][]string{"villageCodes": {ownVillage, far}}}, `BAD_USER_INPUT villageCodes[1]: villages has no feature`},
		{"a member twice", "", geo.Belts, geo.Change{Operation: geo.Update, Code: "JD-B1", Members: map[string][]string{"villageCodes": {ownVillage, ownVillage}}}, `BAD_USER_INPUT villageCodes[1]: "445203104201" is in the list twice`},
		{"a code that is taken", "", geo.Villages, geo.Change{Operation: geo.Create, Code: ownVillage, Values: named("kind", "village"), Geometry: plot(116.3, 23.5, 0.01)}, `CONFLICT code: there is already a village with the code "445203104201", of revision 1: update it`},
		{"a stale revision", "", geo.Villages, geo.Change{Operation: geo.Update, Code: ownVillage, IfRevision: new(int64(7)), Values: named()}, "CONFLICT ifRevision: the village 445203104201 has the revision 1 by now, and the change is for 7"},
		{"nothing there", "", geo.Villages, geo.Change{Operation: geo.Update, Code: far, Values: named()}, `NOT_FOUND code: there is no village with the code "` + far + `"`},
		{"nothing there to delete", "", geo.Stations, geo.Change{Operation: geo.Delete, Code: "JD-S99"}, `NOT_FOUND code: there is no station`},
		{"others name it", "", geo.Villages, geo.Change{Operation: geo.Delete, Code: ownVillage}, "CONFLICT code: 17 grids and 1 belts name the village 445203104201: take it out of them first"},
		{"outside the scope", ownTown, geo.Villages, geo.Change{Operation: geo.Update, Code: otherVillage, Values: named()}, `FORBIDDEN code: your key is for 445203104, and "445203102001" lies outside`},
		{"outside the scope, which its code does not say", ownTown, geo.Stations, geo.Change{Operation: geo.Update, Code: "JD-S3", Values: named()}, `FORBIDDEN code: the station JD-S3 is not within the scope of your key`},
		{"moved out of the scope", ownTown, geo.Stations, geo.Change{Operation: geo.Create, Code: "JD-S9", Values: named("villageCode", otherVillage), Geometry: orb.Point{116, 23}}, `FORBIDDEN villageCode: your key is for`},
	} {
		test.change.Layer = layerOf(t, test.layer)
		_, err := store.Write(editor(t, test.scope), []geo.Change{test.change}, geo.WriteOptions{})
		known, ok := errors.AsType[*geo.Error](err)
		if !ok {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		if got := string(known.Code) + " " + known.Error(); !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: %s\nwant %s", test.name, got, test.want)
		}
	}
	for _, table := range tables {
		if rowsOf(t, owner, "xiangtu."+table, "*") != before[table] {
			t.Errorf("%s has changed", table)
		}
	}
}
