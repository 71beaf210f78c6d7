package geo

import (
	"context"
	"fmt"
	"strings"
)

// Role says what an actor may do within a scope.
type Role string

// The roles, each with what the one before it may do. Nobody has none of them and sees what is published.
const (
	Nobody Role = ""
	Viewer Role = "viewer" // sees layers that are not published
	Editor Role = "editor" // changes features
	Admin  Role = "admin"  // reads the audit log
)

// Surface names the way that a request came by, for the audit log.
type Surface string

// The surfaces that ask who is there.
const (
	SurfaceGraphQL Surface = "graphql"
	SurfaceOGC     Surface = "ogc"
	SurfaceTiles   Surface = "tiles"
	SurfaceLayers  Surface = "layers"
	SurfaceImport  Surface = "import"
	SurfaceCommand Surface = "command"
)

// Actor is who makes a request. The zero value is nobody, who sees what is published.
type Actor struct {
	Name    string // of a key, or of the subject of a token; empty for nobody
	Role    Role
	Scope   string // the beginning of the division codes that the role holds for; empty for the whole map
	Surface Surface
}

// May tells whether the actor has at least the role.
func (a Actor) May(role Role) bool { return rank[a.Role] >= rank[role] }

// Require is the error of an actor who has not the role that something needs: Unauthenticated for nobody, for whom a key
// would help, else Forbidden. It speaks early and clearly; what holds is that the database decides the same.
func (a Actor) Require(role Role, something string) error {
	switch {
	case a.May(role):
		return nil
	case a.Role == Nobody:
		return &Error{Code: Unauthenticated, Message: fmt.Sprintf("%s needs a key of the role %s: send it as Authorization: Bearer xt_…", something, role)}
	}
	return &Error{Code: Forbidden, Message: fmt.Sprintf("%s needs the role %s, and your key has %s", something, role, a.Role)}
}

// Holds tells whether a division code lies within the actor's scope.
func (a Actor) Holds(code string) bool { return strings.HasPrefix(code, a.Scope) }

// rank orders the roles; it is never written.
var rank = map[Role]int{Viewer: 1, Editor: 2, Admin: 3}

type actorKey struct{}

// WithActor is a context whose requests to the store are the actor's.
func WithActor(ctx context.Context, a Actor) context.Context {
	return context.WithValue(ctx, actorKey{}, a)
}

// ActorOf gives the actor of a context: nobody if none was put there.
func ActorOf(ctx context.Context) Actor {
	a, _ := ctx.Value(actorKey{}).(Actor)
	return a
}
