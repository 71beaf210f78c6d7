package transport

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// engine runs operations: gqlgen's executor with this package's caches, limits
// and error codes.
type engine struct {
	*executor.Executor
	config    Config
	documents *documents
	persisted persisted
	faults    faults
	turns     turns
}

var _ graphql.GraphExecutor = (*engine)(nil)

func newEngine(schema graphql.ExecutableSchema, config Config) *engine {
	e := &engine{
		Executor:  executor.New(schema),
		config:    config,
		documents: newDocuments(schema.Schema(), config),
		persisted: newPersisted(config.PersistedCacheBytes),
		turns:     newTurns(config.LargeComplexity),
		faults:    faults{known: config.ErrorPresenter, requestID: config.RequestID, logger: config.Logger},
	}
	e.SetQueryCache(e.documents)
	// The executor validates again what the cache has no room for.
	e.SetDefaultRulesFn(config.rules)
	e.SetErrorPresenter(e.faults.present)
	e.SetRecoverFunc(func(ctx context.Context, fault any) error { return e.faults.recovered(ctx, fault) })
	e.Use(introspection{enabled: !config.DisableIntrospection})
	e.Use(complexityLimit{schema: schema, limit: config.MaxComplexity})
	e.Use(newByteLimit())
	for _, extension := range config.Extensions {
		e.Use(extension)
	}
	if config.FieldMiddleware != nil {
		e.AroundFields(config.FieldMiddleware)
	}
	return e
}

// CreateOperationContext makes a request ready to run: parsed, validated,
// within the limits, its variables coerced.
func (e *engine) CreateOperationContext(ctx context.Context, params *graphql.RawParams) (*graphql.OperationContext, gqlerror.List) {
	if refusal := e.persisted.resolve(params); refusal != nil {
		return &graphql.OperationContext{OperationName: params.OperationName}, gqlerror.List{refusal}
	}
	if errs := e.documents.prepare(params.Query); errs != nil {
		return &graphql.OperationContext{OperationName: params.OperationName}, errs
	}
	op, errs := e.Executor.CreateOperationContext(ctx, params)
	switch {
	case errs == nil || op.Doc == nil:
	case op.Operation == nil:
		errs = gqlerror.List{operationNotFound(op)}
	case op.Variables == nil:
		for _, err := range errs {
			recodeVariableError(err)
		}
	}
	return op, errs
}

func operationNotFound(op *graphql.OperationContext) *gqlerror.Error {
	var names []string
	for _, operation := range op.Doc.Operations {
		names = append(names, operation.Name)
	}
	message := "the document has several operations: name one of them in operationName: "
	if op.OperationName != "" {
		message = fmt.Sprintf("the document has no operation %q: name one of these in operationName: ", op.OperationName)
	}
	return refuse(CodeOperationNotFound, message+strings.Join(names, ", "))
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

// run executes one query or mutation of a request that has been answered the
// given bytes of data before.
func (e *engine) run(ctx context.Context, params *graphql.RawParams, readOnly bool, written int) result {
	started := time.Now()
	op, errs := e.CreateOperationContext(graphql.StartOperationTrace(ctx), params)
	if errs == nil {
		errs = checkKind(op, readOnly)
	}
	res := result{errors: errs}
	if errs == nil {
		res = e.execute(ctx, op, written)
	}
	e.observe(ctx, op, res, time.Since(started))
	return res
}

func (e *engine) observe(ctx context.Context, op *graphql.OperationContext, res result, duration time.Duration) {
	if e.config.Observe != nil {
		e.config.Observe(ctx, infoOf(op, res, duration))
	}
}

func (e *engine) execute(ctx context.Context, op *graphql.OperationContext, written int) result {
	ctx, cancel := context.WithTimeoutCause(ctx, e.config.OperationTimeout, &operationTimeout{e.config.OperationTimeout})
	defer cancel()
	leave, came := e.turns.wait(ctx, op)
	if !came {
		return result{errors: gqlerror.List{ended(ctx)}}
	}
	defer leave()
	count := &byteCount{written: written, limit: e.config.MaxResponseBytes}
	next, ctx := e.DispatchOperation(context.WithValue(ctx, byteCountKey{}, count), op)
	response := next(ctx)
	if response == nil || len(response.Errors) > 0 && ctx.Err() != nil {
		return result{errors: gqlerror.List{ended(ctx)}}
	}
	if refusal := count.check(written + len(response.Data)); refusal != nil {
		return result{errors: gqlerror.List{refusal}}
	}
	return result{data: response.Data, errors: response.Errors, extensions: response.Extensions}
}

// operationTimeout is the cause with which an operation is cancelled when its time is over.
type operationTimeout struct{ limit time.Duration }

func (t *operationTimeout) Error() string {
	return fmt.Sprintf("the operation took longer than %s: ask for less, or in several operations", t.limit)
}

// ended says why the context of an operation is done.
func ended(ctx context.Context) *gqlerror.Error {
	if timeout, ok := errors.AsType[*operationTimeout](context.Cause(ctx)); ok {
		refusal := refuse(CodeOperationTimeout, timeout.Error())
		refusal.Extensions["limit"] = timeout.limit.String()
		return refusal
	}
	return refuse(CodeOperationCancelled, "the operation was cancelled before it was done")
}

// checkKind refuses what a plain GET or POST cannot carry.
func checkKind(op *graphql.OperationContext, readOnly bool) gqlerror.List {
	switch {
	case op.Operation.Operation == ast.Subscription:
		return gqlerror.List{refuse(CodeSubscriptionNotSupported,
			"a subscription answers many times: ask for Accept: text/event-stream, or use a WebSocket with graphql-transport-ws")}
	case readOnly && op.Operation.Operation != ast.Query:
		return gqlerror.List{refuse(CodeMethodNotAllowed, "GET is for queries: send a mutation by POST")}
	}
	return nil
}

func infoOf(op *graphql.OperationContext, res result, duration time.Duration) OperationInfo {
	info := OperationInfo{Name: operationName(op), Duration: duration, Errors: len(res.errors), Bytes: len(res.data)}
	if op.Operation != nil {
		info.Kind = string(op.Operation.Operation)
	}
	if len(res.errors) > 0 {
		info.Code = codeOf(res.errors[0])
	}
	return info
}
