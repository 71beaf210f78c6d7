package graph_test

import (
	"strings"
	"testing"

	"xiangtu/geo"
)

func TestTheHistoryOfAVillage(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	editor := geo.WithActor(t.Context(), geo.Actor{Name: "霖磐镇", Role: geo.Editor, Scope: "445203104", Surface: geo.SurfaceGraphQL})
	for _, statement := range []string{
		`UPDATE xiangtu.villages SET name = '新名' WHERE code = '445203104205'`,
		`UPDATE xiangtu.villages SET geom = ST_Multi(ST_ForcePolygonCCW(ST_Translate(geom, 0.001, 0.001))) WHERE code = '445203104205'`,
	} {
		if _, err := c.pool.Exec(editor, statement); err != nil {
			t.Fatal(err)
		}
	}
	c.tracer.take()
	const query = `{ history(layer: VILLAGES, code: "445203104205") {
		revision action changed removed properties geometry(precision: 3) began { actor at } ended { revision }
		difference { gained(precision: 4, crs: GCJ02) lostSquareMetres } } }`
	answer := string(c.post(t, query, nil))
	for _, part := range []string{
		`"revision":3,"action":"UPDATED","changed":["areaSquareMetres"],"removed":false`, `"name":"新名"`, `"ended":null`,
		`"difference":{"gained":{"type":"MultiPolygon"`, `"action":"CREATED","changed":[]`, `"ended":{"revision":2}`, `"actor":null`,
	} {
		if !strings.Contains(answer, part) {
			t.Errorf("without %s: %.3000s", part, answer)
		}
	}
	if n := len(c.tracer.take()); n != 1 {
		t.Errorf("%d statements", n)
	}
	if gone := string(c.post(t, `{ history(layer: TOWNS, code: "none") { revision } }`, nil)); gone != `{"data":{"history":[]}}` {
		t.Error(gone)
	}
}

// Admins see who changed what, in one statement and one more for each layer whose features are asked for.
func TestTheAuditLogIsForAdmins(t *testing.T) {
	t.Parallel()
	c := newClient(t)
	admin := geo.WithActor(t.Context(), geo.Actor{Name: "区", Role: geo.Admin, Surface: geo.SurfaceOGC})
	for range 3 {
		for _, table := range []string{"villages", "grids"} {
			if _, err := c.pool.Exec(admin, `UPDATE xiangtu.`+table+` SET name = name || '!' WHERE code LIKE '445203104%'`); err != nil {
				t.Fatal(err)
			}
		}
	}
	c.tracer.take()
	const query = `{ changes(actor: "区", surface: "ogc") { layer revision at actor surface features(first: 2) { code action before { properties } after { geometry(precision: 2) properties } } } }`
	answer := string(c.postAs(admin, t, query, nil))
	if strings.Count(answer, `"actor":"区"`) != 6 || strings.Count(answer, `"action":"UPDATED"`) != 12 {
		t.Errorf("%.2000s", answer)
	}
	if n := len(c.tracer.take()); n != 3 {
		t.Errorf("%d statements", n)
	}
	for role, code := range map[geo.Role]string{geo.Nobody: "UNAUTHENTICATED", geo.Viewer: "FORBIDDEN", geo.Editor: "FORBIDDEN"} {
		if answer := string(c.postAs(geo.WithActor(t.Context(), geo.Actor{Role: role}), t, query, nil)); !strings.Contains(answer, `"code":"`+code+`"`) {
			t.Errorf("%q: %s", role, answer)
		}
	}
}

// What is written as it was is a change like any other, also of what is gone, with its list of members.
func TestReverting(t *testing.T) {
	t.Parallel()
	c := newClient(t).as(editor)
	const village = `{ village(code: "445203104205") { name geometry areaSquareMetres } belt(code: "JD-B1") { status villages { code } } }`
	before := compact(c.data(t, village, nil))
	for _, test := range []struct{ name, mutation, want string }{
		{"change", `a: updateVillage(code: "445203104205", input: {name: "新名", provenance: "测绘"}) { revision } b: updateBelt(code: "JD-B1", input: {status: PLANNED, villageCodes: ["445203104201"]}) { revision }`,
			`{"a":{"revision":2},"b":{"revision":2}}`},
		{"what would be", `revertVillage(code: "445203104205", toRevision: 1, dryRun: true) { action village { name } errors { message } }`,
			`{"revertVillage":{"action":"UPDATED","errors":[],"village":{"name":"东仓村"}}}`},
		{"stale", `revertVillage(code: "445203104205", toRevision: 1, ifRevision: 1) { errors { code path } }`,
			`{"revertVillage":{"errors":[{"code":"CONFLICT","path":"ifRevision"}]}}`},
		{"no such version", `revertVillage(code: "445203104999", toRevision: 1) { errors { code path message } }`,
			`{"revertVillage":{"errors":[{"code":"NOT_FOUND","message":"there was no village with the code \"445203104999\" at the revision 1: its history has the revisions of its versions","path":"toRevision"}]}}`},
		{"a version to come", `revertVillage(code: "445203104205", toRevision: 999) { errors { code path message } }`,
			`{"revertVillage":{"errors":[{"code":"NOT_FOUND","message":"there was no village with the code \"445203104205\" at the revision 999: its history has the revisions of its versions","path":"toRevision"}]}}`},
		{"both", `a: revertVillage(code: "445203104205", toRevision: 1, ifRevision: 2) { action revision } b: revertBelt(code: "JD-B1", toRevision: 1) { action revision }`,
			`{"a":{"action":"UPDATED","revision":3},"b":{"action":"UPDATED","revision":3}}`},
		{"as it is", `revertBelt(code: "JD-B1", toRevision: 1) { action revision }`, `{"revertBelt":{"action":"UNCHANGED","revision":3}}`},
		{"take away", `deleteBelt(code: "JD-B1") { action }`, `{"deleteBelt":{"action":"DELETED"}}`},
		{"bring back", `revertBelt(code: "JD-B1", toRevision: 3) { action errors { message } }`, `{"revertBelt":{"action":"CREATED","errors":[]}}`},
	} {
		if got := compact(c.data(t, "mutation {"+test.mutation+"}", nil)); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	if after := compact(c.data(t, village, nil)); after != before {
		t.Errorf("%s\nwas %s", after, before)
	}
}
