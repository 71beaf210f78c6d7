package ogc_test

import (
	"slices"
	"strconv"
	"testing"

	"xiangtu/geo"
)

func TestEveryCollectionIsReadWholeByItsLinks(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	for name, count := range map[string]int{"towns": 19, "villages": 217, "grids": 3013, "belts": 3, "stations": 4} {
		for _, limit := range []int{count, count - 1, (count + 2) / 3} {
			var ids []string
			for next := "/collections/" + name + "/items?limit=" + strconv.Itoa(limit); next != ""; {
				var page items
				a.get(next, &page)
				if page.NumberMatched != count || page.NumberReturned != len(page.Features) || len(page.Features) > limit {
					t.Fatalf("%s: %d of %d features, want at most %d of %d", next, page.NumberReturned, page.NumberMatched, limit, count)
				}
				ids = append(ids, page.ids()...)
				next = page.link("next")
			}
			if len(ids) != count || !slices.IsSorted(ids) || len(slices.Compact(ids)) != count {
				t.Errorf("%s by %d: %d features in other order, or twice", name, limit, len(ids))
			}
		}
	}
	if len(geo.Layers()) != 5 {
		t.Error("a layer has come to the map that this test does not know")
	}
}
