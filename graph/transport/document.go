package transport

import (
	"context"
	"fmt"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// documents keeps parsed and validated documents by their text, the texts
// together within a number of bytes. It implements graphql.Cache.
type documents struct {
	cache *otter.Cache[string, *ast.QueryDocument]
}

var _ graphql.Cache[*ast.QueryDocument] = documents{}

func newDocuments(maxBytes int) documents {
	return documents{otter.Must(&otter.Options[string, *ast.QueryDocument]{
		MaximumWeight: uint64(maxBytes),
		Weigher:       func(text string, _ *ast.QueryDocument) uint32 { return uint32(len(text)) },
		Executor:      onCaller,
	})}
}

// onCaller lets the caller of a cache do the cache's housekeeping, so that no
// goroutine outlives a request.
func onCaller(task func()) { task() }

func (d documents) Get(_ context.Context, text string) (*ast.QueryDocument, bool) {
	return d.cache.GetIfPresent(text)
}

func (d documents) Add(_ context.Context, text string, document *ast.QueryDocument) {
	d.cache.Set(text, document)
}

// recodeDocumentError gives an error of parsing or validation its own code
// where gqlgen knows a general one only.
func (e *engine) recodeDocumentError(err *gqlerror.Error) {
	switch {
	case err.Rule == CodeDepthLimitExceeded, err.Rule == CodeFieldLimitExceeded, err.Rule == CodeIntrospectionDisabled:
		err.Extensions["code"] = err.Rule
	case codeOf(err) == CodeParseFailed && strings.HasPrefix(err.Message, "exceeded token limit"):
		limit := e.config.MaxTokens
		err.Message = fmt.Sprintf("the document has more than %d tokens, the limit: send long values as variables, or several operations apart", limit)
		err.Extensions["code"], err.Extensions["limit"] = CodeTokenLimitExceeded, limit
	}
}

// recodeVariableError says in words where in the variables the error is. Its
// path is dropped, as a path is for places in the answer.
func recodeVariableError(err *gqlerror.Error) {
	if len(err.Path) > 1 {
		err.Message = fmt.Sprintf("variable $%s: %s", err.Path[1:], err.Message)
	}
	err.Path = nil
	err.Extensions["code"] = CodeBadUserInput
}

func operationNotFound(op *graphql.OperationContext) *gqlerror.Error {
	var names []string
	for _, operation := range op.Doc.Operations {
		names = append(names, operation.Name)
	}
	message := "the document has several operations: name one in operationName: "
	if op.OperationName != "" {
		message = fmt.Sprintf("the document has no operation %q, but: ", op.OperationName)
	}
	return refuse(CodeOperationNotFound, message+strings.Join(names, ", "))
}
