package transport

import (
	"context"
	"log/slog"
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// Config says how a Handler answers. The zero value serves: each limit that
// is left at zero takes the default its comment names.
type Config struct {
	// MaxBodyBytes bounds the body of a POST. Default 4 MiB.
	MaxBodyBytes int64
	// MaxBatch bounds the operations of one POST that sends an array. Default 10.
	MaxBatch int
	// MaxResponseBytes bounds what one HTTP request is answered, counted over
	// the data of all its operations. Default 64 MiB.
	MaxResponseBytes int
	// MaxTokens bounds the lexical tokens of a document. Default 10,000.
	MaxTokens int
	// MaxDepth bounds how deep fields nest; introspection is exempt, the
	// validation has a rule of its own for it. Default 15.
	MaxDepth int
	// MaxSelections bounds the fields and fragments that a document selects,
	// what is in a fragment counted as often as the fragment is spread. Default 1,000.
	MaxSelections int
	// MaxComplexity bounds the cost of an operation as the schema's complexity
	// functions count it: one a field where there is none. Default 100,000.
	MaxComplexity int
	// LargeComplexity is the cost from which on operations take turns: as many
	// run at a time as there are processors. Default 20,000.
	LargeComplexity int
	// OperationTimeout bounds the execution of one query or mutation. Default 30 s.
	OperationTimeout time.Duration

	// QueryCacheBytes bounds the texts of the documents that are kept parsed
	// and validated. A parsed document takes some thirty times its text.
	// Default 1 MiB.
	QueryCacheBytes int
	// PersistedCacheBytes bounds the texts that automatic persisted queries
	// keep by their hash. Default 4 MiB.
	PersistedCacheBytes int

	// DisableIntrospection refuses __schema and __type, and leaves the names
	// of the schema out of validation messages.
	DisableIntrospection bool

	// TextMembers names members of objects in variables whose values mostly
	// stay text, a json.RawMessage, for scalars that read it by themselves. Such
	// a scalar takes decoded values, too.
	TextMembers []string
	// Extensions are hooked into each operation, after this package's own.
	Extensions []graphql.HandlerExtension
	// FieldMiddleware, when not nil, runs around every field. It costs time on
	// each of them.
	FieldMiddleware graphql.FieldMiddleware
	// SocketOrigins lists the origins whose pages may open WebSockets, each as
	// scheme://host; "*" is any. A page of the server's own host always may.
	SocketOrigins []string
	// Lifetime ends the WebSockets and the streams of events when it ends, which
	// nothing else would: a subscription has no end of its own. Default: never.
	Lifetime context.Context

	// Authenticate, when not nil, gives the context of whoever the value of an
	// Authorization header names, or the error of one that is not good. It is
	// asked of each request that has the header, and of a connection_init whose
	// payload has a member authorization; of a connection that stays open again
	// with each operation and now and then between, so that what is revoked ends.
	Authenticate func(ctx context.Context, authorization string) (context.Context, error)
	// Files, when not nil, keeps the files of forms. Without it forms are refused.
	Files Files
	// AliveInterval is the time between signs of life on a connection that
	// stays open. Default 20 s.
	AliveInterval time.Duration
	// ErrorPresenter turns an error of a resolver into what the caller reads,
	// and answers nil for an error it does not know. What it does not know is
	// logged and presented as an internal error.
	ErrorPresenter graphql.ErrorPresenterFunc
	// RequestID names the request in internal errors and their log lines.
	// Without it a random name is made for each.
	RequestID func(context.Context) string
	// Observe, when not nil, is told of each operation once it is answered.
	Observe func(context.Context, OperationInfo)
	// Logger receives internal errors. Default slog.Default().
	Logger *slog.Logger
}

// OperationInfo is what metrics and logs learn of one operation.
type OperationInfo struct {
	// Name is the operation's name; empty when it has none.
	Name string
	// Kind is query, mutation or subscription; empty when the operation was
	// refused before that was known.
	Kind string
	// Duration runs from the parameters being read to the result being ready.
	Duration time.Duration
	// Errors counts the errors of the result, and Code is that of the first.
	Errors int
	Code   string
	// Bytes is the length of the data.
	Bytes int
}

func (c Config) withDefaults() Config {
	set(&c.MaxBodyBytes, 4<<20)
	set(&c.MaxBatch, 10)
	set(&c.MaxResponseBytes, 64<<20)
	set(&c.MaxTokens, 10_000)
	set(&c.MaxDepth, 15)
	set(&c.MaxSelections, 1_000)
	set(&c.MaxComplexity, 100_000)
	set(&c.LargeComplexity, 20_000)
	set(&c.OperationTimeout, 30*time.Second)
	set(&c.AliveInterval, 20*time.Second)
	set(&c.QueryCacheBytes, 1<<20)
	set(&c.PersistedCacheBytes, 4<<20)
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	if c.Lifetime == nil {
		c.Lifetime = context.Background()
	}
	if c.RequestID == nil {
		c.RequestID = randomID
	}
	return c
}

func set[T comparable](field *T, fallback T) {
	var zero T
	if *field == zero {
		*field = fallback
	}
}
