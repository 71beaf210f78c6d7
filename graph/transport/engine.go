package transport

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// engine runs operations: gqlgen's executor with this package's caches, limits
// and error codes. It is what Config.Transports execute with.
type engine struct {
	*executor.Executor
	config Config
	faults faults
}

var _ graphql.GraphExecutor = (*engine)(nil)

func newEngine(schema graphql.ExecutableSchema, config Config) *engine {
	e := &engine{
		Executor: executor.New(schema),
		config:   config,
		faults:   faults{known: config.ErrorPresenter, requestID: config.RequestID, logger: config.Logger},
	}
	e.SetQueryCache(newDocuments(config.QueryCacheBytes))
	e.SetParserTokenLimit(config.MaxTokens)
	e.SetDefaultRulesFn(config.rules)
	e.SetDisableSuggestion(config.DisableIntrospection)
	e.SetErrorPresenter(e.faults.present)
	e.SetRecoverFunc(func(ctx context.Context, fault any) error { return e.faults.recovered(ctx, fault) })
	e.Use(newPersisted(config.PersistedCacheBytes))
	e.Use(introspection{enabled: !config.DisableIntrospection})
	e.Use(complexityLimit{schema: schema, limit: config.MaxComplexity})
	e.Use(byteLimit{})
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
	op, errs := e.Executor.CreateOperationContext(ctx, params)
	if errs == nil {
		return op, nil
	}
	switch {
	case op.Doc == nil:
		for _, err := range errs {
			e.recodeDocumentError(err)
		}
	case op.Operation == nil:
		errs = gqlerror.List{operationNotFound(op)}
	case op.Variables == nil:
		for _, err := range errs {
			recodeVariableError(err)
		}
	}
	return op, errs
}

// run executes one query or mutation and answers no more than the given bytes
// of data.
func (e *engine) run(ctx context.Context, params *graphql.RawParams, readOnly bool, maxBytes int) result {
	started := time.Now()
	op, errs := e.CreateOperationContext(graphql.StartOperationTrace(ctx), params)
	if errs == nil {
		errs = checkKind(op, readOnly)
	}
	res := result{errors: errs}
	if errs == nil {
		res = e.execute(ctx, op, maxBytes)
	}
	if e.config.Observe != nil {
		e.config.Observe(ctx, infoOf(op, res, time.Since(started)))
	}
	return res
}

func (e *engine) execute(ctx context.Context, op *graphql.OperationContext, maxBytes int) result {
	ctx, cancel := context.WithTimeoutCause(ctx, e.config.OperationTimeout, &operationTimeout{e.config.OperationTimeout})
	defer cancel()
	budget := &byteBudget{remaining: maxBytes}
	ctx = context.WithValue(ctx, byteBudgetKey{}, budget)
	next, ctx := e.DispatchOperation(ctx, op)
	response := next(ctx)
	switch {
	case response == nil, len(response.Errors) > 0 && ctx.Err() != nil:
		return result{errors: gqlerror.List{ended(ctx)}}
	case budget.remaining < 0 || len(response.Data) > maxBytes:
		return result{errors: gqlerror.List{responseTooLarge(maxBytes, max(maxBytes-budget.remaining, len(response.Data)))}}
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
	var timeout *operationTimeout
	if errors.As(context.Cause(ctx), &timeout) {
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
			"a subscription answers many times: use a transport for subscriptions in place of GET and POST")}
	case readOnly && op.Operation.Operation != ast.Query:
		return gqlerror.List{refuse(CodeMethodNotAllowed, "GET is for queries: send a mutation by POST")}
	}
	return nil
}

func infoOf(op *graphql.OperationContext, res result, duration time.Duration) OperationInfo {
	info := OperationInfo{Name: op.OperationName, Duration: duration, Errors: len(res.errors), Bytes: len(res.data)}
	if op.Operation != nil {
		info.Name, info.Kind = op.Operation.Name, string(op.Operation.Operation)
	}
	if len(res.errors) > 0 {
		info.Code = codeOf(res.errors[0])
	}
	return info
}
