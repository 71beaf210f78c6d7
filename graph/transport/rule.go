package transport

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/core"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// rules are those of the GraphQL specification and this package's own.
func (c Config) rules() *rules.Rules {
	all := rules.NewDefaultRules()
	all.AddRule("IgnoreDefer", ignoreDefer)
	all.AddRule("NumbersInRange", refuseHugeNumbers)
	if !c.DisableIntrospection {
		return all
	}
	all.AddRule(CodeIntrospectionDisabled, refuseIntrospection)
	for name, silent := range map[string]core.Rule{
		rules.FieldsOnCorrectTypeRule.Name: rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
		rules.KnownArgumentNamesRule.Name:  rules.KnownArgumentNamesRuleWithoutSuggestions,
		rules.KnownTypeNamesRule.Name:      rules.KnownTypeNamesRuleWithoutSuggestions,
		rules.ScalarLeafsRule.Name:         rules.ScalarLeafsRuleWithoutSuggestions,
		rules.ValuesOfCorrectTypeRule.Name: rules.ValuesOfCorrectTypeRuleWithoutSuggestions,
	} {
		all.ReplaceRule(name, silent.RuleFunc)
	}
	return all
}

func refuseIntrospection(observers *core.Events, addError core.AddErrFunc) {
	observers.OnField(func(walker *core.Walker, field *ast.Field) {
		// A fragment is walked for itself, too, and would be refused twice.
		if isIntrospection(field) && walker.CurrentOperation != nil {
			addError(core.Message("introspection is switched off on this server: read the schema in its documentation"), core.At(field.Position))
		}
	})
}

func isIntrospection(field *ast.Field) bool {
	return field.Name == "__schema" || field.Name == "__type"
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

// refuseHugeNumbers refuses literals of numbers that 64 bits do not hold: those of scalars of our own, which no rule of the
// specification looks at, and which the parser's library panics on.
func refuseHugeNumbers(observers *core.Events, addError core.AddErrFunc) {
	observers.OnValue(func(_ *core.Walker, value *ast.Value) {
		if value.Kind != ast.IntValue && value.Kind != ast.FloatValue {
			return
		}
		if _, err := value.Value(nil); err != nil {
			addError(core.Message("%.40s is a number that 64 bits do not hold", value.Raw), core.At(value.Position))
		}
	})
}
