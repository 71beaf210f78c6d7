package metrics

import "github.com/prometheus/client_golang/prometheus"

// collector reads series off a snapshot at each scrape.
type collector[S any] struct {
	snapshot func() S
	series   []series[S]
}

// series is one number of a snapshot.
type series[S any] struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(S) float64
}

// Describe implements prometheus.Collector.
func (c collector[S]) Describe(descs chan<- *prometheus.Desc) {
	for _, s := range c.series {
		descs <- s.desc
	}
}

// Collect implements prometheus.Collector: all series of one scrape are of
// one snapshot.
func (c collector[S]) Collect(metrics chan<- prometheus.Metric) {
	snapshot := c.snapshot()
	for _, s := range c.series {
		metrics <- prometheus.MustNewConstMetric(s.desc, s.kind, s.value(snapshot))
	}
}
