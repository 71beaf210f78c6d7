package postgis_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/geo/exchange"
	"xiangtu/geo/postgis"
)

func villageAt(code string, west float64) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"code":"%s","name":"新村","kind":"village"},"geometry":{"type":"Polygon","coordinates":[[[%g,23.5],[%g,23.5],[%g,23.51],[%g,23.5]]]}}`,
		code, west, west+0.01, west+0.01, west)
}

func importAs(ctx context.Context, store *postgis.Store, layer *geo.Layer, text string, o postgis.ImportOptions) (postgis.ImportReport, error) {
	reports, err := store.Import(ctx, []*exchange.Reader{exchange.NewReader(layer, strings.NewReader(text), crs.WGS84)}, o)
	if err != nil {
		return postgis.ImportReport{}, err
	}
	return reports[0], nil
}

// An import by the server works under the role of its surfaces: what lies outside the actor's scope is refused by name,
// and the rest is written as by anybody else.
func TestAnImportKeepsToTheScopeOfItsActor(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	store := postgis.New(web)
	own, other := villageAt(ownTown+"999", 116.2), villageAt(otherTown+"999", 116.3)
	town := geo.Actor{Name: "霖磐镇", Role: geo.Editor, Scope: ownTown, Surface: geo.SurfaceImport}
	villages := layerNamed(t, geo.Villages)
	stations, belts := layerNamed(t, geo.Stations), layerNamed(t, geo.Belts)
	const foreignStation, foreignBelt = `SELECT xiangtu.stations.code FROM xiangtu.stations WHERE village_code NOT LIKE '445203104%' LIMIT 1`,
		`SELECT belt_code FROM xiangtu.belt_villages WHERE village_code NOT LIKE '445203104%' LIMIT 1`
	var station, belt string
	if err := owner.QueryRow(t.Context(), foreignStation).Scan(&station); err != nil {
		t.Fatal(err)
	}
	if err := owner.QueryRow(t.Context(), foreignBelt).Scan(&belt); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name    string
		actor   geo.Actor
		layer   *geo.Layer
		text    string
		o       postgis.ImportOptions
		written int
		refused string // the first refusal
		err     string
	}{
		{"nobody", geo.Actor{}, villages, own, postgis.ImportOptions{}, 0, "", "an import needs a key of the role editor"},
		{"a viewer", geo.Actor{Role: geo.Viewer}, villages, own, postgis.ImportOptions{}, 0, "", "an import needs the role editor"},
		{"outside", town, villages, own + other, postgis.ImportOptions{}, 0,
			`feature 1 (445203102999): outside_scope: code: "445203102999" lies outside your scope: your key holds for codes that begin with 445203104`, ""},
		{"outside, skipped", town, villages, other + own, postgis.ImportOptions{SkipInvalid: true}, 1, `feature 0 (445203102999): outside_scope: `, ""},
		{"inside", town, villages, villageAt(ownTown+"998", 116.4), postgis.ImportOptions{}, 1, "", ""},
		{"of the whole map", geo.Actor{Role: geo.Editor}, villages, other, postgis.ImportOptions{}, 1, "", ""},
		{"a station that stands elsewhere", town, stations, `{"type":"Feature","properties":{"code":"` + station + `","name":"站","villageCode":"` + ownVillage + `","townCodes":["` + ownTown + `"]},"geometry":{"type":"Point","coordinates":[116.3,23.5]}}`,
			postgis.ImportOptions{}, 0, `outside_scope: `, ""},
		{"a station for towns elsewhere", town, stations, `{"type":"Feature","properties":{"code":"Z9","name":"站","villageCode":"` + ownVillage + `","townCodes":["` + otherTown + `"]},"geometry":{"type":"Point","coordinates":[116.3,23.5]}}`,
			postgis.ImportOptions{}, 0, `outside_scope: code: "445203102" lies outside`, ""},
		{"a belt that runs elsewhere", town, belts, `{"type":"Feature","properties":{"code":"` + belt + `","name":"带","status":"planned","corridorMetres":10,"villageCodes":["` + ownVillage + `"]},"geometry":{"type":"LineString","coordinates":[[116.3,23.5],[116.31,23.5]]}}`,
			postgis.ImportOptions{}, 0, `outside_scope: `, ""},
	} {
		report, err := importAs(geo.WithActor(t.Context(), test.actor), store, test.layer, test.text, test.o)
		if test.err != "" {
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		first := ""
		if len(report.Refusals) > 0 {
			first = report.Refusals[0].String()
		}
		if err != nil || report.Written != (test.written > 0) || test.written > 0 && report.Inserted+report.Updated != test.written || !strings.Contains(first, test.refused) || (first == "") != (test.refused == "") {
			t.Errorf("%s: %+v, %v", test.name, report, err)
		}
	}
	var actor, surface string
	err := owner.QueryRow(t.Context(), `SELECT actor, surface FROM xiangtu.changes WHERE layer = 'villages' ORDER BY revision DESC OFFSET 1 LIMIT 1`).Scan(&actor, &surface)
	if err != nil || actor != town.Name || surface != "import" {
		t.Errorf("signed by %q, %q, %v", actor, surface, err)
	}
}

// What a feature belongs to need not be seen by whoever imports the feature.
func TestAnImportNamesWhatIsHidden(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	if _, err := owner.Exec(t.Context(), `SELECT xiangtu.publish('towns', false)`); err != nil {
		t.Fatal(err)
	}
	report, err := importAs(editor(t, ownVillage), postgis.New(web), layerNamed(t, geo.Villages), villageAt(ownVillage, 116.2), postgis.ImportOptions{})
	if err != nil || report.Updated != 1 {
		t.Errorf("%+v, %v", report, err)
	}
}

// Many features into a layer that is empty do not need the rights of its owner.
func TestAnEditorFillsAnEmptyLayer(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	if _, err := owner.Exec(t.Context(), `DELETE FROM xiangtu.grids`); err != nil {
		t.Fatal(err)
	}
	const count = 5001
	var grids strings.Builder
	for n := range count { // each hundredth of the second level, the others of the third
		code := fmt.Sprintf("%s%02d", ownVillage, n/99+1)
		if n%99 != 0 {
			code += fmt.Sprintf("%02d", n%99)
		}
		grids.WriteString(gridAt(code))
	}
	ctx := geo.WithActor(t.Context(), geo.Actor{Name: "e", Role: geo.Editor, Scope: ownTown})
	report, err := importAs(ctx, postgis.New(web), layerNamed(t, geo.Grids), gridAt(ownVillage)+grids.String(), postgis.ImportOptions{})
	if err != nil || report.Inserted != count+1 || !report.Written {
		t.Errorf("%+v, %v", report, err)
	}
}

func gridAt(code string) string {
	return strings.Replace(villageAt(code, 116.2), `"kind":"village"`, `"workers":1`, 1) + "\n"
}
