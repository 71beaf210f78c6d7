// Package health tells orchestrators whether the program lives and whether it
// can answer.
package health

import (
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"

	"xiangtu/server/problem"
)

// timeout bounds one question for readiness: probes give up after a few
// seconds, and must not pile up behind a database that hangs.
const timeout = 2 * time.Second

// Check is one condition of readiness.
type Check struct {
	// Name says what is checked, such as "database".
	Name string
	// Holds returns nil when the condition holds. It must return when its
	// context ends.
	Holds func(context.Context) error
}

// Health answers /health/live and /health/ready.
type Health struct {
	checks   []Check
	draining atomic.Bool
}

// New returns a Health that is ready while every check holds.
func New(checks ...Check) *Health { return &Health{checks: checks} }

// Drain makes the program unready for good, so that a balancer sends no new
// requests while it stops.
func (h *Health) Drain() { h.draining.Store(true) }

// Live answers 200 as long as the program can answer at all.
func (h *Health) Live(w http.ResponseWriter, _ *http.Request) {
	writeStatus(w, answer{Status: "live"})
}

// Ready answers 200 while every check holds, else a problem that names the
// first one that does not.
func (h *Health) Ready(w http.ResponseWriter, r *http.Request) {
	if h.draining.Load() {
		problem.Write(w, r, problem.Problem{
			Status: http.StatusServiceUnavailable,
			Code:   "DRAINING",
			Detail: "The server is stopping; it finishes the requests that it has.",
		})
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), timeout)
	defer cancel()
	names := make([]string, 0, len(h.checks))
	for _, check := range h.checks {
		if err := check.Holds(ctx); err != nil {
			problem.Write(w, r, problem.Problem{
				Status: http.StatusServiceUnavailable,
				Code:   "UNREADY",
				Detail: "The check " + check.Name + " does not hold; the log says why.",
			})
			problem.Record(w, err)
			return
		}
		names = append(names, check.Name)
	}
	writeStatus(w, answer{Status: "ready", Checks: names})
}

type answer struct {
	Status string   `json:"status"`
	Checks []string `json:"checks,omitempty"`
}

func writeStatus(w http.ResponseWriter, a answer) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(a)
}
