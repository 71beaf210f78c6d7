package cluster

import (
	"errors"
	"fmt"
	"time"
)

// A server that dies is started again, but not when it dies this often.
const (
	maxDeaths   = 3
	deathWindow = time.Minute
)

// supervise owns the postmaster until Stop, starting it again when it dies.
func (c *Cluster) supervise(p *postmaster) {
	defer close(c.done)
	defer c.release()
	var deaths []time.Time
	for {
		select {
		case <-c.stop.Done():
			c.end(p)
			return
		case <-p.exited:
		}
		reason := c.deathReason(p)
		deaths = recent(append(deaths, time.Now()))
		if len(deaths) >= maxDeaths {
			c.err = fmt.Errorf("PostgreSQL died %d times within %s (its log is %s): %w", len(deaths), deathWindow, c.layout.log, reason)
			return
		}
		c.config.Logger.Error("PostgreSQL died and is started again", "reason", reason, "log", c.layout.log)
		next, err := c.launch(c.stop)
		if c.stop.Err() != nil {
			if err == nil {
				c.end(next)
			}
			return
		}
		if err != nil {
			c.err = fmt.Errorf("PostgreSQL died and does not start again: %w", err)
			return
		}
		c.config.Logger.Info("PostgreSQL is back")
		p = next
	}
}

// end stops the server. Data that is thrown away need not be written out.
func (c *Cluster) end(p *postmaster) {
	if c.config.Volatile {
		p.shutdown(immediate, closed())
		return
	}
	p.shutdown(fast, c.kill.Done())
}

// deathReason returns what the log says, where that is of a kind that kills a
// server, else how the process ended: most messages are of failed statements.
func (c *Cluster) deathReason(p *postmaster) error {
	reason := explain(c.log.tail())
	if p.err == nil || errors.Is(reason, ErrDiskFull) || errors.Is(reason, ErrPermission) {
		return reason
	}
	return p.err
}

// recent drops the times that lie before the window.
func recent(times []time.Time) []time.Time {
	for len(times) > 0 && time.Since(times[0]) > deathWindow {
		times = times[1:]
	}
	return times
}
