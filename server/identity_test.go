package main

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"xiangtu/geo"
)

// keyOf makes a key by the command line and gives it as a client sends it, with its id.
func (r *running) keyOf(t *testing.T, args ...string) (authorization, id string) {
	t.Helper()
	code, stdout, stderr := execute(t, append([]string{"key", "create", "--database-url", r.database}, args...)...)
	key, ok := geo.ParseKey(strings.TrimSuffix(stdout, "\n"))
	if code != 0 || !ok || !strings.Contains(stderr, "xiangtu key revoke "+key.ID+"\n") {
		t.Fatalf("key create %q: %d %s%s", args, code, stdout, stderr)
	}
	return "Bearer " + key.Text(), key.ID
}

// answered is what a request was answered.
type answered struct {
	status int
	header http.Header
	body   string
}

// ask sends a request with an Authorization header, unless that is empty.
func (r *running) ask(t *testing.T, method, path, body, authorization string) answered {
	t.Helper()
	mediaType := ""
	if body != "" {
		mediaType = "application/json"
	}
	return r.sendAs(t, method, path, mediaType, strings.NewReader(body), authorization)
}

// sendAs is ask with a body of a media type.
func (r *running) sendAs(t *testing.T, method, path, mediaType string, body io.Reader, authorization string) answered {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, r.base+path, body)
	if err != nil {
		t.Fatal(err)
	}
	if mediaType != "" {
		request.Header.Set("Content-Type", mediaType)
	}
	if authorization != "" {
		request.Header.Set("Authorization", authorization)
	}
	return answerTo(t, request)
}

// answerTo sends a request.
func answerTo(t *testing.T, request *http.Request) answered {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answered{response.StatusCode, response.Header, string(answer)}
}

// surfacePaths is one path of each surface that tells people apart.
var surfacePaths = []string{
	"/graphql?query=%7Btowns(first:1)%7Bnodes%7Bcode%7D%7D%7D", "/tiles/towns/10/843/443.mvt", "/tiles/towns.json", "/layers/towns.geojson", "/ogc",
	"/ogc/collections/towns/items", "/ogc/collections/towns/items/445203104", "/ogc/tiles", "/ogc/collections/towns/tiles/WebMercatorQuad/10/443/843",
}

// A key that is good changes nothing of what everybody sees; one that is not is never taken for nobody's.
func TestKeysOnEverySurface(t *testing.T) {
	r := runServe(t)
	good, id := r.keyOf(t, "Yuhu", "--role", "editor", "--scope", "445203104", "--expires", "1d")
	for _, path := range surfacePaths {
		anonymous := r.ask(t, http.MethodGet, path, "", "")
		if a := r.ask(t, http.MethodGet, path, "", good); a.status != 200 || len(a.body) != len(anonymous.body) {
			t.Errorf("%s with a key: %d %.200s", path, a.status, a.body)
		}
	}
	if code, stdout, stderr := execute(t, "key", "revoke", id, "--database-url", r.database); code != 0 {
		t.Fatalf("key revoke: %s%s", stdout, stderr)
	}
	time.Sleep(time.Second) // for so long it may be remembered
	for _, credential := range []string{good, "Bearer xt_aaaaaaaa_" + strings.Repeat("a", 52), "Bearer nonsense", "Bearer", "Basic dTpw"} {
		for _, path := range surfacePaths {
			a := r.ask(t, http.MethodGet, path, "", credential)
			if a.status != 401 || !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer ") || !strings.Contains(a.body, `"code":"UNAUTHENTICATED"`) {
				t.Errorf("%s with %.20s: %d %v %.300s", path, credential, a.status, a.header, a.body)
			}
			if !json.Valid([]byte(a.body)) {
				t.Errorf("%s: %s", path, a.body)
			}
		}
	}
	code, stdout, _ := execute(t, "key", "list", "--database-url", r.database)
	if code != 0 || !strings.Contains(stdout, id) || !strings.Contains(stdout, "revoked") || strings.Contains(stdout, strings.TrimPrefix(good, "Bearer ")) {
		t.Errorf("key list: %s", stdout)
	}
}
