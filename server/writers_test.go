package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo"
)

// What somebody may change by whichever way: nobody is asked for a key, a key of another role or scope is refused, and
// nothing is written then.
func TestWhoMayChangeTheMapOnEverySurface(t *testing.T) {
	t.Parallel()
	r := runServe(t, "--data", t.TempDir())
	conn, err := pgx.Connect(t.Context(), r.database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	const village = "445203104201"
	ways := []struct {
		name, method, path, mediaType, body string
		admin                               bool // whether an editor is not enough
	}{
		{"GraphQL", "POST", "/graphql", "application/json",
			`{"query":"mutation { updateVillage(code: \"` + village + `\", input: {name: \"新名\"}) { errors { code } } }"}`, false},
		{"GraphQL, many", "POST", "/graphql", "application/json",
			`{"query":"mutation { a: updateVillage(code: \"` + village + `\", input: {name: \"新名\"}) { errors { code } } b: updateTown(code: \"445203104\", input: {name: \"新镇\"}) { errors { code } } }"}`, false},
		{"OGC PATCH", "PATCH", "/ogc/collections/villages/items/" + village, "application/merge-patch+json", `{"properties":{"name":"另一名"}}`, false},
		{"OGC DELETE", "DELETE", "/ogc/collections/stations/items/JD-S1", "", "", false},
		{"import", "POST", "/imports/grids", "application/geo+json", fmt.Sprintf(gridOf, "44520310420199", 3), false},
		{"publication", "POST", "/graphql", "application/json", `{"query":"mutation { publishLayer(layer: BELTS, published: false) { published } }"}`, true},
	}
	for _, who := range []struct {
		name  string
		flags []string
		want  string // the code of the refusal; empty where it is done
		admin string // the same for what needs an admin
	}{
		{"nobody", nil, "UNAUTHENTICATED", "UNAUTHENTICATED"},
		{"a viewer", []string{"--role", "viewer"}, "FORBIDDEN", "FORBIDDEN"},
		{"an editor of another town", []string{"--role", "editor", "--scope", "445203999"}, "FORBIDDEN", "FORBIDDEN"},
		{"an admin of another town", []string{"--role", "admin", "--scope", "445203999"}, "FORBIDDEN", "FORBIDDEN"},
		{"an editor of the district", []string{"--role", "editor", "--scope", "445203"}, "", "FORBIDDEN"},
		{"an admin", []string{"--role", "admin"}, "", ""},
	} {
		authorization := ""
		if who.flags != nil {
			authorization, _ = r.keyOf(t, append([]string{who.name}, who.flags...)...)
		}
		for _, way := range ways {
			if way.name == "OGC DELETE" && who.name == "an admin" {
				continue // it is gone
			}
			before := fingerprintOf(t, conn)
			a := r.sendAs(t, way.method, way.path, way.mediaType, strings.NewReader(way.body), authorization)
			if a.status == http.StatusAccepted {
				a = r.outcome(t, a, authorization)
			}
			changed := fingerprintOf(t, conn) != before
			want := who.want
			if way.admin {
				want = who.admin
			}
			refusal := refusalOf(a.body)
			switch {
			case want == "" && (refusal != "" || a.status >= 300 || !changed && who.name != "an admin"):
				t.Errorf("%s by %s: %d %s, changed: %t", way.name, who.name, a.status, a.body, changed)
			case want != "" && (refusal != want || changed):
				t.Errorf("%s by %s: %d %s, changed: %t; want %s", way.name, who.name, a.status, a.body, changed, want)
			}
			if want == "UNAUTHENTICATED" && (a.status != http.StatusUnauthorized || a.header.Get("WWW-Authenticate") == "") {
				t.Errorf("%s by %s: %d %v", way.name, who.name, a.status, a.header)
			}
		}
	}
}

// outcome waits for the end of an import, and gives its report.
func (r *running) outcome(t *testing.T, accepted answered, authorization string) answered {
	t.Helper()
	var job upload
	if err := json.Unmarshal([]byte(accepted.body), &job); err != nil {
		t.Fatal(err)
	}
	r.until(t, job.ID, authorization, ended)
	return r.ask(t, http.MethodGet, "/imports/"+job.ID+"/report", "", authorization)
}

var codeOfError = regexp.MustCompile(`"code":"([A-Z_]+)"`)

// refusalOf gives the code of the first error in an answer; empty if there is none. The report of an import has rules for
// codes.
func refusalOf(body string) string {
	if strings.Contains(body, `"rule":"outside_scope"`) {
		return string(geo.Forbidden)
	}
	if found := codeOfError.FindStringSubmatch(body); found != nil {
		return found[1]
	}
	return ""
}

// fingerprintOf is what the map is, shortly: any change changes a revision.
func fingerprintOf(t *testing.T, conn *pgx.Conn) (text string) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), `SELECT string_agg(name || revision || published, ' ' ORDER BY name) FROM xiangtu.layers`).Scan(&text); err != nil {
		t.Fatal(err)
	}
	return text
}
