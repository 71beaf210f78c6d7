package transport

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// shape is how deep the fields of a selection nest, and how many selections it
// has: fields, fragments, and what the fragments select.
type shape struct{ depth, selections int }

// A count stops here: far beyond any limit, far below an overflow.
const saturated = 1 << 30

// checkShape refuses a document that is too deep or selects too much. It looks
// at every operation and every fragment, so that it also bounds what validation
// has to compare.
func checkShape(document *ast.QueryDocument, config Config) *gqlerror.Error {
	s := surveyor{definitions: document.Fragments, known: map[string]shape{}}
	var total shape
	for _, operation := range document.Operations {
		total = total.with(s.survey(operation.SelectionSet))
	}
	for _, fragment := range document.Fragments {
		total = total.with(s.fragment(fragment.Name))
	}
	if limit := config.MaxDepth; total.depth > limit {
		return exceed(CodeDepthLimitExceeded, fmt.Sprintf(
			"the document is %d fields deep, the limit is %d: ask for fewer levels, or in several requests", total.depth, limit),
			int64(limit), int64(total.depth))
	}
	if limit := config.MaxSelections; total.selections > limit {
		return exceed(CodeSelectionLimitExceeded, fmt.Sprintf(
			"the document selects %d fields and fragments, the limit is %d: select fewer, or in several requests", total.selections, limit),
			int64(limit), int64(total.selections))
	}
	return nil
}

// with is the shape of two selections side by side.
func (a shape) with(b shape) shape {
	return shape{max(a.depth, b.depth), min(a.selections+b.selections, saturated)}
}

// surveyor measures selections. It looks into each fragment once, so that
// fragments that spread one another many times cost no exponential time.
type surveyor struct {
	definitions ast.FragmentDefinitionList
	known       map[string]shape
}

func (s surveyor) survey(selections ast.SelectionSet) shape {
	var total shape
	for _, selection := range selections {
		var part shape
		switch selection := selection.(type) {
		case *ast.Field:
			part = s.survey(selection.SelectionSet)
			part.depth++
			// A rule of validation bounds introspection in its own way.
			if isIntrospection(selection) {
				part.depth = 1
			}
		case *ast.InlineFragment:
			part = s.survey(selection.SelectionSet)
		case *ast.FragmentSpread:
			part = s.fragment(selection.Name)
		}
		part.selections++
		total = total.with(part)
	}
	return total
}

func (s surveyor) fragment(name string) shape {
	part, ok := s.known[name]
	if ok {
		return part
	}
	// Within itself a fragment counts nothing; validation refuses it.
	s.known[name] = shape{}
	if fragment := s.definitions.ForName(name); fragment != nil {
		part = s.survey(fragment.SelectionSet)
	}
	s.known[name] = part
	return part
}
