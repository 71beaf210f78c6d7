package transport

import (
	"context"
	"runtime"

	"github.com/99designs/gqlgen/graphql"
)

// turns lets as many operations of a large cost run at a time as there are
// processors. To assemble a large answer takes a processor and megabytes:
// more of them at once are not done sooner, only hold their memory longer, and
// what is collected again and again to stay within bounds takes half the time.
// Operations that cost less never wait.
type turns struct {
	large  int // the cost from which on an operation waits for its turn
	places chan struct{}
}

func newTurns(large int) turns {
	return turns{large: large, places: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// wait waits for an operation's turn, which leave ends. It tells whether the turn came before ctx has ended.
func (t turns) wait(ctx context.Context, op *graphql.OperationContext) (leave func(), came bool) {
	if cost, _ := op.Stats.GetExtension(costExtension).(int); cost < t.large {
		return func() {}, true
	}
	select {
	case t.places <- struct{}{}:
		return func() { <-t.places }, true
	case <-ctx.Done():
		return nil, false
	}
}
