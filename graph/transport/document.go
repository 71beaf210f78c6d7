package transport

import (
	"context"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// documents parses and validates documents, and keeps those that pass by their
// text, the texts together within a number of bytes. gqlgen's executor finds
// them here as in its graphql.Cache.
type documents struct {
	schema *ast.Schema
	config Config
	rules  *rules.Rules
	cache  *otter.Cache[string, *ast.QueryDocument]
}

var _ graphql.Cache[*ast.QueryDocument] = (*documents)(nil)

func newDocuments(schema *ast.Schema, config Config) *documents {
	return &documents{
		schema: schema,
		config: config,
		rules:  config.rules(),
		cache: otter.Must(&otter.Options[string, *ast.QueryDocument]{
			MaximumWeight: uint64(config.QueryCacheBytes),
			Weigher:       func(text string, _ *ast.QueryDocument) uint32 { return uint32(len(text)) },
			Executor:      onCaller,
		}),
	}
}

// onCaller lets the caller of a cache do the cache's housekeeping, so that no
// goroutine outlives a request.
func onCaller(task func()) { task() }

// Get finds a document that has been prepared.
func (d *documents) Get(_ context.Context, text string) (*ast.QueryDocument, bool) {
	return d.cache.GetIfPresent(text)
}

// Add keeps a document by its text.
func (d *documents) Add(_ context.Context, text string, document *ast.QueryDocument) {
	d.cache.Set(text, document)
}

// A document with many mistakes is told of the first few.
const maxValidationErrors = 20

// prepare parses and validates the text, unless it is known to be good. The
// limits come before validation, as some of its rules take time that grows with
// the square of what is selected.
func (d *documents) prepare(text string) gqlerror.List {
	if _, known := d.cache.GetIfPresent(text); known {
		return nil
	}
	document, refusal := d.parse(text)
	if refusal != nil {
		return gqlerror.List{refusal}
	}
	if refusal := checkShape(document, d.config); refusal != nil {
		return gqlerror.List{refusal}
	}
	errs := validator.ValidateWithRules(d.schema, document, d.rules)
	if len(errs) == 0 {
		d.cache.Set(text, document)
		return nil
	}
	errs = errs[:min(len(errs), maxValidationErrors)]
	for _, err := range errs {
		code := CodeValidationFailed
		if err.Rule == CodeIntrospectionDisabled {
			code = err.Rule
		}
		err.Extensions = map[string]any{"code": code}
	}
	return errs
}

func (d *documents) parse(text string) (*ast.QueryDocument, *gqlerror.Error) {
	document, err := parser.ParseQueryWithTokenLimit(&ast.Source{Input: text}, d.config.MaxTokens)
	if err == nil && len(document.Operations) > 0 {
		return document, nil
	}
	if err == nil {
		return nil, refuse(CodeValidationFailed, "the document has no operation")
	}
	refusal := gqlerror.WrapIfUnwrapped(err)
	// The parser knows the limit apart from other errors by its message only.
	if strings.HasPrefix(refusal.Message, "exceeded token limit") {
		limit := d.config.MaxTokens
		refusal = refuse(CodeTokenLimitExceeded, fmt.Sprintf(
			"the document has more than %d tokens, the limit: send long values as variables, and operations in documents of their own", limit))
		refusal.Extensions["limit"] = limit
		return nil, refusal
	}
	refusal.Extensions = map[string]any{"code": CodeParseFailed}
	return nil, refusal
}
