package metrics

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestOperations(t *testing.T) {
	registry := prometheus.NewRegistry()
	operations := NewOperations(registry)
	operations.Observe("Villages", time.Millisecond, false)
	operations.Observe("Villages", time.Millisecond, true)
	operations.Observe("", time.Millisecond, false)
	err := testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP xiangtu_graphql_operations_total GraphQL operations executed, by name and outcome; the first 200 names are counted apart.
# TYPE xiangtu_graphql_operations_total counter
xiangtu_graphql_operations_total{operation="Villages",outcome="error"} 1
xiangtu_graphql_operations_total{operation="Villages",outcome="success"} 1
xiangtu_graphql_operations_total{operation="anonymous",outcome="error"} 0
xiangtu_graphql_operations_total{operation="anonymous",outcome="success"} 1
xiangtu_graphql_operations_total{operation="other",outcome="error"} 0
xiangtu_graphql_operations_total{operation="other",outcome="success"} 0
`), "xiangtu_graphql_operations_total")
	if err != nil {
		t.Error(err)
	}
}

func TestClientsCannotMakeSeriesWithoutEnd(t *testing.T) {
	registry := prometheus.NewRegistry()
	operations := NewOperations(registry)
	var clients sync.WaitGroup
	for client := range 4 {
		clients.Go(func() {
			for i := range 500 {
				operations.Observe(fmt.Sprintf("Operation%d", (i+client*100)%500), time.Millisecond, false)
			}
		})
	}
	clients.Wait()
	count, err := testutil.GatherAndCount(registry, "xiangtu_graphql_operation_duration_seconds")
	if err != nil || count != maxOperations+2 {
		t.Errorf("%d names, want %d (%v)", count, maxOperations+2, err)
	}
}

func TestCache(t *testing.T) {
	registry := prometheus.NewRegistry()
	registry.MustRegister(NewCache("tiles", func() CacheStats {
		return CacheStats{Hits: 7, Misses: 3, Evictions: 1, Entries: 2, Bytes: 2048, MaxBytes: 4096}
	}))
	err := testutil.GatherAndCompare(registry, strings.NewReader(`
# HELP xiangtu_cache_bytes Memory that the entries take.
# TYPE xiangtu_cache_bytes gauge
xiangtu_cache_bytes{cache="tiles"} 2048
# HELP xiangtu_cache_hits_total Look-ups that found an entry.
# TYPE xiangtu_cache_hits_total counter
xiangtu_cache_hits_total{cache="tiles"} 7
`), "xiangtu_cache_bytes", "xiangtu_cache_hits_total")
	if err != nil {
		t.Error(err)
	}
}
