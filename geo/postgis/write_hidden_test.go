package postgis_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
	"xiangtu/geo/postgis"
)

// What the actor may not change, or does not even see, has its code all the same. He is told that the code is taken, in which
// of his features, and not to try again.
func TestACodeBeyondTheScopeIsTaken(t *testing.T) {
	t.Parallel()
	const elsewhere = "JD-S1" // a station of another town
	for _, test := range []struct {
		published bool
		refusal   string
	}{
		{true, `outside_scope: code: "445203001" lies outside your scope`},
		{false, `outside_scope: code: a station outside your scope has it: take another`},
	} {
		t.Run(fmt.Sprintf("published %t", test.published), func(t *testing.T) {
			t.Parallel()
			web, owner := confined(t)
			store := postgis.New(web)
			if _, err := owner.Exec(t.Context(), `SELECT xiangtu.publish('stations', $1)`, test.published); err != nil {
				t.Fatal(err)
			}
			before := rowsOf(t, owner, "xiangtu.stations", "*")
			ctx := editor(t, ownTown)
			stations := layerOf(t, geo.Stations)
			for _, operation := range []geo.Operation{geo.Create, geo.Upsert} {
				var changes []geo.Change
				for i, code := range []string{"W1", elsewhere} {
					changes = append(changes, geo.Change{
						Layer: stations, Operation: operation, Code: code, Geometry: orb.Point{116.4, 23.5},
						Values: map[string]any{"name": "新", "villageCode": ownVillage},
						PathOf: func(part string) string { return fmt.Sprintf("inputs[%d].%s", i, part) },
					})
				}
				_, err := store.Write(ctx, changes, geo.WriteOptions{})
				const want = `CONFLICT inputs[1].code: a station that is not within the scope of your key has the code "` + elsewhere + `": take another`
				if got := told(t, err); got != want {
					t.Errorf("%v: %s, want %s", operation, got, want)
				}
			}
			var file string
			for _, code := range []string{"W1", elsewhere} {
				file += `{"type":"Feature","properties":{"code":"` + code + `","name":"新","villageCode":"` + ownVillage + `"},"geometry":{"type":"Point","coordinates":[116.4,23.5]}}`
			}
			report, err := importAs(ctx, store, stations, file, postgis.ImportOptions{})
			if err != nil || report.Refused != 1 || report.Refusals[0].Rule != exchange.OutsideScope || !strings.HasPrefix(report.Refusals[0].String(), "feature 1 ("+elsewhere+"): "+test.refusal) {
				t.Errorf("import: %+v, %v, want %s", report, err, test.refusal)
			}
			if rowsOf(t, owner, "xiangtu.stations", "*") != before {
				t.Error("something was changed")
			}
		})
	}
}

// What names a village can be hidden from who would delete it. He is told that something does, but not what.
func TestWhatIsHiddenNamesAVillage(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	for _, statement := range []string{
		`SELECT xiangtu.publish('belts', false)`,
		strings.ReplaceAll(addVillage, "$1", "'"+ownTown+"999'"),
		`INSERT INTO xiangtu.belt_villages (belt_code, position, village_code) VALUES ('JD-B1', 99, '` + ownTown + `999')`,
	} {
		if _, err := owner.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	removal := geo.Change{Layer: layerOf(t, geo.Villages), Operation: geo.Delete, Code: ownTown + "999"}
	const want = "CONFLICT code: something that is not within the scope of your key names this"
	if got := told(t, write(editor(t, ownTown), postgis.New(web), removal)()); !strings.HasPrefix(got, want) {
		t.Errorf("%s, want %s", got, want)
	}
}
