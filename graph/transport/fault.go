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

// present is gqlgen's error presenter. An error that has a code passes as it
// is. Any other is the end of the operation, what Config.ErrorPresenter knows,
// an argument that cannot be read, or else a fault of the server.
func (f faults) present(ctx context.Context, err error) *gqlerror.Error {
	wrapper, wrapped := errors.AsType[*gqlerror.Error](err)
	if wrapped && codeOf(wrapper) != "" {
		return wrapper
	}
	presented := f.classify(ctx, err)
	if wrapped && presented.Path == nil {
		presented.Path = wrapper.Path
	}
	if wrapped && presented.Locations == nil {
		presented.Locations = wrapper.Locations
	}
	return presented
}

func (f faults) classify(ctx context.Context, err error) *gqlerror.Error {
	if ctx.Err() != nil {
		return ended(ctx)
	}
	if f.known != nil {
		if known := f.known(ctx, err); known != nil {
			return known
		}
	}
	if isArgumentError(ctx) {
		return refuse(CodeBadUserInput, messageOf(err))
	}
	return f.internal(ctx, err)
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

// messageOf is what the error says without the path that gqlgen puts before it.
func messageOf(err error) string {
	if wrapper, ok := errors.AsType[*gqlerror.Error](err); ok {
		return wrapper.Message
	}
	return err.Error()
}

// internal logs the error and tells the caller no more than where to find it. An error may keep its cause from callers;
// the log has that, too.
func (f faults) internal(ctx context.Context, err error) *gqlerror.Error {
	attrs := []slog.Attr{slog.String("error", messageOf(err))}
	if cause := rootOf(err).Error(); cause != messageOf(err) {
		attrs = append(attrs, slog.String("cause", cause))
	}
	return f.log(ctx, attrs...)
}

// rootOf gives the error that the others are wrapped around.
func rootOf(err error) error {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return err
}

// recovered does the same for a panic, with its stack.
func (f faults) recovered(ctx context.Context, fault any) *gqlerror.Error {
	return f.log(ctx, slog.String("panic", fmt.Sprint(fault)), slog.String("stack", string(debug.Stack())))
}

func (f faults) log(ctx context.Context, attrs ...slog.Attr) *gqlerror.Error {
	id := f.requestID(ctx)
	attrs = append(attrs, slog.String("request_id", id))
	if graphql.HasOperationContext(ctx) {
		attrs = append(attrs, slog.String("operation", operationName(graphql.GetOperationContext(ctx))))
	}
	if path := graphql.GetPath(ctx); path != nil {
		attrs = append(attrs, slog.String("path", path.String()))
	}
	f.logger.LogAttrs(ctx, slog.LevelError, "GraphQL operation failed", attrs...)
	refusal := refuse(CodeInternal, "the server failed; its log says why under request "+id)
	refusal.Extensions["requestId"] = id
	return refusal
}

// operationName is that of the document, or else what the caller asked for.
func operationName(op *graphql.OperationContext) string {
	if op.Operation != nil {
		return op.Operation.Name
	}
	return op.OperationName
}

func randomID(context.Context) string { return rand.Text() }
