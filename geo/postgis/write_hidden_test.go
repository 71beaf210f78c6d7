package postgis_test

import (
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
)

// What the actor does not see can be in the way all the same. He is told that it is, but not which, and not to try again.
func TestWhatIsHiddenIsInTheWay(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	store := postgis.New(web)
	const hidden = "JD-S1" // a station of another town
	for _, statement := range []string{
		`SELECT xiangtu.publish(name, false) FROM xiangtu.layers WHERE name IN ('stations', 'belts')`,
		strings.ReplaceAll(addVillage, "$1", "'"+ownTown+"999'"),
		`INSERT INTO xiangtu.belt_villages (belt_code, position, village_code) VALUES ('JD-B1', 99, '` + ownTown + `999')`,
	} {
		if _, err := owner.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	ctx := editor(t, ownTown)
	stations := layerOf(t, geo.Stations)
	station := geo.Change{Layer: stations, Code: hidden, Values: map[string]any{"name": "新", "villageCode": ownVillage}, Geometry: orb.Point{116.4, 23.5}}
	create, upsert := station, station
	create.Operation, upsert.Operation = geo.Create, geo.Upsert
	const taken = "CONFLICT code: a station that is not within the scope of your key has the code"
	for _, test := range []struct {
		name   string
		change geo.Change
		want   string
	}{
		{"create", create, taken},
		{"upsert", upsert, taken},
		{"delete", geo.Change{Layer: layerOf(t, geo.Villages), Operation: geo.Delete, Code: ownTown + "999"}, "CONFLICT code: something that is not within the scope of your key names this"},
	} {
		if got := told(t, write(ctx, store, test.change)()); !strings.HasPrefix(got, test.want) {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	file := `{"type":"Feature","properties":{"code":"` + hidden + `","name":"新","villageCode":"` + ownVillage + `"},"geometry":{"type":"Point","coordinates":[116.4,23.5]}}`
	const want = "a feature of the file has the code of one that is not within the scope of your key; nothing is written"
	if _, err := importAs(ctx, store, stations, file, postgis.ImportOptions{}); err == nil || err.Error() != want {
		t.Errorf("import: %v, want %s", err, want)
	}
}
