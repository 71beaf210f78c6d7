package ogc_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"xiangtu/geo"
	"xiangtu/server/ogc"
	"xiangtu/server/problem"
)

// The grid that the tests make, and a village of the demonstration map.
const (
	newGrid  = "44520310420199"
	villages = "/collections/villages/items/"
	grids    = "/collections/grids/items"
	around   = `{"type":"Polygon","coordinates":[[[116.3,23.5],[116.31,23.5],[116.31,23.51],[116.3,23.51],[116.3,23.5]]]}`
)

// asEditor are the headers of an editor who sends GeoJSON, and of one who sends a patch.
var (
	asEditor = []string{"X-Role", "editor", "Content-Type", "application/geo+json"}
	asPatch  = []string{"X-Role", "editor", "Content-Type", "application/merge-patch+json"}
)

// with adds headers.
func with(headers []string, more ...string) []string {
	return append(append([]string{}, headers...), more...)
}

func TestAFeatureIsMadeReplacedChangedAndTakenAway(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	made := a.send("POST", grids, `{"type":"Feature","id":"`+newGrid+`","properties":{"name":"东一","workers":3,"provenance":"测绘"},"geometry":`+around+`}`, asEditor...)
	if made.status != http.StatusCreated || made.header.Get("Location") != a.url+grids+"/"+newGrid {
		t.Fatalf("%d %v %s", made.status, made.header, made.body)
	}
	look := func(want string) string {
		t.Helper()
		var f feature
		response := a.get(grids+"/"+newGrid, &f)
		got, err := json.Marshal([]any{f.Properties["name"], f.Properties["pinyin"], f.Properties["workers"], f.Properties["provenance"], f.Properties["villageCode"], f.Geometry.Coordinates})
		if err != nil || string(got) != want {
			t.Errorf("%s\nwant %s", got, want)
		}
		return response.header.Get("ETag")
	}
	const square = `[[[[116.3,23.5],[116.31,23.5],[116.31,23.51],[116.3,23.51],[116.3,23.5]]]]`
	read := look(`["东一","dong yi",3,"测绘","445203104201",` + square + `]`)
	if read != made.header.Get("ETag") {
		t.Errorf("made as %s, read as %s", made.header.Get("ETag"), read)
	}
	patched := a.send("PATCH", grids+"/"+newGrid, `{"properties":{"workers":4,"provenance":null}}`, with(asPatch, "If-Match", read)...)
	if patched.status != http.StatusNoContent {
		t.Fatalf("%d %s", patched.status, patched.body)
	}
	if tag := look(`["东一","dong yi",4,null,"445203104201",` + square + `]`); tag != patched.header.Get("ETag") || tag == read {
		t.Errorf("the tags are %s, %s and %s", read, patched.header.Get("ETag"), tag)
	}
	requireProblem(t, a.send("PATCH", grids+"/"+newGrid, `{"properties":{"workers":5}}`, with(asPatch, "If-Match", read)...), http.StatusPreconditionFailed, "PRECONDITION_FAILED")
	whole := `{"type":"Feature","properties":{"name":"西二","workers":1},"geometry":` + around + `}`
	requireProblem(t, a.send("PUT", grids+"/"+newGrid, whole, asEditor...), http.StatusPreconditionRequired, "PRECONDITION_REQUIRED")
	requireProblem(t, a.send("PUT", grids+"/"+newGrid, whole, with(asEditor, "If-Match", `"someone-else's"`)...), http.StatusPreconditionFailed, "PRECONDITION_FAILED")
	for _, tag := range []string{patched.header.Get("ETag"), "*"} {
		if put := a.send("PUT", grids+"/"+newGrid, whole, with(asEditor, "If-Match", tag)...); put.status != http.StatusNoContent {
			t.Errorf("%d %s", put.status, put.body)
		}
	}
	latest := look(`["西二","xi er",1,null,"445203104201",` + square + `]`)
	requireProblem(t, a.send("DELETE", grids+"/"+newGrid, "", "X-Role", "editor", "If-Match", read), http.StatusPreconditionFailed, "PRECONDITION_FAILED")
	if gone := a.send("DELETE", grids+"/"+newGrid, "", "X-Role", "editor", "If-Match", latest); gone.status != http.StatusNoContent {
		t.Errorf("%d %s", gone.status, gone.body)
	}
	for _, method := range []string{"GET", "PUT", "PATCH", "DELETE"} {
		headers := asEditor
		if method == "PATCH" {
			headers = asPatch
		}
		requireProblem(t, a.send(method, grids+"/"+newGrid, whole, with(headers, "If-Match", "*")...), http.StatusNotFound, "NOT_FOUND")
	}
}

// A change of one feature leaves the tags of others as they were, and a tag holds in whatever form it was read.
func TestATagIsOfOneFeature(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	other := a.request("GET", villages+"445203102001").header.Get("ETag")
	shifted := a.request("GET", villages+"445203104201?crs=http://www.opengis.net/def/crs/EPSG/0/3857&f=json").header.Get("ETag")
	if r := a.send("PATCH", villages+"445203104201", `{"properties":{"name":"新"}}`, with(asPatch, "If-Match", shifted)...); r.status != http.StatusNoContent {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if r := a.request("GET", villages+"445203102001", "If-None-Match", other); r.status != http.StatusNotModified {
		t.Errorf("the other: %d", r.status)
	}
	if r := a.request("GET", villages+"445203104201", "If-None-Match", shifted); r.status != http.StatusOK {
		t.Errorf("the changed: %d", r.status)
	}
}

// Coordinates are of the reference system that Content-Crs names, in the order of its axes.
func TestCoordinatesAreOfTheNamedSystem(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	for system, point := range map[string]string{
		"": "[116.4,23.5]",
		"<http://www.opengis.net/def/crs/OGC/1.3/CRS84>": "[116.4,23.5]",
		"<http://www.opengis.net/def/crs/EPSG/0/4326>":   "[23.5,116.4]",
		"http://www.opengis.net/def/crs/EPSG/0/4490":     "[23.5,116.4]",
		"<http://www.opengis.net/def/crs/EPSG/0/3857>":   "[12957588.73,2692598.22]",
		"<https://www.opengis.net/def/crs/EPSG/0/3857>":  "[12957588.73,2692598.22]",
	} {
		a.send("PATCH", "/collections/stations/items/JD-S1", `{"geometry":{"type":"Point","coordinates":[116,23]}}`, asPatch...)
		r := a.send("PATCH", "/collections/stations/items/JD-S1", `{"geometry":{"type":"Point","coordinates":`+point+`}}`, with(asPatch, "Content-Crs", system)...)
		if r.status != http.StatusNoContent {
			t.Errorf("%s: %d %s", system, r.status, r.body)
		}
		var x, y float64
		if err := a.pool.QueryRow(t.Context(), `SELECT round(ST_X(geom)::numeric, 6), round(ST_Y(geom)::numeric, 6) FROM xiangtu.stations WHERE code = 'JD-S1'`).Scan(&x, &y); err != nil || x != 116.4 || y != 23.5 {
			t.Errorf("%s: %v, %v (%v)", system, x, y, err)
		}
	}
}

// What cannot be taken is refused with the reason, and the map stays as it is.
func TestChangesAreRefusedWithReasons(t *testing.T) {
	t.Parallel()
	a := serve(t, func(o *ogc.Options) { o.MaxBody = 5000 })
	for _, test := range []struct {
		method, url, body string
		headers           []string
		status            int
		code, want        string // want is in the answer
	}{
		{"PATCH", villages + "445203104201", `{}`, asPatch[2:], 401, "UNAUTHENTICATED", "needs a key"},
		{"PATCH", villages + "445203104201", `{}`, with(asPatch[2:], "X-Role", "viewer"), 403, "FORBIDDEN", "needs the role editor"},
		{"PATCH", villages + "445203104201", `{"properties":{"name":"!"}}`, with(asPatch, "X-Scope", "445203102"), 403, "FORBIDDEN", "lies outside"},
		{"POST", "/collections/rivers/items", `{}`, asEditor, 404, "NOT_FOUND", "there is no collection"},
		{"POST", grids, `{}`, []string{"X-Role", "editor", "Content-Type", "text/xml"}, 415, "UNSUPPORTED_MEDIA_TYPE", "application/geo+json"},
		{"PATCH", villages + "445203104201", `{}`, asEditor, 415, "UNSUPPORTED_MEDIA_TYPE", "application/merge-patch+json"},
		{"POST", grids, `{"type":`, asEditor, 400, "BAD_USER_INPUT", "no JSON"},
		{"POST", grids, `[]`, asEditor, 400, "BAD_USER_INPUT", "no JSON object"},
		{"POST", grids, `null`, asEditor, 400, "BAD_USER_INPUT", "null where a feature"},
		{"POST", grids, `{"type":"FeatureCollection","features":[]}`, asEditor, 400, "BAD_USER_INPUT", "one GeoJSON Feature"},
		{"POST", grids, `{"type":"Feature","type":"Feature"}`, asEditor, 400, "BAD_USER_INPUT", "twice"},
		{"POST", grids, `{"type":"Feature","a":"` + strings.Repeat("a", 6000) + `"}`, asEditor, 413, "BODY_TOO_LARGE", ""},
		{"POST", grids, `{"type":"Feature","properties":{"code":44520310420199}}`, asEditor, 400, "BAD_USER_INPUT", `"path":"properties.code"`},
		{"POST", grids, `{"type":"Feature","id":"44520310420199","properties":{"name":"a"},"geometry":` + around + `}`, asEditor, 400, "BAD_USER_INPUT", `"path":"properties.workers"`},
		{"POST", grids, `{"type":"Feature","id":"44520310420199","properties":{"name":"a","workers":1,"colour":"red"},"geometry":` + around + `}`, asEditor, 400, "BAD_USER_INPUT", `has no field \"colour\"`},
		{"POST", grids, `{"type":"Feature","id":"44520310420199","properties":{"name":"a","workers":1},"geometry":{"type":"Polygon","coordinates":[[[116,23],[117,24],[117,23],[116,24],[116,23]]]}}`, asEditor, 400, "BAD_USER_INPUT", `"place":[116.5,23.5]`},
		{"POST", "/collections/villages/items", `{"type":"Feature","id":"445203104201","properties":{"name":"a","kind":"village"},"geometry":` + around + `}`, asEditor, 409, "CONFLICT", "there is already a village"},
		{"PATCH", villages + "445203104201", `{"id":"445203104202"}`, asPatch, 400, "BAD_USER_INPUT", "a code stays"},
		{"PATCH", villages + "445203104201", `{"properties":{"code":"445203104202"}}`, asPatch, 400, "BAD_USER_INPUT", "a code stays"},
		{"PATCH", villages + "445203104201", `{"properties":{"name":null}}`, asPatch, 400, "BAD_USER_INPUT", "null; every feature"},
		{"PATCH", villages + "445203104201", `{"geometry":null}`, asPatch, 400, "BAD_USER_INPUT", "null; a feature of villages"},
		{"PATCH", villages + "445203104201", `{}`, with(asPatch, "Content-Crs", "EPSG:4326"), 400, "BAD_USER_INPUT", `"path":"Content-Crs"`},
		{"PATCH", villages + "445203104201", `{}`, with(asPatch, "If-Match", `"1-a", "2-b"`), 400, "BAD_USER_INPUT", "several tags"},
		{"PATCH", villages + "445203104201", `{"properties":{"name":"a"}}`, with(asPatch, "If-Match", "garbage"), 412, "PRECONDITION_FAILED", "the tag of no feature"},
		{"PATCH", villages + "445203104201", `{"properties":null}`, asPatch, 400, "BAD_USER_INPUT", "null would take all of them away"},
		{"DELETE", "/collections/stations/items/JD-S1", "", []string{"X-Role", "editor", "If-None-Match", "*"}, 400, "BAD_USER_INPUT", `"path":"If-None-Match"`},
		{"PATCH", villages + "445203104201?crs=x", `{}`, asPatch, 400, "BAD_USER_INPUT", "a change has no parameters"},
		{"DELETE", villages + "445203104201", "", []string{"X-Role", "editor"}, 409, "CONFLICT", "17 grids and 1 belts name the village"},
	} {
		response := a.send(test.method, test.url, test.body, test.headers...)
		requireProblem(t, response, test.status, test.code)
		if !strings.Contains(string(response.body), test.want) {
			t.Errorf("%s %s %s: %s, want %s", test.method, test.url, test.body, response.body, test.want)
		}
	}
	var changes int
	if err := a.pool.QueryRow(t.Context(), `SELECT count(*) FROM xiangtu.changes WHERE surface = 'ogc'`).Scan(&changes); err != nil || changes != 0 {
		t.Errorf("%d changes are written (%v)", changes, err)
	}
}

// All that is wrong with a feature is said at once: what cannot be read, and what the rest breaks.
func TestAllThatIsWrongIsSaid(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	const open = `{"type":"Polygon","coordinates":[[[116,23],[117,24],[117,23],[116,24]]]}`
	for _, test := range []struct {
		name, method, url, body string
		headers                 []string
		want                    string // path, and place if there is one, of each error
	}{
		{"values and geometry", "POST", grids, `{"type":"Feature","id":"44520310420199","properties":{"name":3,"colour":"red"},"geometry":` + open + `}`, asEditor,
			"properties.colour, properties.name, geometry.coordinates[0] [116 24], properties.workers"},
		{"a geometry that cannot be read", "POST", grids, `{"type":"Feature","id":"44520310420199","properties":{"name":"a"},"geometry":{"type":"Polygon","coordinates":5}}`, asEditor,
			"geometry.coordinates, properties.workers"},
		{"properties that are none", "POST", grids, `{"type":"Feature","id":5.5,"properties":7}`, asEditor, "properties, geometry"},
		{"lists", "PATCH", "/collections/belts/items/JD-B1", `{"id":"JD-B2","properties":{"name":null,"villageCodes":["445203102001",1,2]}}`, asPatch,
			"properties.villageCodes[1], properties.villageCodes[2], id, properties.name"},
		{"one thing", "PATCH", villages + "445203104201", `{"properties":{"name":null}}`, asPatch, ""},
	} {
		response := a.send(test.method, test.url, test.body, test.headers...)
		requireProblem(t, response, http.StatusBadRequest, "BAD_USER_INPUT")
		var p problem.Problem
		if err := json.Unmarshal(response.body, &p); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, e := range p.Errors {
			where := e.Path
			if e.Place != nil {
				where += fmt.Sprint(" ", *e.Place)
			}
			got = append(got, where)
		}
		if list := strings.Join(got, ", "); list != test.want || len(got) > 0 && (p.Detail != p.Errors[0].Detail || p.Path != p.Errors[0].Path) {
			t.Errorf("%s: %s, want %s\n%s", test.name, list, test.want, response.body)
		}
	}
}

// The requests of QGIS 3.40, as its source has them (src/providers/wfs/oapif): no If-Match, Content-Crs as a bare URI and
// only where the layer is not in CRS84, coordinates in the order of the axes, all fields with null for what is empty, the
// id as a number where it has digits alone, lists as text.
func TestQGISEdits(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	const crs = "http://www.opengis.net/def/crs/EPSG/0/4326"
	const turned = `[[[[23.5,116.3],[23.5,116.31],[23.51,116.31],[23.51,116.3],[23.5,116.3]]]]`
	post := `{"geometry":{"coordinates":` + turned + `,"type":"MultiPolygon"},"properties":{"areaSquareMetres":null,"code":"` + newGrid + `","level":null,"name":"东一","parentCode":null,"pinyin":null,"provenance":null,"revision":null,"updatedAt":null,"villageCode":null,"workers":2},"type":"Feature"}`
	made := a.send("POST", grids, post, with(asEditor, "Content-Crs", crs)...)
	location := made.header.Get("Location")
	if made.status != http.StatusCreated || location[strings.LastIndex(location, "/items/")+len("/items/"):] != newGrid {
		t.Fatalf("%d %s %s", made.status, location, made.body)
	}
	for _, test := range []struct {
		method, url, body string
		headers           []string
		status            int
	}{
		{"PATCH", grids + "/" + newGrid, `{"geometry":{"coordinates":` + strings.ReplaceAll(turned, "23.51", "23.52") + `,"type":"MultiPolygon"}}`, with(asPatch, "Content-Crs", crs), 204},
		{"PATCH", grids + "/" + newGrid, `{"properties":{"name":"东二","workers":3}}`, asPatch, 204},
		{"PUT", grids + "/" + newGrid, strings.Replace(post, `{"geometry"`, `{"id":`+newGrid+`,"geometry"`, 1), with(asEditor, "Content-Crs", crs, "If-Match", "*"), 204},
		{"PATCH", "/collections/belts/items/JD-B1", `{"properties":{"villageCodes":"445203102001,445203104201"}}`, asPatch, 204},
		{"DELETE", grids + "/" + newGrid, "", []string{"X-Role", "editor"}, 204},
	} {
		response := a.send(test.method, test.url, test.body, test.headers...)
		if response.status != test.status {
			t.Errorf("%s %s: %d %s", test.method, test.body, response.status, response.body)
		}
	}
	var belt feature
	a.get("/collections/belts/items/JD-B1", &belt)
	if belt.Properties["villageCodes"] != "445203102001,445203104201" {
		t.Errorf("the belt has %v", belt.Properties["villageCodes"])
	}
}

// What is read can be sent back as it is: nothing changes.
func TestWhatIsReadCanBeSentBack(t *testing.T) {
	t.Parallel()
	a := serve(t, nil)
	for _, layer := range geo.Layers() {
		var page items
		a.get("/collections/"+string(layer.Name)+"/items?limit=1", &page)
		url := "/collections/" + string(layer.Name) + "/items/" + page.Features[0].ID
		was := a.request("GET", url, "Accept", "application/json")
		put := a.send("PUT", url, string(was.body), with(asEditor, "If-Match", was.header.Get("ETag"))...)
		is := a.request("GET", url, "Accept", "application/json")
		if put.status != http.StatusNoContent || is.header.Get("ETag") != was.header.Get("ETag") {
			t.Errorf("%s: %d %s, then %s, before %s", url, put.status, put.body, is.header.Get("ETag"), was.header.Get("ETag"))
		}
	}
}
