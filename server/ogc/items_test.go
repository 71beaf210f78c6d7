package ogc_test

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/geo/crs"
	"xiangtu/server/ogc"
)

func TestEveryCollectionIsReadWholeByItsLinks(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	for name, count := range map[string]int{"towns": 19, "villages": 217, "grids": 3013, "belts": 3, "stations": 4} {
		for _, limit := range []int{count, count - 1, (count + 2) / 3} {
			var ids []string
			for next := fmt.Sprintf("/collections/%s/items?limit=%d&skipGeometry=%t", name, limit, limit < count); next != ""; {
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

func TestParametersSelect(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	const (
		epsg = "http://www.opengis.net/def/crs/EPSG/0/"
		gcj  = "urn:x-xiangtu:crs:GCJ02"
		bd   = "urn:x-xiangtu:crs:BD09"
	)
	for _, test := range []struct {
		query   string
		matched int
	}{
		{"stations?", 4},
		{"stations?limit=20000", 4},
		{"stations?limit=99999999999999999999999", 4},
		{"stations?code=JD-S1", 1},
		{"stations?code=JD-S1&code2=", -1},
		{"stations?code=JD-S9", 0},
		{"villages?kind=community", 18},
		{"villages?kind=community&townCode=445203104", 1},
		{"villages?name=" + url.QueryEscape("潭王村"), 1},
		{"grids?level=1", 217},
		{"grids?level=3&workers=3&limit=10000", 2097},
		{"grids?level=4", 0},
		{"belts?corridorMetres=800", 1},
		{"belts?corridorMetres=800.0", 1},
		{"stations?revision=1", 4},
		{"stations?updatedAt=2000-01-01T00:00:00Z", 0},

		{"stations?bbox=116.405,23.574,116.406,23.575", 1},
		{"stations?bbox=116.405,23.574,0,116.406,23.575,100", 1},
		{"stations?bbox=116,-90,115,90", 4},     // across the antimeridian
		{"stations?bbox=117,-90,116,90", 0},     // all but a degree
		{"stations?bbox=116.4,23.57,-10,30", 1}, // across it, and not all around
		{"stations?bbox=23.574,116.405,23.575,116.406&bbox-crs=" + epsg + "4326", 1},
		{"stations?bbox=23.574,116.405,23.575,116.406&bbox-crs=" + epsg + "4490", 1},
		{"stations?bbox=23.574,116.405,23.575,116.406&bbox-crs=[EPSG:4326]", 1},
		{"stations?bbox=-90,116,90,115&bbox-crs=" + epsg + "4326", 4},
		{"stations?bbox=116.405,23.574,116.406,23.575&bbox-crs=http://www.opengis.net/def/crs/OGC/1.3/CRS84", 1},
		{"stations?bbox=12958100,2701600,12958200,2701700&bbox-crs=" + epsg + "3857", 1},
		{"stations?bbox=116.405,23.574,116.406,23.575&bbox-crs=" + gcj, 0},
		{"stations?bbox=116.410,23.571,116.411,23.572&bbox-crs=" + gcj, 1},
		{"stations?bbox=116.416,23.578,116.417,23.579&bbox-crs=" + bd, 1},

		// Before its first import the map was empty.
		{"stations?datetime=2026-01-31T08:00:00Z", 0},
		{"stations?datetime=2026-01-31T08:00:00%2B08:00/2026-02-01T00:00:00Z", 0},
		{"stations?datetime=../2026-01-31T08:00:00Z", 0},
		{"stations?datetime=2026-01-31T08:00:00Z/", 4},
		{"stations?datetime=2126-01-31T08:00:00Z", 4},
	} {
		if test.matched < 0 {
			if got := a.request("GET", "/collections/"+strings.Replace(test.query, "?", "/items?", 1)); got.status != 400 {
				t.Errorf("%s: %d", test.query, got.status)
			}
			continue
		}
		var page items
		a.get("/collections/"+strings.Replace(test.query, "?", "/items?", 1), &page)
		if page.NumberMatched != test.matched || page.NumberReturned != test.matched {
			t.Errorf("%s: %d of %d features, want %d", test.query, page.NumberReturned, page.NumberMatched, test.matched)
		}
	}
}

func TestWrongParametersSayWhatWouldBeRight(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	for _, test := range []struct{ query, path, detail string }{
		{"towns?colour=red", "colour", "there is no such parameter; there are f, crs"},
		{"towns?level=1", "level", "countyCode"},
		{"towns?limit=0", "limit", "whole number from 1"},
		{"towns?limit=-1", "limit", "whole number from 1"},
		{"towns?limit=ten", "limit", "whole number from 1"},
		{"towns?limit=1.5", "limit", "whole number from 1"},
		{"towns?limit=", "limit", "whole number from 1"},
		{"towns?bbox=1,2,3", "bbox", "four numbers"},
		{"towns?bbox=1,2,3,4,5", "bbox", "four numbers"},
		{"towns?bbox=a,b,c,d", "bbox", "four numbers"},
		{"towns?bbox=1,2,NaN,4", "bbox", "four numbers"},
		{"towns?bbox=1,2,Inf,4", "bbox", "four numbers"},
		{"towns?bbox=", "bbox", "four numbers"},
		{"towns?bbox=116,24,117,23", "bbox", "south"},
		{"towns?bbox=23,116,24,117", "bbox", "latitude"},
		{"towns?bbox=116,23,117,24&bbox-crs=[EPSG:4326]", "bbox", "in this bbox-crs latitude comes before longitude"},
		{"towns?bbox=12958100,2701600,20037510,2701700&bbox-crs=[EPSG:3857]", "bbox", "neither beyond 20037508.34"},
		{"towns?name=%ff", "name", "no text in UTF-8"},
		{"towns?bbox-crs=[EPSG:4326]", "bbox-crs", "there is none"},
		{"towns?bbox=1,2,3,4&bbox-crs=EPSG:4326", "bbox-crs", "http://www.opengis.net/def/crs/EPSG/0/4326"},
		{"towns?crs=http://www.opengis.net/def/crs/EPSG/0/32650", "crs", "urn:x-xiangtu:crs:GCJ02"},
		{"towns?datetime=yesterday", "datetime", "2026-01-31T08:00:00Z"},
		{"towns?datetime=2026-01-31", "datetime", "2026-01-31T08:00:00Z"},
		{"towns?datetime=..", "datetime", "2026-01-31T08:00:00Z"},
		{"towns?datetime=2026-01-31T08:00:00Z/2026-02-31T08:00:00Z", "datetime", "interval"},
		{"towns?datetime=2026-02-01T00:00:00Z/2026-01-01T00:00:00Z", "datetime", "ends before it begins"},
		{"towns?datetime=2026-02-01T00:00:00Z/2026-03-01T00:00:00Z/..", "datetime", "interval"},
		{"towns?properties=name,height", "properties", `no property "height"; there are code, name`},
		{"towns?skipGeometry=yes", "skipGeometry", "neither true nor false"},
		{"towns?sortby=height", "sortby", `"height" names no property to sort by; there are code, name`},
		{"towns?sortby=", "sortby", "there are code, name"},
		{"towns?sortby=-%2Bname", "sortby", "there are code, name"},
		{"towns?sortby=name,-name", "sortby", "name is there twice"},
		{"towns?kind=city", "kind", `"city" is none of town, subdistrict, special`},
		{"towns?areaSquareMetres=big", "areaSquareMetres", "no number"},
		{"grids?level=1.5", "level", "no whole number"},
		{"grids?workers=NaN", "workers", "no whole number"},
		{"towns?updatedAt=now", "updatedAt", "no time such as"},
		{"towns?name=%00", "", "U+0000"},
		{"towns?cursor=x", "cursor", "follow the links next and prev"},
		{"towns?name=a&name=b", "name", "given 2 times"},
	} {
		response := a.request("GET", "/collections/"+strings.Replace(test.query, "?", "/items?", 1))
		var p struct{ Path, Detail string }
		if err := json.Unmarshal(response.body, &p); err != nil || response.status != http.StatusBadRequest {
			t.Errorf("%s: %d: %s", test.query, response.status, response.body)
		}
		if p.Path != test.path || !strings.Contains(p.Detail, test.detail) {
			t.Errorf("%s: %s", test.query, response.body)
		}
	}
}

func TestCoordinatesAreInTheOrderOfTheirReferenceSystem(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	for _, reference := range crs.References() {
		first, second := reference.FromWGS84(116.4053448, 23.5742542)
		for _, path := range []string{"/collections/stations/items/JD-S1?crs=", "/collections/stations/items?code=JD-S1&crs="} {
			response := a.request("GET", path+url.QueryEscape(reference.URI()))
			if got := response.header.Get("Content-Crs"); got != "<"+reference.URI()+">" {
				t.Errorf("%s: Content-Crs is %s", reference.URI(), got)
			}
			var document struct {
				Geometry struct{ Coordinates []float64 }
				Features []struct {
					Geometry struct{ Coordinates []float64 }
				}
			}
			if err := json.Unmarshal(response.body, &document); err != nil {
				t.Fatal(err)
			}
			at := document.Geometry.Coordinates
			if len(document.Features) == 1 {
				at = document.Features[0].Geometry.Coordinates
			}
			tolerance := 1e-7
			if reference.CRS.Metric() {
				tolerance = 0.02
			}
			if len(at) != 2 || math.Abs(at[0]-first) > tolerance || math.Abs(at[1]-second) > tolerance {
				t.Errorf("%s: %v, want %v, %v", reference.URI(), at, first, second)
			}
		}
	}
	if got := a.request("GET", "/collections/stations/items").header.Get("Content-Crs"); got != "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>" {
		t.Errorf("without crs Content-Crs is %s", got)
	}
}

func TestPropertiesAndGeometryCanBeLeftOut(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	for _, test := range []struct {
		query string
		names []string
	}{
		{"properties=name", []string{"name"}},
		{"properties=townCodes,code", []string{"code", "townCodes"}},
		{"properties=", nil},
		{"", []string{"code", "name", "pinyin", "provenance", "revision", "townCodes", "updatedAt", "villageCode"}},
	} {
		for _, skip := range []bool{false, true} {
			var page items
			a.get("/collections/stations/items?"+test.query+"&skipGeometry="+strconv.FormatBool(skip), &page)
			for _, f := range page.Features {
				var names []string
				for name := range f.Properties {
					names = append(names, name)
				}
				slices.Sort(names)
				if !slices.Equal(names, test.names) || (f.Geometry == nil) != skip || f.ID == "" {
					t.Errorf("%s: %s has %v and the geometry %v", test.query, f.ID, names, f.Geometry)
				}
			}
		}
	}
}

func TestSorting(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	for _, order := range []string{"name", "%2Bname", "+name", "-name", "kind,-areaSquareMetres", "-kind,+name", "-officialName", "updatedAt,-code", "-revision", "-code,name"} {
		var whole items
		a.get("/collections/villages/items?properties=kind,name,areaSquareMetres&skipGeometry=true&sortby="+order, &whole)
		var paged []string
		for next := "/collections/villages/items?limit=50&skipGeometry=true&sortby=" + order; next != ""; {
			var page items
			a.get(next, &page)
			paged = append(paged, page.ids()...)
			next = page.link("next")
		}
		if !slices.Equal(paged, whole.ids()) {
			t.Errorf("by %s pages have another order than the whole", order)
		}
		inOrder := slices.IsSortedFunc(whole.Features, func(x, y feature) int {
			switch order {
			case "name", "%2Bname", "+name":
				return strings.Compare(x.Properties["name"].(string), y.Properties["name"].(string))
			case "-name":
				return strings.Compare(y.Properties["name"].(string), x.Properties["name"].(string))
			case "kind,-areaSquareMetres":
				if c := strings.Compare(x.Properties["kind"].(string), y.Properties["kind"].(string)); c != 0 {
					return c
				}
				return int(math.Copysign(1, y.Properties["areaSquareMetres"].(float64)-x.Properties["areaSquareMetres"].(float64)))
			case "-code,name":
				return strings.Compare(y.ID, x.ID)
			}
			return 0
		})
		if !inOrder || len(whole.Features) != 217 {
			t.Errorf("by %s the %d features are not in order", order, len(whole.Features))
		}
	}
}

func TestTagsTellPagesApart(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	seen := map[string]string{}
	for _, url := range []string{"/items", "/items?f=html", "/items?limit=1", "/items?crs=[EPSG:4326]", "/items?sortby=name", "/items/JD-S1", "/items/JD-S2", "/items/JD-S1?skipGeometry=true"} {
		url = "/collections/stations" + url
		first := a.request("GET", url)
		tag := first.header.Get("ETag")
		if other, taken := seen[tag]; taken || !strings.HasPrefix(tag, `W/"`) {
			t.Errorf("%s has the ETag %s, as %s", url, tag, other)
		}
		seen[tag] = url
		again := a.request("GET", url, "If-None-Match", tag)
		if again.status != http.StatusNotModified || len(again.body) > 0 || again.header.Get("ETag") != tag {
			t.Errorf("%s again: %d, %d bytes", url, again.status, len(again.body))
		}
		head := a.request("HEAD", url)
		if head.status != http.StatusOK || len(head.body) > 0 || head.header.Get("ETag") != tag ||
			head.header.Get("Content-Crs") != first.header.Get("Content-Crs") || head.header.Get("Content-Type") != first.header.Get("Content-Type") {
			t.Errorf("HEAD %s: %d, %v", url, head.status, head.header)
		}
		if got := first.header.Get("Cache-Control"); got != "public, max-age=0, must-revalidate" {
			t.Errorf("%s: Cache-Control is %q", url, got)
		}
	}
	tag := a.request("GET", "/collections/stations/items").header.Get("ETag")
	if _, err := a.pool.Exec(t.Context(), `UPDATE xiangtu.stations SET name = name || '新' WHERE code = 'JD-S1'`); err != nil {
		t.Fatal(err)
	}
	if response := a.request("GET", "/collections/stations/items", "If-None-Match", tag); response.status != http.StatusOK {
		t.Errorf("after an edit: %d", response.status)
	}
}

// A page ends where it would be over the limit of an answer; its link goes on from there.
func TestAPageIsBoundedInBytes(t *testing.T) {
	t.Parallel()
	a := serve(t, func(o *ogc.Options) { o.MaxResponse = 50_000 })
	var ids []string
	pages := 0
	for next := "/collections/villages/items"; next != ""; pages++ {
		var page items
		response := a.get(next, &page)
		if len(response.body) > 100_000 || len(page.Features) == 0 {
			t.Fatalf("%s: %d bytes, %d features", next, len(response.body), len(page.Features))
		}
		ids = append(ids, page.ids()...)
		next = page.link("next")
	}
	if len(ids) != 217 || !slices.IsSorted(ids) || pages < 3 {
		t.Errorf("%d features on %d pages", len(ids), pages)
	}
}
