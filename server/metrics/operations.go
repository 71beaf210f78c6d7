package metrics

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// maxOperations is the number of operation names that are counted apart.
// Clients choose names, so the number of series must not be theirs to choose.
const maxOperations = 200

// Names under which operations without a place of their own are counted.
const (
	anonymousOperation = "anonymous"
	otherOperation     = "other"
)

// Operations counts GraphQL operations by name.
type Operations struct {
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec

	mu    sync.RWMutex
	known map[string]operation
}

type operation struct {
	succeeded, failed prometheus.Counter
	duration          prometheus.Observer
}

// NewOperations registers the series of GraphQL operations.
func NewOperations(registry prometheus.Registerer) *Operations {
	o := &Operations{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "xiangtu_graphql_operations_total",
			Help: "GraphQL operations executed, by name and outcome; the first 200 names are counted apart.",
		}, []string{"operation", "outcome"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "xiangtu_graphql_operation_duration_seconds",
			Help:    "Time to execute a GraphQL operation, by name.",
			Buckets: durations(),
		}, []string{"operation"}),
		known: make(map[string]operation),
	}
	registry.MustRegister(o.requests, o.duration)
	o.known[anonymousOperation] = o.resolve(anonymousOperation)
	o.known[otherOperation] = o.resolve(otherOperation)
	return o
}

// Observe counts one executed operation; name may be empty. An operation
// failed when its answer has errors.
func (o *Operations) Observe(name string, duration time.Duration, failed bool) {
	if name == "" {
		name = anonymousOperation
	}
	op := o.operation(name)
	if failed {
		op.failed.Inc()
	} else {
		op.succeeded.Inc()
	}
	op.duration.Observe(duration.Seconds())
}

func (o *Operations) operation(name string) operation {
	o.mu.RLock()
	op, ok := o.known[name]
	full := len(o.known) >= maxOperations+2
	o.mu.RUnlock()
	if ok {
		return op
	}
	if full {
		return o.known[otherOperation]
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if op, ok := o.known[name]; ok {
		return op
	}
	if len(o.known) >= maxOperations+2 {
		return o.known[otherOperation]
	}
	op = o.resolve(name)
	o.known[name] = op
	return op
}

func (o *Operations) resolve(name string) operation {
	return operation{
		succeeded: o.requests.WithLabelValues(name, "success"),
		failed:    o.requests.WithLabelValues(name, "error"),
		duration:  o.duration.WithLabelValues(name),
	}
}
