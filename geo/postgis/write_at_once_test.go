package postgis_test

import (
	"errors"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
)

// Updates that one statement can make are each made, found to be so already, or all refused for what is wrong with one.
func TestUpdatesAtOnce(t *testing.T) {
	t.Parallel()
	web, owner := confined(t)
	store := postgis.New(web)
	grids, belts := layerOf(t, geo.Grids), layerOf(t, geo.Belts)
	workers := func(code string, n int64, ifRevision *int64) geo.Change {
		return geo.Change{Layer: grids, Operation: geo.Update, Code: code, Values: map[string]any{"workers": n}, IfRevision: ifRevision, Fields: grids.Set("workers")}
	}
	corridor := func(code string, metres float64) geo.Change {
		return geo.Change{Layer: belts, Operation: geo.Update, Code: code, Values: map[string]any{"corridorMetres": metres}}
	}
	moved := geo.Change{Layer: grids, Operation: geo.Update, Code: cousin, Geometry: plot(116.3, 23.5, 0.01), Fields: grids.Set("areaSquareMetres")}
	var has int64
	var wide float64
	const query = `SELECT (SELECT workers FROM xiangtu.grids WHERE code = $1), (SELECT corridor_metres FROM xiangtu.belts WHERE code = 'JD-B1')`
	if err := owner.QueryRow(t.Context(), query, ownSibling).Scan(&has, &wide); err != nil {
		t.Fatal(err)
	}
	absent := ownVillage + "0177"
	for _, test := range []struct {
		name, scope string
		changes     []geo.Change
		want        string // the action and the number of revisions since, of each; or the code and the path of what is wrong
	}{
		{"all that is so already", "", []geo.Change{workers(ownSibling, has, nil)}, "unchanged 0"},
		{"some", "", []geo.Change{workers(ownSibling, has, new(int64(1))), workers(ownGrid, 91, new(int64(1))), moved}, "unchanged 0, updated 1, updated 1"},
		{"one that is absent", "", []geo.Change{workers(ownGrid, 92, nil), workers(absent, 92, nil)}, "NOT_FOUND code"},
		{"one of another revision", "", []geo.Change{workers(ownSibling, 92, new(int64(1))), workers(ownGrid, 92, new(int64(1)))}, "CONFLICT ifRevision"},
		{"one that is so already, of another revision", "", []geo.Change{workers(ownSibling, has, new(int64(9)))}, "CONFLICT ifRevision"},
		{"one beyond the scope", ownTown, []geo.Change{corridor("JD-B1", 71)}, "FORBIDDEN code"},
		{"one beyond the scope that is so already", ownTown, []geo.Change{corridor("JD-B1", wide)}, "FORBIDDEN code"},
		{"nothing is given", "", []geo.Change{{Layer: grids, Operation: geo.Update, Code: ownSibling}}, "unchanged 0"},
	} {
		before, last := rowsOf(t, owner, "xiangtu.grids", "*"), revisionOf(t, store, geo.Grids)
		outcomes, err := store.Write(editor(t, test.scope), test.changes, geo.WriteOptions{})
		var got []string
		for _, o := range outcomes {
			since := "0"
			if o.Revision > last {
				since = "1"
			}
			got = append(got, strings.ToLower(string(o.Action))+" "+since)
		}
		if known, ok := errors.AsType[*geo.Error](err); ok {
			got = []string{string(known.Code) + " " + known.Path}
			if rowsOf(t, owner, "xiangtu.grids", "*") != before {
				t.Errorf("%s: something is written", test.name)
			}
		}
		if is := strings.Join(got, ", "); is != test.want {
			t.Errorf("%s: %s (%v), want %s", test.name, is, err, test.want)
		}
	}
	var is int
	if err := owner.QueryRow(t.Context(), `SELECT count(*) FROM xiangtu.grids WHERE code = $1 AND workers = 91 OR code = $2 AND ST_XMin(geom) = 116.3`, ownGrid, cousin).Scan(&is); err != nil || is != 2 {
		t.Errorf("%d of two grids are what they were made: %v", is, err)
	}
}
