package postgis_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
)

const ownStation = "JD-S2" // it stands in the own town

// townsOf are the towns that a station serves.
func townsOf(t testing.TB, owner *pgxpool.Pool, station string) (towns []string) {
	t.Helper()
	if err := owner.QueryRow(t.Context(), `SELECT array_agg(town_code ORDER BY town_code) FROM xiangtu.station_towns WHERE station_code = $1`, station).Scan(&towns); err != nil {
		t.Fatal(err)
	}
	return towns
}

// sharedTowns are the towns of the own station: all of them, and those that are not the own one.
func sharedTowns(t testing.TB, owner *pgxpool.Pool) (all, others []string) {
	t.Helper()
	all = townsOf(t, owner, ownStation)
	others = slices.DeleteFunc(slices.Clone(all), func(town string) bool { return town == ownTown })
	if len(others) != len(all)-1 || len(others) < 2 {
		t.Fatalf("the station serves %v", all)
	}
	return all, others
}

// The list of a station replaces the one that is there. Whose scope does not reach all towns of it cannot take the others in
// or out, neither by a list nor by going back to one; he is told so, and can name what is there.
func TestTownsBeyondTheScopeStayWhatTheyAre(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	store := postgis.New(web)
	const station = ownStation
	stored := func() string { return strings.Join(townsOf(t, owner, station), ",") }
	all, others := sharedTowns(t, owner)
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

// A file is held to the same: what was exported can be imported again, also where the towns themselves are not to be seen.
func TestAnImportLeavesTownsBeyondTheScope(t *testing.T) {
	t.Parallel()
	for _, published := range []bool{true, false} {
		t.Run(fmt.Sprintf("towns published %t", published), func(t *testing.T) {
			t.Parallel()
			web, owner := confined(t)
			store := postgis.New(web)
			if _, err := owner.Exec(t.Context(), `SELECT xiangtu.publish('towns', $1)`, published); err != nil {
				t.Fatal(err)
			}
			all, others := sharedTowns(t, owner)
			for _, test := range []struct {
				name   string
				towns  []string
				want   string
				stored []string
			}{
				{"others are left out", []string{ownTown}, `"` + others[0] + `" lies outside your scope`, all},
				{"another is taken in", append([]string{otherTown}, all...), `"` + otherTown + `" lies outside your scope`, all},
				{"what is there", all, "updated 1", all},
				{"what is there once more", all, "updated 0", all},
				{"the own town goes", others, "updated 1", others},
				{"it comes back", all, "updated 1", all},
			} {
				file := `{"type":"Feature","properties":{"code":"` + ownStation + `","name":"站","villageCode":"` + ownVillage + `","townCodes":["` +
					strings.Join(test.towns, `","`) + `"]},"geometry":{"type":"Point","coordinates":[116.3,23.5]}}`
				report, err := importAs(editor(t, ownTown), store, layerOf(t, geo.Stations), file, postgis.ImportOptions{})
				if err != nil {
					t.Fatal(err)
				}
				got := fmt.Sprintf("updated %d", report.Updated)
				if report.Refused > 0 {
					got = report.Refusals[0].Reason
				}
				if stored := townsOf(t, owner, ownStation); !strings.HasPrefix(got, test.want) || !slices.Equal(stored, test.stored) {
					t.Errorf("%s: %s, %s; want %s, %s", test.name, got, stored, test.want, test.stored)
				}
			}
		})
	}
}
