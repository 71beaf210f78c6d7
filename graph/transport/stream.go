package transport

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// sendTimeout is how long a client may take for one message on a connection that
// stays open. What is not taken in time is given up together with its
// connection, so that nobody who is slow or gone holds memory for long.
const sendTimeout = 10 * time.Second

// stream runs one operation and yields what it is answered: once for a query or
// a mutation, for a subscription each time that there is something to tell. It
// ends early where yield returns false.
func (e *engine) stream(ctx context.Context, params *graphql.RawParams, readOnly bool, yield func(result) bool) {
	started := time.Now()
	op, errs := e.CreateOperationContext(graphql.StartOperationTrace(ctx), params)
	if errs == nil && op.Operation.Operation != ast.Subscription {
		errs = checkKind(op, readOnly)
	}
	res := result{errors: errs}
	switch {
	case errs != nil:
		yield(res)
	case op.Operation.Operation == ast.Subscription:
		res = e.subscribe(ctx, op, yield)
	default:
		res = e.execute(ctx, op, 0)
		yield(res)
	}
	e.observe(ctx, op, res, time.Since(started))
}

// subscribe yields the events of a subscription, each within the limit of bytes,
// until they or ctx end. It gives the last.
func (e *engine) subscribe(ctx context.Context, op *graphql.OperationContext, yield func(result) bool) result {
	ctx, cancel := context.WithCancel(ctx)
	sources := &feeds{}
	defer func() { cancel(); _ = sources.end() }() // ends what the resolver has begun where yield wants no more
	next, ctx := e.DispatchOperation(context.WithValue(ctx, feedsKey{}, sources), op)
	var last result
	for {
		response := next(ctx)
		if ctx.Err() != nil {
			return last
		}
		if response == nil {
			if err := sources.end(); err != nil {
				last = result{errors: gqlerror.List{e.faults.present(ctx, err)}}
				yield(last)
			}
			return last
		}
		last = result{data: response.Data, errors: response.Errors, extensions: response.Extensions}
		count := byteCount{limit: e.config.MaxResponseBytes}
		if refusal := count.check(len(response.Data)); refusal != nil {
			last = result{errors: gqlerror.List{refusal}}
		}
		if !yield(last) {
			return last
		}
	}
}
