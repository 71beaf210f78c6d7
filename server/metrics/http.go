// Package metrics counts what the server does, for Prometheus.
package metrics

import (
	"strconv"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// maxZoom is the deepest tile zoom that is counted apart.
const maxZoom = 24

// methods are the request methods that are counted apart; all others count as
// one, so that a client cannot make new series.
var methods = [...]string{"GET", "HEAD", "POST", "OPTIONS", "other"}

// classes are the status classes by their first digit.
var classes = [...]string{"1xx", "2xx", "3xx", "4xx", "5xx"}

// HTTP counts requests by surface. Each series is looked up once, so that
// counting a request is a few atomic additions.
type HTTP struct {
	// Other is the surface of requests that no route claims.
	Other *Surface

	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	bytes    *prometheus.CounterVec
	zooms    *prometheus.HistogramVec
}

// NewHTTP registers the series of HTTP requests.
func NewHTTP(registry prometheus.Registerer) *HTTP {
	h := &HTTP{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "xiangtu_http_requests_total",
			Help: "Requests answered, by surface, method and class of status.",
		}, []string{"surface", "method", "status"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "xiangtu_http_request_duration_seconds",
			Help:    "Time from the request's header to the end of its answer, by surface.",
			Buckets: durations(),
		}, []string{"surface"}),
		bytes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "xiangtu_http_response_bytes_total",
			Help: "Bytes of answers' bodies, by surface.",
		}, []string{"surface"}),
		zooms: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "xiangtu_tile_request_duration_seconds",
			Help:    "Time to answer a request for a tile, by zoom.",
			Buckets: durations(),
		}, []string{"zoom"}),
	}
	registry.MustRegister(h.requests, h.duration, h.bytes, h.zooms)
	h.Other = h.Surface("other")
	return h
}

// durations are bucket bounds in seconds: fine where cached tiles and single
// features are answered, coarse where exports are.
func durations() []float64 {
	return []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30}
}

// Surface counts the requests of one surface.
type Surface struct {
	// Name is the value of the label "surface".
	Name string
	// Zooms tells whether requests have a tile zoom.
	Zooms bool

	http     *HTTP
	requests [len(methods)][len(classes)]atomic.Pointer[prometheus.Counter]
	zooms    [maxZoom + 1]atomic.Pointer[prometheus.Observer]
	duration prometheus.Observer
	bytes    prometheus.Counter
}

// Surface returns the counters of the surface called name.
func (h *HTTP) Surface(name string) *Surface {
	return &Surface{
		Name:     name,
		http:     h,
		duration: h.duration.WithLabelValues(name),
		bytes:    h.bytes.WithLabelValues(name),
	}
}

// TileSurface returns the counters of a surface whose requests have a zoom.
func (h *HTTP) TileSurface(name string) *Surface {
	s := h.Surface(name)
	s.Zooms = true
	return s
}

// Observe counts one answered request; zoom is the decimal tile zoom, or "".
func (s *Surface) Observe(method string, status int, duration time.Duration, bytes int64, zoom string) {
	seconds := duration.Seconds()
	s.counter(methodIndex(method), classIndex(status)).Inc()
	s.duration.Observe(seconds)
	s.bytes.Add(float64(bytes))
	if zoom == "" {
		return
	}
	if z, err := strconv.Atoi(zoom); err == nil && z >= 0 && z <= maxZoom {
		s.zoom(z).Observe(seconds)
	}
}

// counter returns a series of requests. Series are made when first needed: most
// pairs of method and status never come, and would only fill the scrape.
func (s *Surface) counter(method, class int) prometheus.Counter {
	slot := &s.requests[method][class]
	if known := slot.Load(); known != nil {
		return *known
	}
	made := s.http.requests.WithLabelValues(s.Name, methods[method], classes[class])
	slot.Store(&made)
	return made
}

// zoom returns the series of a zoom, made when first needed.
func (s *Surface) zoom(z int) prometheus.Observer {
	if known := s.zooms[z].Load(); known != nil {
		return *known
	}
	made := s.http.zooms.WithLabelValues(strconv.Itoa(z))
	s.zooms[z].Store(&made)
	return made
}

func methodIndex(method string) int {
	for i, known := range methods {
		if method == known {
			return i
		}
	}
	return len(methods) - 1
}

func classIndex(status int) int {
	return min(max(status/100-1, 0), len(classes)-1)
}
