package postgis_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
)

func TestTheHolderOfAKey(t *testing.T) {
	t.Parallel()
	webPool, ownerPool := confined(t)
	web, owner := postgis.New(webPool), postgis.New(ownerPool)
	actor := geo.Actor{Name: "玉湖镇办公室", Role: geo.Editor, Scope: ownTown}
	past, future := time.Now().Add(-time.Second), time.Now().Add(time.Hour)
	add := func(expires *time.Time) geo.Key {
		key := geo.NewKey()
		if err := owner.AddKey(t.Context(), key, actor, expires); err != nil {
			t.Fatal(err)
		}
		return key
	}
	good, timed, expired, revoked := add(nil), add(&future), add(&past), add(nil)
	if err := owner.RevokeKey(t.Context(), revoked.ID); err != nil {
		t.Fatal(err)
	}
	forged, _ := geo.ParseKey("xt_" + good.ID + timed.Text()[len("xt_")+8:])
	for _, test := range []struct {
		name string
		key  geo.Key
		good bool
	}{
		{"a key", good, true}, {"one that will expire", timed, true}, {"one that has expired", expired, false},
		{"one that was revoked", revoked, false}, {"one that nobody made", geo.NewKey(), false}, {"the secret of another", forged, false},
	} {
		got, err := web.Holder(t.Context(), test.key)
		refusal, _ := errors.AsType[*geo.Error](err)
		switch {
		case test.good && (err != nil || got != actor):
			t.Errorf("%s: %+v, %v", test.name, got, err)
		case !test.good && (refusal == nil || refusal.Code != geo.Unauthenticated || got != geo.Actor{}):
			t.Errorf("%s: %+v, %v", test.name, got, err)
		}
	}
	keys, err := owner.Keys(t.Context())
	if err != nil || len(keys) != 4 {
		t.Fatalf("%d keys are listed: %v", len(keys), err)
	}
	for _, k := range keys {
		if k.Actor != actor || (k.Revoked != nil) != (k.ID == revoked.ID) || (k.Expires == nil) != (k.ID == good.ID || k.ID == revoked.ID) {
			t.Errorf("listed is %+v", k)
		}
	}
	if refusal, ok := errors.AsType[*geo.Error](owner.RevokeKey(t.Context(), "nokey")); !ok || refusal.Code != geo.NotFound {
		t.Errorf("an unknown key is revoked: %v", refusal)
	}
}

// The server's role knows no more of keys than whether one is good.
func TestTheServerCannotReadOrMakeKeys(t *testing.T) {
	t.Parallel()
	web, _ := confined(t)
	admin := geo.WithActor(t.Context(), geo.Actor{Role: geo.Admin})
	for _, statement := range []string{
		`SELECT hash FROM xiangtu.api_keys`,
		`UPDATE xiangtu.api_keys SET revoked_at = NULL`,
		`INSERT INTO xiangtu.api_keys (id, hash, name, role, scope) VALUES ('aaaaaaaa', sha256('a'), 'a', 'admin', '')`,
	} {
		if _, err := web.Exec(admin, statement); err == nil || !strings.Contains(err.Error(), "42501") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

// Whose a key is does not depend on whose the session is, and leaves it as it was.
func TestLookingAKeyUpLeavesTheSessionAlone(t *testing.T) {
	t.Parallel()
	pool, ownerPool := confined(t)
	key := geo.NewKey()
	if err := postgis.New(ownerPool).AddKey(t.Context(), key, geo.Actor{Name: "a", Role: geo.Viewer}, nil); err != nil {
		t.Fatal(err)
	}
	editor := geo.WithActor(t.Context(), geo.Actor{Name: "b", Role: geo.Editor, Scope: ownTown})
	for range 4 {
		var name string
		if err := pool.QueryRow(editor, `SELECT current_setting('xiangtu.actor')`).Scan(&name); err != nil || name != "b" {
			t.Fatalf("the session is of %q: %v", name, err)
		}
		if _, err := postgis.New(pool).Holder(t.Context(), key); err != nil {
			t.Fatal(err)
		}
		if err := pool.QueryRow(t.Context(), `SELECT coalesce(current_setting('xiangtu.actor', true), '')`).Scan(&name); err != nil || name != "" {
			t.Fatalf("nobody's session is of %q: %v", name, err)
		}
	}
}
