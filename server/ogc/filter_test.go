package ogc_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

// Filters go through all the parts of a request: this shows that they arrive, in both encodings and every reference
// system; what they mean is tested with their compiler.
func TestFilters(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	const (
		epsg   = "http://www.opengis.net/def/crs/EPSG/0/"
		around = "POLYGON((116.405 23.574,116.406 23.574,116.406 23.575,116.405 23.575,116.405 23.574))"
	)
	for _, test := range []struct {
		collection, filter, others string
		matched                    int
	}{
		{"villages", "kind = 'community'", "", 18},
		{"villages", "kind = 'community'", "&filter-lang=cql2-text&townCode=445203104", 1},
		{"villages", `{"op":"=","args":[{"property":"kind"},"community"]}`, "&filter-lang=cql2-json", 18},
		{"villages", "name = '潭王村' OR code IN ('445203001001','445203001002')", "", 3},
		{"grids", "level BETWEEN 1 AND 2", "&limit=10000", 916},
		{"stations", "S_INTERSECTS(geometry," + around + ")", "", 1},
		{"stations", "S_INTERSECTS(geometry,BBOX(116.405,23.574,116.406,23.575))", "&bbox=0,0,1,1", 0},
		{"stations", "S_INTERSECTS(geometry,BBOX(116.410,23.571,116.411,23.572))", "&filter-crs=urn:x-xiangtu:crs:GCJ02", 1},
		{"stations", "S_INTERSECTS(geometry,BBOX(23.574,116.405,23.575,116.406))", "&filter-crs=" + epsg + "4326", 1},
		{"stations", "updatedAt < TIMESTAMP('2000-01-01T00:00:00Z')", "", 0},
	} {
		var page items
		a.get("/collections/"+test.collection+"/items?filter="+url.QueryEscape(test.filter)+test.others, &page)
		if page.NumberMatched != test.matched || page.NumberReturned != test.matched {
			t.Errorf("%s %s: %d of %d, want %d", test.filter, test.others, page.NumberReturned, page.NumberMatched, test.matched)
		}
	}
}

func TestWrongFiltersSayWhereTheyBreak(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	for _, test := range []struct{ query, path, detail string }{
		{"filter=" + url.QueryEscape("kind = "), "filter", "character"},
		{"filter=" + url.QueryEscape("height > 2"), "filter", "areaSquareMetres"},
		{"filter=name='a'&filter-lang=ecql", "filter-lang", "cql2-text"},
		{"filter=name='a'&filter-crs=EPSG:1", "filter-crs", "urn:x-xiangtu:crs:GCJ02"},
		{"filter-crs=[EPSG:4326]", "filter-crs", "there is none"},
		{"filter=" + url.QueryEscape("S_INTERSECTS(geometry,POLYGON((0 0,1 1,1 0,0 1,0 0)))"), "filter", "not valid"},
	} {
		response := a.request("GET", "/collections/villages/items?"+test.query)
		var p struct{ Path, Detail string }
		if err := json.Unmarshal(response.body, &p); err != nil || response.status != http.StatusBadRequest || p.Path != test.path || !strings.Contains(p.Detail, test.detail) {
			t.Errorf("%s: %d: %s", test.query, response.status, response.body)
		}
	}
}

func TestFilteredPagesGoOn(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	var ids []string
	pages := 0
	for next := "/collections/villages/items?limit=50&sortby=-code&filter=" + url.QueryEscape("kind = 'village' AND areaSquareMetres > 1e6"); next != ""; pages++ {
		var page items
		a.get(next, &page)
		ids = append(ids, page.ids()...)
		if next = page.link("next"); next == "" && page.NumberMatched != len(ids) {
			t.Errorf("%d of %d features", len(ids), page.NumberMatched)
		}
	}
	slices.Reverse(ids)
	if pages < 2 || !slices.IsSorted(ids) {
		t.Errorf("%d pages, in order: %t", pages, slices.IsSorted(ids))
	}
}
