package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// upload is a job as the surface tells of it.
type upload struct {
	ID, State, Phase, File, Report string
	Features, BytesRead, Size      int64
	Error                          struct{ Code, Message, Path string }
}

// send posts a body to a path.
func (r *running) send(t *testing.T, path, contentType, authorization string, body io.Reader) answered {
	t.Helper()
	return r.sendAs(t, http.MethodPost, path, contentType, body, authorization)
}

// upload sends a file and gives the job.
func (r *running) upload(t *testing.T, path, authorization, body string) upload {
	t.Helper()
	a := r.send(t, path, "application/geo+json", authorization, strings.NewReader(body))
	var job upload
	if err := json.Unmarshal([]byte(a.body), &job); err != nil || a.status != 202 || a.header.Get("Location") != "/imports/"+job.ID {
		t.Fatalf("%s: %d %v %s", path, a.status, a.header, a.body)
	}
	return job
}

// job asks for a job.
func (r *running) job(t *testing.T, id, authorization string) (job upload) {
	t.Helper()
	a := r.ask(t, http.MethodGet, "/imports/"+id, "", authorization)
	if err := json.Unmarshal([]byte(a.body), &job); err != nil || a.status != 200 {
		t.Fatalf("%s: %d %s", id, a.status, a.body)
	}
	return job
}

// until asks for a job until it has a state.
func (r *running) until(t *testing.T, id, authorization string, is func(upload) bool) upload {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(50 * time.Millisecond) {
		job := r.job(t, id, authorization)
		if is(job) {
			return job
		}
		if time.Now().After(deadline) {
			t.Fatalf("%+v after a minute", job)
		}
	}
}

func ended(j upload) bool { return j.State != "queued" && j.State != "running" }

const gridOf = `{"type":"Feature","properties":{"code":"%s","name":"新格","workers":%d},"geometry":{"type":"Polygon","coordinates":[[[116.3,23.5],[116.31,23.5],[116.31,23.51],[116.3,23.5]]]}}` + "\n"

// A town's editor uploads files in every way there is; what becomes of each is told, and to nobody else.
func TestUploads(t *testing.T) {
	data := t.TempDir()
	r := runServe(t, "--data", data, "--max-upload", "100kB")
	town, _ := r.keyOf(t, "Linpan", "--role", "editor", "--scope", "445203104")
	other, _ := r.keyOf(t, "Yuhu", "--role", "editor", "--scope", "445203102")
	viewer, _ := r.keyOf(t, "Guest", "--role", "viewer")
	admin, _ := r.keyOf(t, "Office", "--role", "admin")
	grid := func(code string, workers int) string { return fmt.Sprintf(gridOf, code, workers) }
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	_ = w.WriteField("map", "workers=人数")
	_ = w.WriteField("dryRun", "true")
	part, _ := w.CreateFormFile("file", `C:\图\格.csv`)
	_, _ = io.WriteString(part, "code,name,人数,geometry\n44520310420197,新格,5,\"POLYGON((116.3 23.5,116.31 23.5,116.31 23.51,116.3 23.5))\"\n")
	_ = w.Close()

	for _, test := range []struct {
		name, path, contentType, body, state, report string
	}{
		{"GeoJSON", "/imports/grids", "application/geo+json", grid("44520310420199", 3), "done", `"inserted":1,"updated":0,"unchanged":0,"refused":0,"repaired":0,"written":true`},
		{"of no type, dry", "/imports/grids?dryRun=true", "application/octet-stream", grid("44520310420199", 4), "done", `"updated":1,"unchanged":0,"refused":0,"repaired":0,"written":false`},
		{"a form", "/imports/grids", w.FormDataContentType(), form.String(), "done", `"inserted":1,"updated":0,"unchanged":0,"refused":0,"repaired":0,"written":false`},
		{"a feature outside the scope", "/imports/grids", "application/geo+json", grid("44520310420198", 1) + grid("44520310200199", 1), "refused",
			`"refusals":[{"index":1,"code":"44520310200199","rule":"outside_scope","field":"code","reason":"\"44520310200199\" lies outside your scope: your key holds for codes that begin with 445203104"}]`},
		{"skipped", "/imports/grids?skipInvalid=true", "application/geo+json", grid("44520310420198", 1) + grid("44520310200199", 1), "done", `"inserted":1`},
		{"no map at all", "/imports/grids", "application/geo+json", "hello", "failed", "the file is not JSON at byte 0"},
		{"cut short", "/imports/grids", "application/geo+json", grid("44520310420199", 3)[:60], "failed", ""},
		{"another system than the file says", "/imports/grids?crs=EPSG:4527", "application/geo+json",
			`{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:4490"}},"features":[` + grid("44520310420199", 3) + `]}`, "failed", "say which it is with crs"},
	} {
		a := r.send(t, test.path, test.contentType, town, strings.NewReader(test.body))
		var job upload
		if err := json.Unmarshal([]byte(a.body), &job); err != nil || a.status != 202 {
			t.Errorf("%s: %d %s", test.name, a.status, a.body)
			continue
		}
		job = r.until(t, job.ID, town, ended)
		report := r.ask(t, http.MethodGet, "/imports/"+job.ID+"/report", "", town)
		if job.State != test.state || !strings.Contains(report.body, test.report) || (report.status == 200) != (test.state != "failed") || (job.Error.Message != "") != (test.state == "failed") {
			t.Errorf("%s: %+v\n%d %s", test.name, job, report.status, report.body)
		}
		if all := fmt.Sprintf(`"read":%d,`, job.Features); report.status == 200 && !strings.Contains(report.body, all) {
			t.Errorf("%s: at its end it has done %d features, but %s", test.name, job.Features, report.body)
		}
		for who, want := range map[string]int{town: 200, admin: 200, other: 404, viewer: 403, "": 401} {
			if a := r.ask(t, http.MethodGet, "/imports/"+job.ID, "", who); a.status != want {
				t.Errorf("%s, asked for by another: %d %s", test.name, a.status, a.body)
			}
		}
	}
	if left, _ := filepath.Glob(filepath.Join(data, "uploads", "*", "*")); len(left) > 0 {
		t.Errorf("files are left: %v", left)
	}

	for _, test := range []struct {
		name, path, authorization, body string
		status                          int
		want                            string
	}{
		{"nobody", "/imports/grids", "", "x", 401, "an import needs a key of the role editor"},
		{"a viewer", "/imports/grids", viewer, "x", 403, "an import needs the role editor"},
		{"no layer", "/imports/roads", town, "x", 404, `there is no layer \"roads\"`},
		{"a setting that there is not", "/imports/grids?dry=true", town, "x", 400, `"path":"dry"`},
		{"no truth", "/imports/grids?dryRun=maybe", town, "x", 400, `\"maybe\" is neither true nor false`},
		{"no system", "/imports/grids?crs=moon", town, "x", 400, `"path":"crs"`},
		{"no field", "/imports/grids?map=a%3Db", town, "x", 400, `"path":"map"`},
		{"nothing", "/imports/grids", town, "", 400, "the upload is empty"},
		{"too much", "/imports/grids", town, strings.Repeat(" ", 100_001), 413, "the upload has more than 98 KiB"},
		{"far too much", "/imports/grids", town, strings.Repeat(" ", 1_000_000), 413, "BODY_TOO_LARGE"},
	} {
		a := r.send(t, test.path, "application/geo+json", test.authorization, struct{ io.Reader }{strings.NewReader(test.body)})
		if a.status != test.status || !strings.Contains(a.body, test.want) || !strings.HasPrefix(a.header.Get("Content-Type"), "application/problem+json") {
			t.Errorf("%s: %d %s", test.name, a.status, a.body)
		}
	}
	if a := r.ask(t, http.MethodGet, "/imports?state=refused", "", town); a.status != 200 || strings.Count(a.body, `"id"`) != 1 {
		t.Errorf("the list of the town: %s", a.body)
	}
	if a := r.ask(t, http.MethodGet, "/imports", "", other); a.body != `{"imports":[]}`+"\n" {
		t.Errorf("the list of another: %s", a.body)
	}
	if left, _ := filepath.Glob(filepath.Join(data, "uploads", "*", "*")); len(left) > 0 {
		t.Errorf("files are left: %v", left)
	}
}
