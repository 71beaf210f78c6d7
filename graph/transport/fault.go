package transport

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// faults decides what of an error the caller reads.
type faults struct {
	known     graphql.ErrorPresenterFunc
	requestID func(context.Context) string
	logger    *slog.Logger
}

// present is gqlgen's error presenter: an error with a code passes as it is;
// then Config.ErrorPresenter is asked; the rest is the caller's argument, the
// end of the operation's time, or a fault of the server.
func (f faults) present(ctx context.Context, err error) *gqlerror.Error {
	var presented *gqlerror.Error
	if errors.As(err, &presented) && codeOf(presented) != "" {
		return presented
	}
	if f.known != nil {
		if known := f.known(ctx, err); known != nil {
			return known
		}
	}
	var refusal *gqlerror.Error
	switch {
	case isArgumentError(ctx):
		refusal = refuse(CodeBadUserInput, unwrapped(err).Error())
	case ctx.Err() != nil:
		refusal = ended(ctx)
	default:
		refusal = f.internal(ctx, err)
	}
	if presented != nil {
		refusal.Path, refusal.Locations = presented.Path, presented.Locations
	}
	return refusal
}

// isArgumentError tells an error of reading a field's arguments, which custom
// scalars and input objects do while the operation runs, from one of its resolver.
func isArgumentError(ctx context.Context) bool {
	field := graphql.GetFieldContext(ctx)
	if field == nil || field.Field.Field == nil || field.Field.Definition == nil {
		return false
	}
	return len(field.Field.Definition.Arguments) > 0 && field.Args == nil
}

// unwrapped is the error below the path that gqlgen wraps around it.
func unwrapped(err error) error {
	var wrapper *gqlerror.Error
	if errors.As(err, &wrapper) {
		if wrapper.Err != nil {
			return wrapper.Err
		}
		return errors.New(wrapper.Message)
	}
	return err
}

// internal logs the error and tells the caller no more than where to find it.
func (f faults) internal(ctx context.Context, err error) *gqlerror.Error {
	return f.log(ctx, slog.String("error", err.Error()))
}

// recovered does the same for a panic, with its stack.
func (f faults) recovered(ctx context.Context, fault any) *gqlerror.Error {
	return f.log(ctx, slog.String("panic", fmt.Sprint(fault)), slog.String("stack", string(debug.Stack())))
}

func (f faults) log(ctx context.Context, attrs ...slog.Attr) *gqlerror.Error {
	id := f.requestID(ctx)
	attrs = append(attrs, slog.String("request_id", id))
	if graphql.HasOperationContext(ctx) {
		attrs = append(attrs, slog.String("operation", graphql.GetOperationContext(ctx).OperationName))
	}
	if path := graphql.GetPath(ctx); path != nil {
		attrs = append(attrs, slog.String("path", path.String()))
	}
	f.logger.LogAttrs(ctx, slog.LevelError, "GraphQL operation failed", attrs...)
	refusal := refuse(CodeInternal, "the server failed; its log says why under request "+id)
	refusal.Extensions["requestId"] = id
	return refusal
}

func randomID(context.Context) string { return rand.Text() }
