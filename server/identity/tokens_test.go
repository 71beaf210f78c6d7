package identity_test

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/oauth2-proxy/mockoidc"

	"xiangtu/geo"
	"xiangtu/server/identity"
)

// issuer starts an issuer of tokens, with discovery and keys, and tokens that are verified by it.
func issuer(t *testing.T, now func() time.Time) (*mockoidc.MockOIDC, *identity.Authority) {
	t.Helper()
	m, err := mockoidc.Run()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := m.Shutdown(); err != nil {
			t.Error(err)
		}
	})
	return m, identity.New(nil, identity.NewTokens(identity.Provider{
		Issuer: m.Issuer(), Audience: m.ClientID, RoleClaim: "realm_access.roles", ScopeClaim: "division", NameClaim: "sub",
	}, now))
}

// claimsOf are those of a good token.
func claimsOf(m *mockoidc.MockOIDC) jwt.MapClaims {
	return jwt.MapClaims{
		"iss": m.Issuer(), "aud": []string{"another", m.ClientID}, "sub": "office-7", "division": "445203104",
		"iat": time.Now().Unix(), "exp": time.Now().Add(10 * time.Minute).Unix(),
		"realm_access": map[string]any{"roles": []string{"offline_access", "viewer", "editor"}},
	}
}

func sign(t *testing.T, k *mockoidc.Keypair, claims jwt.Claims) string {
	t.Helper()
	token, err := k.SignJWT(claims)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func anotherKeypair(t *testing.T) *mockoidc.Keypair {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	k, err := mockoidc.NewKeypair(key)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func refusal(err error) (code geo.Code, message string) {
	if known, ok := errors.AsType[*geo.Error](err); ok {
		return known.Code, known.Message
	}
	return "", ""
}

// staff is a user of the issuer whose tokens say what it may do here.
type staff struct{ mockoidc.MockUser }

type staffClaims struct {
	*mockoidc.IDTokenClaims
	Division string              `json:"division"`
	Access   map[string][]string `json:"realm_access"`
}

func (s *staff) Claims(_ []string, claims *mockoidc.IDTokenClaims) (jwt.Claims, error) {
	return &staffClaims{claims, "445203104", map[string][]string{"roles": {"editor"}}}, nil
}

// A token that the issuer hands out at the end of a login, as a browser goes through it, is good.
func TestATokenFromALogin(t *testing.T) {
	t.Parallel()
	m, authority := issuer(t, time.Now)
	m.QueueUser(&staff{mockoidc.MockUser{Subject: "office-7"}})
	noRedirect := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	login, err := noRedirect.Get(m.AuthorizationEndpoint() + "?" + url.Values{
		"client_id": {m.ClientID}, "scope": {"openid"}, "response_type": {"code"}, "redirect_uri": {"http://127.0.0.1/back"}, "state": {"s"},
	}.Encode())
	if err != nil {
		t.Fatal(err)
	}
	login.Body.Close()
	back, err := login.Location()
	if err != nil {
		t.Fatal(err)
	}
	exchange, err := http.PostForm(m.TokenEndpoint(), url.Values{
		"client_id": {m.ClientID}, "client_secret": {m.ClientSecret}, "grant_type": {"authorization_code"}, "code": {back.Query().Get("code")},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exchange.Body.Close()
	var tokens struct {
		ID string `json:"id_token"`
	}
	if err := json.NewDecoder(exchange.Body).Decode(&tokens); err != nil || tokens.ID == "" {
		t.Fatal(tokens, err)
	}
	actor, err := authority.Actor(t.Context(), "Bearer "+tokens.ID)
	if want := (geo.Actor{Name: "office-7", Role: geo.Editor, Scope: "445203104"}); err != nil || actor != want {
		t.Errorf("%+v, %v", actor, err)
	}
}

func TestTokensThatAreNotGood(t *testing.T) {
	t.Parallel()
	m, authority := issuer(t, time.Now)
	change := func(changes jwt.MapClaims) string {
		claims := claimsOf(m)
		maps.Copy(claims, changes)
		for name, value := range claims {
			if value == nil {
				delete(claims, name)
			}
		}
		return sign(t, m.Keypair, claims)
	}
	unsigned, err := jwt.NewWithClaims(jwt.SigningMethodNone, claimsOf(m)).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	// The public key as a secret: good where a verifier lets the token choose the algorithm.
	keys, err := m.Keypair.JWKS()
	if err != nil {
		t.Fatal(err)
	}
	confused, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claimsOf(m)).SignedString(keys)
	if err != nil {
		t.Fatal(err)
	}
	good := change(nil)
	parts := strings.Split(good, ".")
	forged := anotherKeypair(t)
	forged.Kid = m.Keypair.Kid
	for _, test := range []struct {
		name, token string
		code        geo.Code
		says        string
	}{
		{"a good one", good, "", ""},
		{"of another issuer", change(jwt.MapClaims{"iss": "https://id.example.cn"}), geo.Unauthenticated, "issued by a different provider"},
		{"for another program", change(jwt.MapClaims{"aud": "another"}), geo.Unauthenticated, "expected audience"},
		{"without an audience", change(jwt.MapClaims{"aud": nil}), geo.Unauthenticated, "expected audience"},
		{"that has expired", change(jwt.MapClaims{"exp": time.Now().Add(-2 * time.Minute).Unix()}), geo.Unauthenticated, "has expired at"},
		{"that expired by a clock that is ahead", change(jwt.MapClaims{"exp": time.Now().Add(-30 * time.Second).Unix()}), "", ""},
		{"without an end", change(jwt.MapClaims{"exp": nil}), geo.Unauthenticated, "has expired at"},
		{"that is not good yet", change(jwt.MapClaims{"nbf": time.Now().Add(10 * time.Minute).Unix()}), geo.Unauthenticated, "before the nbf"},
		{"without a signature", unsigned, geo.Unauthenticated, "not good"},
		{"signed with the public key", confused, geo.Unauthenticated, "not good"},
		{"signed by somebody else", sign(t, forged, claimsOf(m)), geo.Unauthenticated, "failed to verify signature"},
		{"of a key that is not the issuer's", sign(t, anotherKeypair(t), claimsOf(m)), geo.Unauthenticated, "failed to verify signature"},
		{"with claims of another", parts[0] + "." + strings.Split(change(jwt.MapClaims{"division": ""}), ".")[1] + "." + parts[2], geo.Unauthenticated, "failed to verify signature"},
		{"that is cut off", parts[0] + "." + parts[1] + ".", geo.Unauthenticated, ""},
		{"without a role", change(jwt.MapClaims{"realm_access": nil}), geo.Forbidden, "realm_access.roles"},
		{"with a role of another program", change(jwt.MapClaims{"realm_access": map[string]any{"roles": []any{"owner", 7}}}), geo.Forbidden, "viewer, editor, admin"},
		{"without a scope", change(jwt.MapClaims{"division": nil}), geo.Forbidden, "division"},
		{"with a scope that is none", change(jwt.MapClaims{"division": "44520"}), geo.Forbidden, "division"},
		{"for the whole map", change(jwt.MapClaims{"division": ""}), "", ""},
		{"without a name", change(jwt.MapClaims{"sub": nil}), geo.Forbidden, "sub"},
	} {
		actor, err := authority.Actor(t.Context(), "Bearer "+test.token)
		code, message := refusal(err)
		if code != test.code || !strings.Contains(message, test.says) || (err == nil) != (test.code == "") || (err == nil) != (actor.Role == geo.Editor) {
			t.Errorf("%s: %+v, %v", test.name, actor, err)
		}
	}
}

// An issuer changes its keys: new tokens are good at once, those of a key that it has dropped no longer than it is known.
func TestAnIssuerChangesItsKeys(t *testing.T) {
	t.Parallel()
	m, authority := issuer(t, time.Now)
	if _, err := authority.Actor(t.Context(), "Bearer "+sign(t, m.Keypair, claimsOf(m))); err != nil {
		t.Fatal(err)
	}
	old := m.Keypair
	m.Keypair = anotherKeypair(t)
	deadline := time.Now().Add(10 * time.Second) // the issuer is asked once a second at the most
	for {
		_, err := authority.Actor(t.Context(), "Bearer "+sign(t, m.Keypair, claimsOf(m)))
		if err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
		time.Sleep(50 * time.Millisecond)
	}
	if _, err := authority.Actor(t.Context(), "Bearer "+sign(t, old, claimsOf(m))); err == nil {
		t.Error("a token of the key that was dropped is good")
	}
}

// Whoever floods the server with made-up tokens does not flood the issuer.
func TestTheIssuerIsSpared(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	m, err := mockoidc.NewServer(nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.AddMiddleware(func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { asked.Add(1); next.ServeHTTP(w, r) })
	}); err != nil {
		t.Fatal(err)
	}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Start(listener, nil); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = m.Shutdown() }()
	authority := identity.New(nil, identity.NewTokens(identity.Provider{Issuer: m.Issuer(), Audience: m.ClientID, RoleClaim: "roles", NameClaim: "sub"}, time.Now))
	token, begun := sign(t, anotherKeypair(t), claimsOf(m)), time.Now()
	for range 50 {
		if code, _ := refusal(second(authority.Actor(t.Context(), "Bearer "+token))); code != geo.Unauthenticated {
			t.Fatalf("code %q", code)
		}
	}
	if most := 2 + 2*int64(1+time.Since(begun)/time.Second); asked.Load() > most {
		t.Errorf("the issuer was asked %d times", asked.Load())
	}
}

// An issuer that is away is no fault of the token.
func TestAnIssuerThatIsAway(t *testing.T) {
	t.Parallel()
	m, authority := issuer(t, time.Now)
	token := sign(t, m.Keypair, claimsOf(m))
	if err := m.Server.Close(); err != nil {
		t.Fatal(err)
	}
	if code, _ := refusal(second(authority.Actor(t.Context(), "Bearer "+token))); code != geo.Unavailable {
		t.Errorf("code %q", code)
	}
}

func second(_ geo.Actor, err error) error { return err }
