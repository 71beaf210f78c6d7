package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// graphQL asks and gives the answer.
func (r *running) graphQL(t *testing.T, query, authorization string) answered {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	return r.ask(t, http.MethodPost, "/graphql", string(body), authorization)
}

// signedTiles asks for signed URLs, and gives the paths of a tile and of the TileJSON.
func (r *running) signedTiles(t *testing.T, layers string, seconds int, authorization string) (tile, tileJSON string) {
	t.Helper()
	a := r.graphQL(t, fmt.Sprintf(`{ signedTiles(layers: [%s], expiresIn: %d) { tileUrl tileJsonUrl expiresAt } }`, layers, seconds), authorization)
	var answer struct {
		Data struct {
			SignedTiles struct {
				TileURL, TileJSONURL string
				ExpiresAt            time.Time
			}
		}
	}
	if err := json.Unmarshal([]byte(a.body), &answer); err != nil || answer.Data.SignedTiles.TileURL == "" {
		t.Fatalf("%s: %v", a.body, err)
	}
	s := answer.Data.SignedTiles
	if left := time.Until(s.ExpiresAt); left > time.Duration(seconds)*time.Second || left < time.Duration(seconds-5)*time.Second {
		t.Errorf("it ends in %v", left)
	}
	return r.pathOf(s.TileURL), strings.TrimPrefix(s.TileJSONURL, r.base)
}

// pathOf gives the path of a tile with something in it, by the template of tiles.
func (r *running) pathOf(template string) string {
	return strings.TrimPrefix(strings.NewReplacer("{z}", "10", "{x}", "842", "{y}", "442").Replace(template), r.base)
}

func TestSignedTiles(t *testing.T) {
	t.Parallel()
	r := runServe(t)
	r.publish(t, "unpublish", "grids")
	town, _ := r.keyOf(t, "a town", "--role", "viewer", "--scope", "445203104")
	tile, tileJSON := r.signedTiles(t, "GRIDS, TOWNS", 600, town)

	withKey := r.ask(t, http.MethodGet, "/tiles/towns,grids/10/842/442.mvt", "", town)
	signed := r.ask(t, http.MethodGet, tile, "", "")
	if signed.status != 200 || signed.body != withKey.body || len(codesInTile(t, signed.body)) == 0 {
		t.Errorf("%s: %d, %d bytes; with the key %d bytes", tile, signed.status, len(signed.body), len(withKey.body))
	}
	// What the TileJSON leads to is signed, too, also where there is a filter.
	for _, path := range []string{tileJSON, tileJSON + "&filter=name%20IS%20NOT%20NULL"} {
		a := r.ask(t, http.MethodGet, path, "", "")
		var described struct{ Tiles []string }
		if err := json.Unmarshal([]byte(a.body), &described); err != nil || len(described.Tiles) != 1 {
			t.Fatalf("%s: %d %s", path, a.status, a.body)
		}
		if got := r.ask(t, http.MethodGet, r.pathOf(described.Tiles[0]), "", ""); got.status != 200 || len(codesInTile(t, got.body)) == 0 {
			t.Errorf("%s: %d %.200s", described.Tiles[0], got.status, got.body)
		}
	}
	refused := func(name, path, says string) {
		t.Helper()
		if a := r.ask(t, http.MethodGet, path, "", ""); a.status != 401 || !strings.Contains(a.body, says) {
			t.Errorf("%s: %s: %d %.300s", name, path, a.status, a.body)
		}
	}
	refused("without the signature", "/tiles/towns,grids/10/842/442.mvt", "not published")
	refused("of other layers", strings.Replace(tile, "towns,grids", "grids", 1), "signature")
	refused("changed", strings.Replace(tile, "445203104", "4452", 1), "signature")
	refused("empty", "/tiles/grids/10/842/442.mvt?signature=", "signature")

	brief, _ := r.signedTiles(t, "GRIDS", 1, town)
	time.Sleep(1100 * time.Millisecond)
	refused("when its time is over", brief, "its time was over")

	// Unpublishing kills what is outstanding, also when the layer was published meanwhile.
	r.publish(t, "publish", "grids")
	refused("after the layer was published", tile, "signature")
	r.publish(t, "unpublish", "grids")
	refused("after it was unpublished once more", tile, "signature")

	// So it does where the layer is not published anyway, which is how an admin ends what was signed since.
	since, _ := r.signedTiles(t, "GRIDS", 600, town)
	if a := r.ask(t, http.MethodGet, since, "", ""); a.status != 200 {
		t.Fatalf("%s: %d %s", since, a.status, a.body)
	}
	r.publish(t, "unpublish", "grids")
	for range 200 {
		if r.ask(t, http.MethodGet, since, "", "").status != 200 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	refused("after a layer was unpublished that was not published", since, "signature")
}

func TestWhoMaySignURLs(t *testing.T) {
	r := runServe(t)
	viewer, _ := r.keyOf(t, "a viewer", "--role", "viewer")
	for _, test := range []struct{ query, authorization, want string }{
		{`{ signedTiles(layers: [GRIDS]) { tileUrl } }`, "", `"code":"UNAUTHENTICATED"`},
		{`{ signedTiles(layers: []) { tileUrl } }`, viewer, `"argument":"layers"`},
		{`{ signedTiles(layers: [GRIDS], expiresIn: 0) { tileUrl } }`, viewer, `"argument":"expiresIn"`},
		{`{ signedTiles(layers: [GRIDS], expiresIn: 86401) { tileUrl } }`, viewer, `"argument":"expiresIn"`},
		{`{ signedTiles(layers: [GRIDS, GRIDS, TOWNS]) { tileUrl } }`, viewer, "/tiles/towns,grids/{z}/{x}/{y}.mvt?signature="},
	} {
		if a := r.graphQL(t, test.query, test.authorization); !strings.Contains(a.body, test.want) {
			t.Errorf("%s: %s", test.query, a.body)
		}
	}
}
