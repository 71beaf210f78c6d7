package transport

import (
	"context"
	"fmt"
	"io"

	"github.com/99designs/gqlgen/complexity"
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// complexityLimit refuses an operation whose cost, with the variables it was
// sent with, is over the limit.
type complexityLimit struct {
	schema graphql.ExecutableSchema
	limit  int
}

func (complexityLimit) ExtensionName() string                   { return "ComplexityLimit" }
func (complexityLimit) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext implements graphql.OperationContextMutator.
func (c complexityLimit) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	cost := complexity.Calculate(ctx, c.schema, op.Operation, op.Variables)
	if cost <= c.limit {
		return nil
	}
	return exceed(CodeComplexityLimitExceeded, fmt.Sprintf(
		"the operation costs %d, the limit is %d: ask for fewer items, or select less of each", cost, c.limit),
		int64(c.limit), int64(cost))
}

// byteBudget counts what an operation may still write as data.
type byteBudget struct{ remaining int }

type byteBudgetKey struct{}

// byteLimit stops the data of an operation from growing in memory once its
// budget is spent. The context carries the budget under byteBudgetKey; without
// one there is no limit.
type byteLimit struct{}

func (byteLimit) ExtensionName() string                   { return "ByteLimit" }
func (byteLimit) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptRootField implements graphql.RootFieldInterceptor.
func (byteLimit) InterceptRootField(ctx context.Context, next graphql.RootResolver) graphql.Marshaler {
	value := next(ctx)
	budget, limited := ctx.Value(byteBudgetKey{}).(*byteBudget)
	// gqlgen knows its nulls by identity, so they must not be wrapped.
	if !limited || value == nil || value == graphql.Null || value == graphql.RequiredNull {
		return value
	}
	return graphql.WriterFunc(func(w io.Writer) { value.MarshalGQL(&limitedWriter{w, budget}) })
}

// limitedWriter drops what exceeds the budget. The execution then answers
// nothing but the refusal.
type limitedWriter struct {
	io.Writer
	budget *byteBudget
}

func (w *limitedWriter) Write(p []byte) (int, error) {
	w.budget.remaining -= len(p)
	if w.budget.remaining < 0 {
		return len(p), nil
	}
	return w.Writer.Write(p)
}

// WriteString keeps io.WriteString from copying each string.
func (w *limitedWriter) WriteString(s string) (int, error) {
	w.budget.remaining -= len(s)
	if w.budget.remaining < 0 {
		return len(s), nil
	}
	return io.WriteString(w.Writer, s)
}

func responseTooLarge(limit, actual int) *gqlerror.Error {
	return exceed(CodeResponseTooLarge, fmt.Sprintf(
		"the answer has %d bytes or more, of which the request may have %d: ask for fewer items, or for simpler geometry", actual, limit),
		int64(limit), int64(actual))
}
