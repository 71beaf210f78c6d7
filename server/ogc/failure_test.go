package ogc_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"xiangtu/geo/postgis"
	"xiangtu/internal/pgtest"
	"xiangtu/server/ogc"
)

// What the database refuses or does not answer is told as what it is, before anything was sent.
func TestFailuresOfTheDatabase(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	impatient, err := postgis.Connect(t.Context(), url, postgis.Options{StatementTimeout: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(impatient.Close)
	a := serve(t, func(o *ogc.Options) { o.Store, o.Revisions = postgis.New(impatient), fixedRevisions{} })
	patient, err := postgis.Connect(t.Context(), url, postgis.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(patient.Close)
	locked, err := patient.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := locked.Exec(t.Context(), "LOCK TABLE xiangtu.towns IN ACCESS EXCLUSIVE MODE"); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/collections/towns/items", "/collections/towns/items?f=html", "/collections/towns/items/445203001", "/collections"} {
		requireProblem(t, a.request("GET", path), http.StatusGatewayTimeout, "STATEMENT_TIMEOUT")
	}
	if err := locked.Rollback(t.Context()); err != nil {
		t.Fatal(err)
	}
	if after := a.request("GET", "/collections/towns/items"); after.status != http.StatusOK {
		t.Errorf("afterwards: %d", after.status)
	}
	impatient.Close()
	if gone := a.request("GET", "/collections/towns/items"); gone.status < 500 || gone.header.Get("Content-Type") != "application/problem+json" || gone.header.Get("ETag") != "" {
		t.Errorf("without a database: %d %v", gone.status, gone.header)
	}
}

func requireProblem(t *testing.T, response answer, status int, code string) {
	t.Helper()
	var p struct{ Code string }
	if err := json.Unmarshal(response.body, &p); err != nil || response.status != status || p.Code != code {
		t.Errorf("%d %s, want %d %s", response.status, response.body, status, code)
	}
	for _, name := range []string{"ETag", "Content-Crs"} {
		if got := response.header.Get(name); got != "" {
			t.Errorf("a problem has the header %s: %s", name, got)
		}
	}
}
