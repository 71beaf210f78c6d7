package metrics

import (
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

// NewPool returns a collector of the connection pool's state.
func NewPool(pool *pgxpool.Pool) prometheus.Collector {
	of := func(name, help string, kind prometheus.ValueType, value func(*pgxpool.Stat) float64) series[*pgxpool.Stat] {
		return series[*pgxpool.Stat]{prometheus.NewDesc("xiangtu_pool_"+name, help, nil, nil), kind, value}
	}
	return collector[*pgxpool.Stat]{
		snapshot: pool.Stat,
		series: []series[*pgxpool.Stat]{
			of("connections_acquired", "Connections in use.", prometheus.GaugeValue,
				func(s *pgxpool.Stat) float64 { return float64(s.AcquiredConns()) }),
			of("connections_idle", "Connections that wait for use.", prometheus.GaugeValue,
				func(s *pgxpool.Stat) float64 { return float64(s.IdleConns()) }),
			of("connections_max", "Connections that there can be.", prometheus.GaugeValue,
				func(s *pgxpool.Stat) float64 { return float64(s.MaxConns()) }),
			of("connections_opened_total", "Connections opened.", prometheus.CounterValue,
				func(s *pgxpool.Stat) float64 { return float64(s.NewConnsCount()) }),
			of("acquires_total", "Times a connection was taken.", prometheus.CounterValue,
				func(s *pgxpool.Stat) float64 { return float64(s.AcquireCount()) }),
			of("acquires_waited_total", "Times a connection had to be waited for.", prometheus.CounterValue,
				func(s *pgxpool.Stat) float64 { return float64(s.EmptyAcquireCount()) }),
			of("acquires_cancelled_total", "Times the wait was given up.", prometheus.CounterValue,
				func(s *pgxpool.Stat) float64 { return float64(s.CanceledAcquireCount()) }),
			of("acquire_seconds_total", "Time spent to take connections.", prometheus.CounterValue,
				func(s *pgxpool.Stat) float64 { return s.AcquireDuration().Seconds() }),
		},
	}
}
