package ogc_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

func TestPagesLeadForthAndBack(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	for _, query := range []string{"", "&sortby=-kind,name", "&bbox=116.3,23.5,116.5,23.6", "&sortby=officialName&kind=village"} {
		var pages [][]string
		var page items
		for next := "/collections/villages/items?limit=20" + query; next != ""; next = page.link("next") {
			page = items{}
			a.get(next, &page)
			pages = append(pages, page.ids())
		}
		matched := page.NumberMatched
		if len(pages) < 2 {
			t.Fatalf("%s: one page", query)
		}
		for i := len(pages) - 2; i >= 0; i-- {
			previous := page.link("prev")
			page = items{}
			a.get(previous, &page)
			if !slices.Equal(page.ids(), pages[i]) || page.NumberMatched != matched {
				t.Errorf("%s: page %d is %v on the way back, of %d", query, i, page.ids(), page.NumberMatched)
			}
		}
		if page.link("prev") != "" {
			t.Errorf("%s: there is a page before the first", query)
		}
		next := page.link("next")
		page = items{}
		a.get(next, &page)
		if !slices.Equal(page.ids(), pages[1]) {
			t.Errorf("%s: forth again leads to %v", query, page.ids())
		}
	}
}

func TestACursorBelongsToItsQuery(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	var page items
	a.get("/collections/villages/items?limit=2&kind=village&sortby=name&f=json", &page)
	next := page.link("next")
	for _, test := range []struct {
		old, changed string
		right        bool
	}{
		{"limit=2", "limit=5", true},
		{"f=json", "f=html", true},
		{"limit=2", "limit=2&crs=[EPSG:4326]", true},
		{"limit=2", "limit=2&properties=name&skipGeometry=true", true},
		{"kind=village", "kind=community", false},
		{"&kind=village", "", false},
		{"sortby=name", "sortby=-name", false},
		{"&sortby=name", "", false},
		{"limit=2", "limit=2&bbox=116,23,117,24", false},
		{"limit=2", "limit=2&datetime=2026-01-01T00:00:00Z", false},
		{"/villages/", "/towns/", false},
		{"cursor=", "cursor=x", false},
		{"cursor=", "cursor=&x=", false},
	} {
		url := strings.Replace(next, test.old, test.changed, 1)
		if url == next && test.old != test.changed {
			t.Fatalf("%s is not in %s", test.old, next)
		}
		response := a.request("GET", url)
		if test.right {
			if response.status != http.StatusOK {
				t.Errorf("%s for %s: %d: %s", test.changed, test.old, response.status, response.body)
			}
			continue
		}
		var p struct{ Path, Code, Detail string }
		if err := json.Unmarshal(response.body, &p); err != nil || response.status != http.StatusBadRequest {
			t.Errorf("%s for %s: %d: %s", test.changed, test.old, response.status, response.body)
		}
		if p.Path == "cursor" && (p.Code != "BAD_CURSOR" || !strings.Contains(p.Detail, "follow the links next and prev")) {
			t.Errorf("%s for %s: %s", test.changed, test.old, response.body)
		}
	}
}

const insertStation = `
INSERT INTO xiangtu.stations (code, name, pinyin, village_code, geom)
SELECT $1, '站', 'zhan', '445203001001', geom FROM xiangtu.stations WHERE code = 'JD-S1'`

// stations fills the layer with so many stations that stay, S-0000 and so on.
func stations(a *api, count int) []string {
	a.t.Helper()
	var codes []string
	for i := range count {
		codes = append(codes, fmt.Sprintf("S-%04d", i))
		if _, err := a.pool.Exec(a.t.Context(), insertStation, codes[i]); err != nil {
			a.t.Fatal(err)
		}
	}
	return codes
}

// Whoever reads page by page while others insert and delete gets each feature that stays just once, in order, forth and
// back, whatever comes and goes around the cursor.
func TestPagesStayRightWhileRowsAreInserted(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	stay := stations(a, 120)
	ctx, stop := context.WithCancel(t.Context())
	var writers sync.WaitGroup
	changes := make(chan struct{}, 1)
	writers.Go(func() {
		for i := 0; ctx.Err() == nil; i++ {
			code := fmt.Sprintf("S-%04d-%d", i*37%120, i)
			if _, err := a.pool.Exec(t.Context(), insertStation, code); err != nil {
				t.Error(err)
				return
			}
			if i%3 == 0 {
				if _, err := a.pool.Exec(t.Context(), `DELETE FROM xiangtu.stations WHERE code = $1`, code); err != nil {
					t.Error(err)
					return
				}
			}
			select {
			case changes <- struct{}{}:
			default:
			}
		}
	})
	defer writers.Wait()
	defer stop()
	for _, query := range []string{"", "&sortby=name", "&sortby=-revision"} {
		last := followPages(a, "/collections/stations/items?limit=7&skipGeometry=true"+query, "next", changes, func(codes []string) {
			requireEachOnce(t, query+" forth", stay, codes, query == "")
		})
		if last != "" && query == "" {
			followPages(a, last, "prev", changes, func(codes []string) {
				requireEachOnce(t, query+" back", stay[:len(stay)-7], codes, false)
			})
		}
	}
}

// followPages reads page after page, each after a change by others, and gives the link prev of the last.
func followPages(a *api, url, rel string, changes <-chan struct{}, check func(codes []string)) (previous string) {
	var codes []string
	for url != "" {
		<-changes
		var page items
		a.get(url, &page)
		codes = append(codes, page.ids()...)
		previous, url = page.link("prev"), page.link(rel)
	}
	check(codes)
	return previous
}

func requireEachOnce(t *testing.T, name string, stay, codes []string, inOrder bool) {
	t.Helper()
	seen := map[string]int{}
	for _, code := range codes {
		seen[code]++
	}
	for _, code := range stay {
		if seen[code] != 1 {
			t.Errorf("%s: %s came %d times", name, code, seen[code])
		}
	}
	if !inOrder {
		return
	}
	if !slices.IsSorted(codes) {
		t.Errorf("%s: out of order", name)
	}
	if !slices.ContainsFunc(codes, func(code string) bool { return len(code) > len(stay[0]) }) {
		t.Errorf("%s: nothing came meanwhile", name)
	}
}

// A page whose features were all deleted meanwhile leads back to the first.
func TestAPageThatIsGoneLeadsToTheFirst(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	stations(a, 3)
	var page items
	a.get("/collections/stations/items?limit=4", &page)
	next := page.link("next")
	if _, err := a.pool.Exec(t.Context(), `DELETE FROM xiangtu.stations WHERE code LIKE 'S-%'`); err != nil {
		t.Fatal(err)
	}
	page = items{}
	a.get(next, &page)
	if page.NumberReturned != 0 || page.NumberMatched != 4 || page.link("next") != "" || page.link("prev") != "" {
		t.Errorf("%d of %d features, links %v", page.NumberReturned, page.NumberMatched, page.Links)
	}
	first := page.link("first")
	page = items{}
	a.get(first, &page)
	if page.NumberReturned != 4 {
		t.Errorf("the first page has %d features", page.NumberReturned)
	}
}

// A page asks the database for its features, and for their number only where neither the page nor its cursor tells it.
func TestStatementsOfAPage(t *testing.T) {
	t.Parallel()
	counted := &countingTracer{}
	a := serveTraced(t, counted)
	var page items
	for _, test := range []struct {
		url        string
		statements int
	}{
		{"/collections/towns/items?skipGeometry=true", 1},
		{"/collections/grids/items?limit=1000", 2},
		{"/collections/grids/items?limit=10", 2},
		{"next", 1},
		{"next", 1},
		{"prev", 1},
		{"/collections/towns/items/445203001", 1},
		{"/collections", 1},
		{"/collections/towns", 0},
		{"", 0},
	} {
		url := test.url
		if url == "next" || url == "prev" {
			url = page.link(url)
		}
		counted.statements.Store(0)
		page = items{}
		a.get(url, &page)
		if got := int(counted.statements.Load()); got != test.statements {
			t.Errorf("%s: %s statements, want %d", test.url, strconv.Itoa(got), test.statements)
		}
	}
}
