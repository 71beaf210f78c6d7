package postgis_test

import (
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
)

// The list of a station replaces the one that is there. Whose scope does not reach all towns of it cannot take the others in
// or out, neither by a list nor by going back to one; he is told so, and can name what is there.
func TestTownsBeyondTheScopeStayWhatTheyAre(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	store := postgis.New(web)
	const station = "JD-S2" // it stands in the own town
	stored := func() (towns string) {
		t.Helper()
		if err := owner.QueryRow(t.Context(), `SELECT string_agg(town_code, ',' ORDER BY town_code) FROM xiangtu.station_towns WHERE station_code = $1`, station).Scan(&towns); err != nil {
			t.Fatal(err)
		}
		return towns
	}
	all := strings.Split(stored(), ",")
	var others []string
	for _, town := range all {
		if town != ownTown {
			others = append(others, town)
		}
	}
	if len(others) != len(all)-1 || len(others) < 2 {
		t.Fatalf("the station serves %v", all)
	}
	change := func(towns ...string) geo.Change {
		return geo.Change{Layer: layerOf(t, geo.Stations), Operation: geo.Update, Code: station, Members: map[string][]string{"townCodes": towns}}
	}
	for _, test := range []struct {
		name   string
		change geo.Change
		want   string // the action, or the error
		towns  []string
	}{
		{"others are left out", change(ownTown), `FORBIDDEN townCodes: your key is for 445203104, and "` + others[0] + `", which lies outside, would be left out: name it, too`, all},
		{"another is taken in", change(append([]string{otherTown}, all...)...), `FORBIDDEN townCodes[0]: your key is for 445203104, and "` + otherTown + `" lies outside`, all},
		{"what is there", change(all...), "unchanged", all},
		{"the own town goes", change(others...), "updated", others},
		{"it comes back", change(all...), "updated", all},
	} {
		outcomes, err := store.Write(editor(t, ownTown), []geo.Change{test.change}, geo.WriteOptions{})
		var got string
		if err != nil {
			got = told(t, err)
		} else {
			got = string(outcomes[0].Action)
		}
		if got != test.want || stored() != strings.Join(test.towns, ",") {
			t.Errorf("%s: %s, %s; want %s, %s", test.name, got, stored(), test.want, test.towns)
		}
	}
	if _, err := store.Write(editor(t, ""), []geo.Change{change(ownTown)}, geo.WriteOptions{}); err != nil {
		t.Fatal(err)
	}
	back := geo.Change{Layer: layerOf(t, geo.Stations), Operation: geo.Revert, Code: station, ToRevision: 1}
	if got := told(t, write(editor(t, ownTown), store, back)()); !strings.HasPrefix(got, "FORBIDDEN townCodes[") || stored() != ownTown {
		t.Errorf("going back: %s, %s", got, stored())
	}
}
