package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"xiangtu/geo"
)

// guard refuses a mutation of somebody who can change nothing before it runs, with an error that says what is missing.
// What an editor may change is for the database to decide.
type guard struct{}

// ExtensionName implements graphql.HandlerExtension.
func (guard) ExtensionName() string { return "Guard" }

// Validate implements graphql.HandlerExtension.
func (guard) Validate(graphql.ExecutableSchema) error { return nil }

// MutateOperationContext implements graphql.OperationContextMutator.
func (guard) MutateOperationContext(ctx context.Context, op *graphql.OperationContext) *gqlerror.Error {
	if op.Operation.Operation != ast.Mutation {
		return nil
	}
	if err := geo.ActorOf(ctx).Require(geo.Editor, "a mutation"); err != nil {
		return present(ctx, err)
	}
	return nil
}
