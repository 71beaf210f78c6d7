package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// gridWith is a grid of a code, with more properties.
const gridWith = `{"type":"Feature","properties":{"code":"CODE","name":"新格","workers":1MORE},"geometry":{"type":"Polygon","coordinates":[[[116.3,23.5],[116.31,23.5],[116.31,23.51],[116.3,23.5]]]}}` + "\n"

// What PostgreSQL does not hold may stand in a file: the job ends, and its report shows it.
func TestTextsThatCannotBeStoredEndTheirJob(t *testing.T) {
	r := runServe(t, "--data", t.TempDir())
	key, _ := r.keyOf(t, "Office", "--role", "editor")
	grid := func(code, more string) string {
		return strings.NewReplacer("CODE", code, "MORE", more).Replace(gridWith)
	}
	for _, test := range []struct{ name, query, body, state, want string }{
		{"a code", "", grid(`JD-\u0000`, ""), "refused", `"code":"JD-\\u0000"`},
		{"a code that is skipped", "?skipInvalid=true", grid(`JD-\u0000`, "") + grid("44520310420199", ""), "done", `"code":"JD-\\u0000"`},
		{"a code, dry", "?dryRun=true&skipInvalid=true", grid(`JD-\u0000`, ""), "done", `"code":"JD-\\u0000"`},
		{"a property's name", "", grid("44520310420198", `,"x\u0000y":1`), "done", `"ignored":["x\\u0000y"]`},
		{"a property's value", "", strings.Replace(grid("44520310420197", ""), "新格", `\u0000`, 1), "refused", `"rule":"invalid_text"`},
		{"no UTF-8", "", grid("44520310420196\xff", ""), "refused", `"rule":"invalid_text"`},
		{"a system's name", "", `{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"a\u0000b"}},"features":[]}`, "failed", ""},
	} {
		job := r.until(t, r.upload(t, "/imports/grids"+test.query, key, test.body).ID, key, ended)
		report := r.ask(t, http.MethodGet, "/imports/"+job.ID+"/report", "", key)
		if job.State != test.state || !strings.Contains(report.body, test.want) {
			t.Errorf("%s: %+v\n%d %s", test.name, job, report.status, report.body)
		}
	}
}

// A report that the database refuses for whatever reason keeps no other import waiting.
func TestAReportThatCannotBeStoredEndsItsJob(t *testing.T) {
	r := runServe(t, "--data", t.TempDir())
	key, _ := r.keyOf(t, "Office", "--role", "editor")
	conn, err := pgx.Connect(t.Context(), r.database)
	if err == nil {
		_, err = conn.Exec(t.Context(), `ALTER TABLE xiangtu.import_jobs ADD CHECK (report IS NULL)`)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(t.Context()) }()
	for range 2 {
		job := r.until(t, r.upload(t, "/imports/grids?dryRun=true", key, `{"type":"FeatureCollection","features":[]}`).ID, key, ended)
		if job.State != "failed" || !strings.HasPrefix(job.Error.Message, "the server could not keep the report of the import; nothing of it is written") {
			t.Errorf("%+v", job)
		}
	}
}
