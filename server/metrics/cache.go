package metrics

import "github.com/prometheus/client_golang/prometheus"

// CacheStats is what a cache has done since it was made, and holds now.
type CacheStats struct {
	Hits, Misses, Evictions uint64
	// Entries are held now, in Bytes of memory out of MaxBytes.
	Entries, Bytes, MaxBytes int64
}

// NewCache returns a collector of the cache called name.
func NewCache(name string, stats func() CacheStats) prometheus.Collector {
	of := func(metric, help string, kind prometheus.ValueType, value func(CacheStats) float64) series[CacheStats] {
		labels := prometheus.Labels{"cache": name}
		return series[CacheStats]{prometheus.NewDesc("xiangtu_cache_"+metric, help, nil, labels), kind, value}
	}
	return collector[CacheStats]{
		snapshot: stats,
		series: []series[CacheStats]{
			of("hits_total", "Look-ups that found an entry.", prometheus.CounterValue,
				func(s CacheStats) float64 { return float64(s.Hits) }),
			of("misses_total", "Look-ups that found none.", prometheus.CounterValue,
				func(s CacheStats) float64 { return float64(s.Misses) }),
			of("evictions_total", "Entries dropped to make room.", prometheus.CounterValue,
				func(s CacheStats) float64 { return float64(s.Evictions) }),
			of("entries", "Entries held.", prometheus.GaugeValue,
				func(s CacheStats) float64 { return float64(s.Entries) }),
			of("bytes", "Memory that the entries take.", prometheus.GaugeValue,
				func(s CacheStats) float64 { return float64(s.Bytes) }),
			of("max_bytes", "Memory that entries may take.", prometheus.GaugeValue,
				func(s CacheStats) float64 { return float64(s.MaxBytes) }),
		},
	}
}
