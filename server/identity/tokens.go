package identity

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"xiangtu/geo"
)

// Provider is where bearer tokens come from, and what their claims mean (OpenID Connect Core 1.0; RFC 7519). A claim
// within another is named with points between: realm_access.roles.
type Provider struct {
	Issuer     string // its URL, which the tokens have as iss
	Audience   string // which they have among aud
	RoleClaim  string // a role, or a list in which the highest that is one counts
	ScopeClaim string // the code of a division; empty text for the whole map. Without a name every token is for it
	NameClaim  string // what the audit log calls the holder
}

const (
	// skew is how far the clocks of the issuer and the server may differ.
	skew = time.Minute
	// fetchTimeout is how long the issuer may take to answer.
	fetchTimeout = 5 * time.Second
	// fetchInterval is the least time between two requests to the issuer, so that made-up tokens cannot flood it.
	fetchInterval = time.Second
)

// Tokens verifies tokens with the keys that their issuer publishes. They are read when the first token comes, and again
// when one is signed by a key that is not known, since issuers change their keys. It is safe for concurrent use.
type Tokens struct {
	provider Provider
	client   *http.Client
	now      func() time.Time

	mu       sync.Mutex
	verifier *oidc.IDTokenVerifier // nil until the issuer has answered
}

// NewTokens makes one. Its time is that of now.
func NewTokens(p Provider, now func() time.Time) *Tokens {
	return &Tokens{
		provider: p, now: now,
		client: &http.Client{Timeout: fetchTimeout, Transport: &sparing{next: http.DefaultTransport, answers: make(map[string]answer)}},
	}
}

// Actor gives whom a token names. One that is not good is geo.Unauthenticated, one that is good and gives no role here
// geo.Forbidden; while the issuer does not answer it is geo.Unavailable.
func (t *Tokens) Actor(ctx context.Context, token string) (geo.Actor, error) {
	verifier, err := t.load(ctx)
	if err != nil {
		return geo.Actor{}, err
	}
	verified, err := verifier.Verify(ctx, token)
	if err != nil {
		return geo.Actor{}, refusalOf(err)
	}
	var claims map[string]any
	if err := verified.Claims(&claims); err != nil {
		return geo.Actor{}, refuse("the claims of the token are no JSON object")
	}
	return t.provider.actor(claims)
}

// refusalOf says what is wrong with a token.
func refusalOf(err error) error {
	if expired, ok := errors.AsType[*oidc.TokenExpiredError](err); ok {
		return refuse("the token has expired at " + expired.Expiry.UTC().Format(time.RFC3339) + ": get another")
	}
	reason := strings.TrimPrefix(err.Error(), "oidc: ")
	if strings.Contains(reason, "fetching keys") {
		return &geo.Error{Code: geo.Unavailable, Cause: err, Message: "the issuer of the token does not give its keys now: try again"}
	}
	return refuse(fmt.Sprintf("the token is not good: %.300s", reason))
}

// load asks the issuer where its keys are, once it answers.
func (t *Tokens) load(ctx context.Context) (*oidc.IDTokenVerifier, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.verifier != nil {
		return t.verifier, nil
	}
	// The keys outlive the request that they are first needed for.
	ctx = oidc.ClientContext(context.WithoutCancel(ctx), t.client)
	provider, err := oidc.NewProvider(ctx, t.provider.Issuer)
	if err != nil {
		return nil, &geo.Error{Code: geo.Unavailable, Cause: err, Message: "the issuer of tokens does not answer now: try again"}
	}
	t.verifier = provider.VerifierContext(ctx, &oidc.Config{
		ClientID: t.provider.Audience,
		Now:      func() time.Time { return t.now().Add(-skew).UTC().Round(0) }, // as an error tells it
	})
	return t.verifier, nil
}

// actor reads what the claims of a good token say.
func (p *Provider) actor(claims map[string]any) (actor geo.Actor, err error) {
	for _, name := range texts(claimAt(claims, p.RoleClaim)) {
		if role, refusal := geo.ParseRole(name); refusal == nil && !actor.May(role) {
			actor.Role = role
		}
	}
	if actor.Role == geo.Nobody {
		return geo.Actor{}, forbid("the token gives no role: its claim %s has none of viewer, editor, admin", p.RoleClaim)
	}
	if p.ScopeClaim != "" {
		given, ok := claimAt(claims, p.ScopeClaim).(string)
		scope, refusal := geo.ParseScope(given)
		if !ok || refusal != nil {
			return geo.Actor{}, forbid("the token gives no scope: its claim %s is not the code of a division, nor empty for the whole map", p.ScopeClaim)
		}
		actor.Scope = scope
	}
	actor.Name, _ = claimAt(claims, p.NameClaim).(string)
	const longest = 200 // as of a key
	if actor.Name == "" || len(actor.Name) > longest {
		return geo.Actor{}, forbid("the token gives no name: its claim %s is not a text of 1 to %d bytes", p.NameClaim, longest)
	}
	return actor, nil
}

func forbid(format string, values ...any) error {
	return &geo.Error{Code: geo.Forbidden, Message: fmt.Sprintf(format, values...)}
}

// claimAt finds a claim by its name, or by its path if there is none of that name; nil if there is neither.
func claimAt(claims map[string]any, path string) any {
	if value, ok := claims[path]; ok {
		return value
	}
	outer, inner, nested := strings.Cut(path, ".")
	within, ok := claims[outer].(map[string]any)
	if !nested || !ok {
		return nil
	}
	return claimAt(within, inner)
}

// texts gives the texts of a claim that is one or a list of them.
func texts(claim any) (all []string) {
	switch v := claim.(type) {
	case string:
		return []string{v}
	case []any:
		for _, item := range v {
			if text, ok := item.(string); ok {
				all = append(all, text)
			}
		}
	}
	return all
}

// looksLikeToken tells whether a credential means to be a token: a header in JSON, with two more parts behind it.
func looksLikeToken(credential string) bool {
	return strings.HasPrefix(credential, "eyJ") && strings.Count(credential, ".") == 2
}
