// Package identity finds out whose a request is. What that one may do is for the database to decide.
package identity

import (
	"context"
	"net/http"
	"strings"

	"xiangtu/geo"
	"xiangtu/server/problem"
)

// Keys knows the holders of keys.
type Keys interface {
	// Holder gives the actor of a key that is good now; another is geo.Unauthenticated.
	Holder(ctx context.Context, key geo.Key) (geo.Actor, error)
}

// Authority tells whose a request is. It is safe for concurrent use.
type Authority struct {
	keys   *memory
	tokens *Tokens
}

// New makes one. Without tokens, which are then nil, keys alone are taken.
func New(keys Keys, tokens *Tokens) *Authority { return &Authority{newMemory(keys), tokens} }

// Actor gives the actor of the value of an Authorization header: nobody if it is empty. A credential that is not good is
// geo.Unauthenticated, and never nobody's. A key that is revoked ends within a second.
func (a *Authority) Actor(ctx context.Context, authorization string) (geo.Actor, error) {
	if authorization == "" {
		return geo.Actor{}, nil
	}
	scheme, credential, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return geo.Actor{}, refuse("the scheme of Authorization is Bearer here: send Authorization: Bearer xt_…")
	}
	credential = strings.TrimSpace(credential)
	if a.tokens != nil && looksLikeToken(credential) {
		return a.tokens.Actor(ctx, credential)
	}
	key, ok := geo.ParseKey(credential)
	if !ok {
		return geo.Actor{}, refuse("this is no key: one has the form xt_, eight characters, _, and 52 more")
	}
	return a.keys.Holder(ctx, key)
}

func refuse(message string) error { return &geo.Error{Code: geo.Unauthenticated, Message: message} }

// On lets requests through to a surface of that name in the name of their actors, and answers 401 to a credential that is
// not good. A request without one costs nothing.
func (a *Authority) On(surface geo.Surface, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given := r.Header["Authorization"]
		if given == nil {
			next.ServeHTTP(w, r)
			return
		}
		ctx, err := a.Enter(r.Context(), surface, strings.Join(given, ", "))
		if err != nil {
			problem.WriteError(w, r, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// Enter is a context in the name of the actor that an Authorization header names.
func (a *Authority) Enter(ctx context.Context, surface geo.Surface, authorization string) (context.Context, error) {
	actor, err := a.Actor(ctx, authorization)
	if err != nil || actor == (geo.Actor{}) {
		return ctx, err
	}
	actor.Surface = surface
	return geo.WithActor(ctx, actor), nil
}
