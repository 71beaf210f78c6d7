package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"

	"xiangtu/internal/fixture"
	"xiangtu/internal/pgtest"
)

// heldGrid is a grid of the demonstration map, whose village is in the scope of the tests.
const heldGrid = "445203104201"

// holdGrid keeps whoever wants to change a grid waiting, until the returned function is called.
func holdGrid(t *testing.T, database string) (release func()) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	if err == nil {
		_, err = conn.Exec(t.Context(), `BEGIN; SELECT FROM xiangtu.grids WHERE code = '`+heldGrid+`' FOR NO KEY UPDATE`)
	}
	if err != nil {
		t.Fatal(err)
	}
	return func() { _ = conn.Close(t.Context()) }
}

// heldUpload changes the held grid and adds others.
func heldUpload(count int) string {
	var text strings.Builder
	fmt.Fprintf(&text, gridOf, heldGrid, 99)
	for n := range count {
		fmt.Fprintf(&text, gridOf, fmt.Sprintf("%s97%02d", heldGrid, n+1), 1)
	}
	return fmt.Sprintf(gridOf, heldGrid+"97", 1) + text.String()
}

func isWriting(j upload) bool { return j.State == "running" && j.Phase == "writing" }

func TestAnImportJobThatIsCancelledLeavesTheMapAsItWas(t *testing.T) {
	r := runServe(t, "--data", t.TempDir())
	key, _ := r.keyOf(t, "Linpan", "--role", "editor", "--scope", "445203104")
	_, before := r.get(t, "/layers/grids.geojson")
	defer holdGrid(t, r.database)()

	first := r.upload(t, "/imports/grids", key, heldUpload(50))
	r.until(t, first.ID, key, isWriting)
	second := r.upload(t, "/imports/grids", key, fmt.Sprintf(gridOf, heldGrid+"96", 1))
	elsewhere := r.upload(t, "/imports/stations?dryRun=true", key, `{"type":"FeatureCollection","features":[]}`)
	r.until(t, elsewhere.ID, key, ended)
	if job := r.job(t, second.ID, key); job.State != "queued" {
		t.Errorf("the second of one layer: %+v", job)
	}
	if a := r.ask(t, http.MethodGet, "/imports/"+first.ID+"/report", "", key); a.status != 409 {
		t.Errorf("a report too early: %d %s", a.status, a.body)
	}
	third := r.upload(t, "/imports/grids", key, heldUpload(1))
	var cancelled upload
	a := r.ask(t, http.MethodDelete, "/imports/"+third.ID, "", key)
	if err := json.Unmarshal([]byte(a.body), &cancelled); err != nil || cancelled.State != "cancelled" || cancelled.Error.Message != "the import was cancelled before it began" {
		t.Errorf("one that waits: %d %s", a.status, a.body)
	}
	if a := r.ask(t, http.MethodDelete, "/imports/"+first.ID, "", key); a.status != 200 {
		t.Errorf("one that runs: %d %s", a.status, a.body)
	}
	job := r.until(t, first.ID, key, ended)
	if job.State != "cancelled" || job.Error.Message != "the import was cancelled; nothing of it is written" {
		t.Errorf("one that was running: %+v", job)
	}
	if job := r.until(t, second.ID, key, ended); job.State != "done" {
		t.Errorf("the next: %+v", job)
	}
	_, after := r.get(t, "/layers/grids.geojson")
	if strings.Contains(after, heldGrid+"97") || strings.Count(after, `"Feature"`) != strings.Count(before, `"Feature"`)+1 || !strings.Contains(after, heldGrid+`96"`) {
		t.Error("the map is not as it was with the second import")
	}
	if a := r.ask(t, http.MethodDelete, "/imports/"+second.ID, "", key); a.status != 200 || !strings.Contains(a.body, `"state":"done"`) {
		t.Errorf("one that is done: %d %s", a.status, a.body)
	}
}

// A server that is stopped tells what it did not finish; a server that is killed has another tell it. What waited goes on.
func TestImportJobsWhoseServerEnds(t *testing.T) {
	t.Parallel()
	binary := thisProgram(t)
	for _, signal := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		t.Run(signal.String(), func(t *testing.T) {
			database := pgtest.URL(t)
			if err := fixture.Prepare(t.Context(), database); err != nil {
				t.Fatal(err)
			}
			release := holdGrid(t, database)
			data := t.TempDir()
			p, r := startServer(t, binary, database, data)
			key, _ := r.keyOf(t, "Linpan", "--role", "editor", "--scope", "445203104")
			first := r.upload(t, "/imports/grids", key, heldUpload(50))
			r.until(t, first.ID, key, isWriting)
			second := r.upload(t, "/imports/grids", key, fmt.Sprintf(gridOf, heldGrid+"96", 1))

			if err := p.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			go func() { _ = p.rest() }()
			if err := within(t, "the end of the server", p.exited); (err == nil) != (signal == syscall.SIGTERM) {
				t.Errorf("the server ended with %v", err)
			}
			_, r = startServer(t, binary, database, data)
			job := r.until(t, first.ID, key, ended)
			if job.State != "interrupted" || job.Error.Message != "the server stopped meanwhile; nothing of the file is written: upload it again" {
				t.Errorf("what ran: %+v", job)
			}
			release()
			if job := r.until(t, second.ID, key, ended); job.State != "done" {
				t.Errorf("what waited: %+v", job)
			}
			_, after := r.get(t, "/layers/grids.geojson")
			if strings.Contains(after, heldGrid+"97") || !strings.Contains(after, heldGrid+`96"`) {
				t.Error("the map does not have what the jobs say")
			}
		})
	}
}

// startServer runs the program as a server.
func startServer(t *testing.T, binary, database, data string) (*process, *running) {
	t.Helper()
	p := startProgram(t, binary, "--database-url", database, "--data", data, "--listen", "127.0.0.1:0", "--drain-timeout", "1s")
	for line := range p.lines {
		if fields := strings.Fields(line); len(fields) == 2 && fields[0] == "Map" {
			go func() { _ = p.rest() }()
			return p, &running{base: strings.TrimSuffix(fields[1], "/"), database: database}
		}
	}
	t.Fatal("the server ended before it was up")
	return nil, nil
}
