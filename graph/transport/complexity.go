package transport

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/complexity"
	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// costExtension is the name by which an operation keeps its cost, an int.
const costExtension = "Cost"

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
	op.Stats.SetExtension(costExtension, cost)
	if cost <= c.limit {
		return nil
	}
	return exceed(CodeComplexityLimitExceeded, fmt.Sprintf(
		"the operation costs %d, the limit is %d: ask for fewer items, or select less of each", cost, c.limit),
		int64(c.limit), int64(cost))
}
