package transport

import (
	"fmt"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// rules are those of the GraphQL specification and this package's own, which
// are named by the code of their refusal. They run once for each document that
// is not cached.
func (c Config) rules() *rules.Rules {
	all := rules.NewDefaultRules()
	all.AddRule(CodeDepthLimitExceeded, limitRule(c.MaxDepth,
		func(s shape) int { return s.depth },
		"the operation is %d fields deep, the limit is %d: ask for fewer levels, or in several operations"))
	all.AddRule(CodeFieldLimitExceeded, limitRule(c.MaxFields,
		func(s shape) int { return s.fields },
		"the operation selects %d fields, fragments counted as often as they are spread, the limit is %d: select fewer, or in several operations"))
	all.AddRule("IgnoreDefer", ignoreDefer)
	if c.DisableIntrospection {
		all.AddRule(CodeIntrospectionDisabled, refuseIntrospection)
	}
	return all
}

func limitRule(limit int, measure func(shape) int, message string) core.RuleFunc {
	return func(observers *core.Events, addError core.AddErrFunc) {
		surveyor := surveyor{fragments: map[*ast.FragmentDefinition]shape{}}
		observers.OnOperation(func(_ *core.Walker, operation *ast.OperationDefinition) {
			actual := measure(surveyor.survey(operation.SelectionSet))
			if actual <= limit {
				return
			}
			addError(func(err *gqlerror.Error) {
				err.Message = fmt.Sprintf(message, actual, limit)
				err.Extensions = map[string]any{"limit": limit, "actual": actual}
				err.Locations = []gqlerror.Location{{Line: operation.Position.Line, Column: operation.Position.Column}}
			})
		})
	}
}

// shape is how deep the fields of a selection nest, and how many there are.
type shape struct{ depth, fields int }

// A count stops here: far beyond any limit, far below an overflow.
const fieldsSaturated = 1 << 30

// surveyor measures selections. It looks at each fragment once, so that
// fragments that spread one another twice cost no exponential time.
type surveyor struct {
	fragments map[*ast.FragmentDefinition]shape
}

func (s surveyor) survey(selections ast.SelectionSet) shape {
	var total shape
	for _, selection := range selections {
		var part shape
		switch selection := selection.(type) {
		case *ast.Field:
			part = s.survey(selection.SelectionSet)
			part.depth++
			part.fields++
			if isIntrospection(selection) {
				part.depth = 1
			}
		case *ast.InlineFragment:
			part = s.survey(selection.SelectionSet)
		case *ast.FragmentSpread:
			part = s.fragment(selection.Definition)
		}
		total.depth = max(total.depth, part.depth)
		total.fields = min(total.fields+part.fields, fieldsSaturated)
	}
	return total
}

func (s surveyor) fragment(fragment *ast.FragmentDefinition) shape {
	if fragment == nil {
		return shape{}
	}
	known, ok := s.fragments[fragment]
	if !ok {
		// A fragment met again within itself counts nothing; another rule refuses it.
		s.fragments[fragment] = shape{}
		known = s.survey(fragment.SelectionSet)
		s.fragments[fragment] = known
	}
	return known
}

func isIntrospection(field *ast.Field) bool {
	return field.Name == "__schema" || field.Name == "__type"
}

func refuseIntrospection(observers *core.Events, addError core.AddErrFunc) {
	observers.OnField(func(_ *core.Walker, field *ast.Field) {
		if isIntrospection(field) {
			addError(core.Message("introspection is switched off on this server: read the schema in its documentation"), core.At(field.Position))
		}
	})
}

// ignoreDefer removes @defer, which a server may ignore: GET and POST answer in
// one piece, and gqlgen would leave the deferred fields out of it.
func ignoreDefer(observers *core.Events, _ core.AddErrFunc) {
	without := func(directives ast.DirectiveList) ast.DirectiveList {
		return slices.DeleteFunc(directives, func(d *ast.Directive) bool { return d.Name == "defer" })
	}
	observers.OnInlineFragment(func(_ *core.Walker, fragment *ast.InlineFragment) {
		fragment.Directives = without(fragment.Directives)
	})
	observers.OnFragmentSpread(func(_ *core.Walker, spread *ast.FragmentSpread) {
		spread.Directives = without(spread.Directives)
	})
}
