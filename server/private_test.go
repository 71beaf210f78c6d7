package main

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb/encoding/mvt"
)

// What somebody may be, from the least to the most, with what lies in their sight of a layer that is not published: a
// pattern of its codes.
var people = []struct {
	name  string
	flags []string // of key create; nil for nobody
	sees  *regexp.Regexp
}{
	{"nobody", nil, nil},
	{"a viewer of a town", []string{"--role", "viewer", "--scope", "445203104"}, regexp.MustCompile(`^445203104`)},
	{"a viewer", []string{"--role", "viewer"}, regexp.MustCompile(`^445203`)},
	{"an editor of another town", []string{"--role", "editor", "--scope", "445203102"}, regexp.MustCompile(`^445203102`)},
	{"an editor of another district", []string{"--role", "editor", "--scope", "445202"}, regexp.MustCompile(`^445202`)},
	{"an admin", []string{"--role", "admin"}, regexp.MustCompile(`^445203`)},
}

// privatePaths are the ways to the features of a layer that is not published, each with how their codes are read.
var privatePaths = []struct {
	path  string
	codes func(*testing.T, string) []string
	open  bool // whether nobody is answered, and told of no feature
}{
	{"/graphql?query=%7Bgrids(first:10000)%7Bnodes%7Bcode%7D%7D%7D", codesInJSON, true},
	{"/graphql?query=%7Bsearch(text:%224452031%22,layers:%5BGRIDS%5D,first:100)%7Bfeature%7B...on%20Grid%7Bcode%7D%7D%7D%7D", codesInJSON, true},
	{"/graphql?query=%7Bat(longitude:116.42,latitude:23.57,layers:%5BGRIDS%5D)%7B...on%20Grid%7Bcode%7D%7D%7D", codesInJSON, true},
	{"/graphql?query=%7Bnearest(longitude:116.42,latitude:23.57,layer:GRIDS,first:9)%7Bfeature%7B...on%20Grid%7Bcode%7D%7D%7D%7D", codesInJSON, true},
	{"/graphql?query=%7Bvillages(first:400)%7Bnodes%7Bgrids%7Bnodes%7Bcode%7D%7D%7D%7D%7D", codesInJSON, true},
	{"/tiles/grids/10/842/442.mvt", codesInTile, false},
	{"/tiles/grids/10/842/442.mvt?asOf=1", codesInTile, false},
	{"/tiles/towns,grids/10/842/442.mvt", codesInTile, false},
	{"/ogc/collections/grids/tiles/WebMercatorQuad/10/442/842", codesInTile, false},
	{"/ogc/collections/grids/items?limit=10000", codesInJSON, false},
	{"/ogc/collections/grids/items?limit=10000&skipGeometry=true&filter=level%3D1", codesInJSON, false},
	{"/layers/grids.geojson", codesInJSON, false},
	{"/layers/grids.geojson?asOf=1", codesInJSON, false},
	{"/layers/grids.csv", codesInText, false},
	{"/layers/grids.kml", codesInText, false},
}

var codePattern = regexp.MustCompile(`\b4452[0-9]{2}[0-9]{6}(?:[0-9]{3}){0,3}\b`)

func codesInText(_ *testing.T, body string) []string { return codePattern.FindAllString(body, -1) }

var codeMember = regexp.MustCompile(`"code":"([0-9]+)"`)

func codesInJSON(t *testing.T, body string) (codes []string) {
	if !json.Valid([]byte(body)) {
		t.Errorf("no JSON: %.200s", body)
	}
	for _, found := range codeMember.FindAllStringSubmatch(body, -1) {
		codes = append(codes, found[1])
	}
	return codes
}

func codesInTile(t *testing.T, body string) (codes []string) {
	layers, err := mvt.Unmarshal([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, layer := range layers {
		for _, feature := range layer.Features {
			if code, _ := feature.Properties["code"].(string); layer.Name == "grids" {
				codes = append(codes, code)
			}
		}
	}
	return codes
}

// A layer that is not published is seen within the scope of a key, the same on every surface; and no answer for one
// person is kept for another, nor the other way round: everybody asks twice, in turn.
func TestALayerThatIsNotPublishedOnEverySurface(t *testing.T) {
	t.Parallel()
	r := runServe(t)
	everything := make(map[string]int)
	for _, way := range privatePaths {
		everything[way.path] = len(way.codes(t, r.ask(t, http.MethodGet, way.path, "", "").body))
		if everything[way.path] == 0 {
			t.Errorf("%s shows nothing while the layer is published", way.path)
		}
	}
	r.publish(t, "unpublish", "grids")
	keys := make([]string, len(people))
	for i, p := range people {
		if p.flags != nil {
			keys[i], _ = r.keyOf(t, append([]string{p.name}, p.flags...)...)
		}
	}
	for range 2 {
		for i, p := range people {
			for _, way := range privatePaths {
				a := r.ask(t, http.MethodGet, way.path, "", keys[i])
				if p.sees == nil && !way.open {
					if a.status != http.StatusUnauthorized || !strings.Contains(a.body, "the layer grids is not published") || a.header.Get("WWW-Authenticate") == "" {
						t.Errorf("%s, %s: %d %.300s", p.name, way.path, a.status, a.body)
					}
					continue
				}
				if a.status != http.StatusOK {
					t.Errorf("%s, %s: %d %.300s", p.name, way.path, a.status, a.body)
					continue
				}
				codes := way.codes(t, a.body)
				for _, code := range codes {
					if p.sees == nil || !p.sees.MatchString(code) {
						t.Fatalf("%s, %s: shows %s", p.name, way.path, code)
					}
				}
				if p.name == "a viewer of a town" && !way.open && len(codes) == 0 {
					t.Errorf("%s, %s: shows nothing", p.name, way.path)
				}
				if whole := len(p.flags) == 2; whole && len(codes) != everything[way.path] {
					t.Errorf("%s, %s: %d features of %d", p.name, way.path, len(codes), everything[way.path])
				}
				if !way.open && !strings.HasPrefix(a.header.Get("Cache-Control"), "private") {
					t.Errorf("%s, %s: Cache-Control %q", p.name, way.path, a.header.Get("Cache-Control"))
				}
			}
		}
	}
	r.publish(t, "publish", "grids")
	for _, way := range privatePaths {
		a := r.ask(t, http.MethodGet, way.path, "", "")
		if n := len(way.codes(t, a.body)); n != everything[way.path] {
			t.Errorf("%s: published again, and %d of %d are seen: %d %.200s", way.path, n, everything[way.path], a.status, a.body)
		}
	}
}

// publish publishes a layer, or ends that, and waits until the server has heard of it.
func (r *running) publish(t *testing.T, verb, layer string) {
	t.Helper()
	if code, stdout, stderr := execute(t, "layer", verb, layer, "--database-url", r.database); code != 0 {
		t.Fatalf("layer %s: %s%s", verb, stdout, stderr)
	}
	want := http.StatusOK
	if verb == "unpublish" {
		want = http.StatusUnauthorized
	}
	for range 200 {
		if r.ask(t, http.MethodGet, "/tiles/"+layer+".json", "", "").status == want {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("layer %s %s: the server does not hear of it", verb, layer)
}

// What lists layers says that one is there and not published, and nothing of what is in it.
func TestListsOfLayersThatAreNotPublished(t *testing.T) {
	r := runServe(t)
	r.publish(t, "unpublish", "stations")
	key, _ := r.keyOf(t, "a town", "--role", "viewer", "--scope", "445203104")
	type collection struct {
		ID        string
		Published bool
		Extent    json.RawMessage
	}
	for authorization, want := range map[string]bool{"": false, key: true} {
		var list struct{ Collections []collection }
		if err := json.Unmarshal([]byte(r.ask(t, http.MethodGet, "/ogc/collections?f=json", "", authorization).body), &list); err != nil {
			t.Fatal(err)
		}
		for _, c := range list.Collections {
			if private := c.ID == "stations"; c.Published == private || private && (c.Extent != nil) != want {
				t.Errorf("with %.12q: %+v", authorization, c)
			}
		}
	}
	// Tiles of all layers are of all that are in sight.
	for authorization, want := range map[string]bool{"": false, key: true} {
		a := r.ask(t, http.MethodGet, "/ogc/tiles/WebMercatorQuad?f=tilejson", "", authorization)
		if a.status != http.StatusOK || !strings.Contains(a.body, `"id":"towns"`) || strings.Contains(a.body, `"id":"stations"`) != want {
			t.Errorf("with %.12q: %d %s", authorization, a.status, a.body)
		}
	}
	if code, stdout, _ := execute(t, "layer", "list", "--database-url", r.database); code != 0 || !regexp.MustCompile(`stations +[1-9][0-9]* +[0-9]+ +no\n`).MatchString(stdout) {
		t.Errorf("layer list:\n%s", stdout)
	}
}
