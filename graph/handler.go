package graph

import (
	"context"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"xiangtu/geo"
	"xiangtu/geo/jobs"
	"xiangtu/geo/postgis"
	"xiangtu/graph/internal/generated"
	"xiangtu/graph/transport"
)

// Config is what the GraphQL surface is made of.
type Config struct {
	Store *postgis.Store
	// Imports takes files to import; without it none are taken.
	Imports *jobs.Desk
	// Changes tells subscriptions of what changes; without it there are none.
	Changes Changes
	// BaseURL gives the scheme, host and path that a request reached the server by, without a slash at the end.
	BaseURL func(*http.Request) string
	// Sign is Resolver.Sign.
	Sign func(ctx context.Context, layers []geo.LayerName, lifetime time.Duration) (query string, expires time.Time, err error)
	// Transport says how requests are read and bounded. Its error presenter and extensions are this package's.
	Transport transport.Config
}

type requestKey struct{}

// New makes the handler of /graphql.
func New(c Config) http.Handler {
	resolver := &Resolver{
		Store:   c.Store,
		Changes: c.Changes,
		Sign:    c.Sign,
		Imports: c.Imports,
		BaseURL: func(ctx context.Context) string {
			r, ok := ctx.Value(requestKey{}).(*http.Request)
			if !ok {
				return ""
			}
			return c.BaseURL(r)
		},
	}
	if c.Imports != nil {
		c.Transport.Files = c.Imports
	}
	c.Transport.ErrorPresenter = present
	c.Transport.TextMembers = []string{"coordinates"} // of GeoJSON
	c.Transport.Extensions = append([]graphql.HandlerExtension{guard{}, leaves{resolver}, newWrites(resolver)}, c.Transport.Extensions...)
	handler := transport.New(costed{NewSchema(resolver)}, c.Transport)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		handler.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), requestKey{}, r)))
	})
}

// NewSchema makes the executable schema, which executes without HTTP.
func NewSchema(resolver *Resolver) graphql.ExecutableSchema {
	return generated.NewExecutableSchema(generated.Config{Resolvers: resolver, Directives: generated.DirectiveRoot{AsOf: resolver.asOf}})
}
