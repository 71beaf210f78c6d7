package graph_test

import (
	"reflect"
	"strings"
	"testing"

	"xiangtu/geo"
)

// tour asks along every kind of relation, for lists, figures and GeoJSON.
const tour = `{
	villages(where: { townCode: { eq: "445203102" } }) {
		totalCount bbox nodes { code name areaSquareMetres town { name } grids(first: 3) { nodes { code workers children { code } } totalCount } belts { code villages { code } } station { code } }
		featureCollection(precision: 3) aggregate { areaSquareMetres { sum } }
	}
	stations { nodes { code towns { code } area(precision: 3) } }
	at(longitude: 116.3957, latitude: 23.578) { code name }
	search(text: "4452031") { feature { name } }
	node(id: "villages:445203102001") { id ... on Village { name } }
	layers { name count revision bbox }
}`

// A query about a moment answers what it answered then, with everything that is related, in one statement more.
func TestAQueryAboutAMoment(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	before := c.ask(t, tour, nil)["data"]
	needed := len(c.tracer.take())
	admin := geo.WithActor(t.Context(), geo.Actor{Name: "t", Role: geo.Admin})
	for _, change := range []string{
		`UPDATE xiangtu.villages SET name = name || '!'`,
		`DELETE FROM xiangtu.grids WHERE level = 3`,
		`DELETE FROM xiangtu.belt_villages`,
		`DELETE FROM xiangtu.station_towns`,
		`UPDATE xiangtu.towns SET name = name || '!'`,
	} {
		if _, err := c.pool.Exec(admin, change); err != nil {
			t.Fatal(err)
		}
	}
	if now := c.ask(t, tour, nil)["data"]; reflect.DeepEqual(now, before) {
		t.Fatal("nothing has changed")
	}
	c.tracer.take()
	for _, moment := range []string{`revision: 1, layer: VILLAGES`, `time: "` + timeOf(t, c) + `"`} {
		then := c.ask(t, "query @asOf("+moment+") "+tour, nil)
		if !reflect.DeepEqual(then["data"], before) {
			t.Errorf("%s: %v\nwas %v", moment, then, before)
		}
		if more := len(c.tracer.take()) - needed; more > 2 {
			t.Errorf("%s: %d statements more than now", moment, more)
		}
	}
}

// timeOf gives the time of the first change.
func timeOf(t *testing.T, c *client) (text string) {
	t.Helper()
	err := c.pool.QueryRow(t.Context(), `SELECT to_char(max(at), 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') FROM xiangtu.changes WHERE revision = 1`).Scan(&text)
	if err != nil {
		t.Fatal(err)
	}
	c.tracer.take()
	return text
}

func TestMomentsThatAreRefused(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	for _, test := range []struct{ moment, says string }{
		{`revision: 1`, "revision and layer"},
		{`layer: TOWNS`, "revision and layer"},
		{`time: "2026-01-01T00:00:00Z", revision: 1, layer: TOWNS`, "either time"},
		{`revision: 12, layer: TOWNS`, "revisions 1 to 1"},
	} {
		answer := string(c.post(t, `query @asOf(`+test.moment+`) { layers { name } }`, nil))
		if !strings.Contains(answer, test.says) || !strings.Contains(answer, "BAD_USER_INPUT") {
			t.Errorf("%s: %s", test.moment, answer)
		}
	}
}
