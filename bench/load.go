package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"time"
)

// sample is what one run of a contestant gave.
type sample struct {
	rate             float64 // requests a second
	median, high     float64 // latency in milliseconds: 50th and 99th percentile
	bytes            float64 // of an answer, headers included
	server, database float64 // processor time in milliseconds a request
	other            float64 // the share of the machine that anything else took
}

// meter measures contestants.
type meter struct {
	effort   effort
	database int    // PostgreSQL's process
	folder   string // for files of requests
}

// disturbed is the share of the machine that, if anything else takes it, makes a run be repeated.
const disturbed = 0.1

// run puts load on a contestant. A run while the machine was busy otherwise is repeated; the least disturbed counts.
func (m *meter) run(ctx context.Context, e entry, connections int) (sample, error) {
	duration := m.effort.Run
	if e.peer {
		duration = m.effort.PeerRun
	}
	var best sample
	for i := range 1 + m.effort.Again {
		if err := m.settle(ctx, e.server); err != nil {
			return best, err
		}
		s, err := m.once(ctx, e, connections, duration)
		if err != nil {
			return best, err
		}
		if i == 0 || s.other < best.other {
			best = s
		}
		if best.other < disturbed {
			break
		}
	}
	return best, nil
}

// once puts load on a contestant once, for as long as it takes to be answered at all: one that is slow works on all
// connections at once and may end none of them in a short run.
func (m *meter) once(ctx context.Context, e entry, connections int, duration time.Duration) (s sample, err error) {
	before, err := m.used(e.server)
	if err != nil {
		return s, err
	}
	begun := time.Now()
	result, wrk, err := m.wrk(ctx, e, connections, duration)
	if err != nil {
		return s, err
	}
	const patience = 30 * time.Second
	if result.requests == 0 {
		if duration > patience {
			return s, fmt.Errorf("%s has not answered with %d connections in %s", e.server.name, connections, duration)
		}
		if err := m.settle(ctx, e.server); err != nil {
			return s, err
		}
		return m.once(ctx, e, connections, 2*duration)
	}
	took := time.Since(begun)
	after, err := m.used(e.server)
	if err != nil {
		return s, err
	}
	server, database := after.server-before.server, after.database-before.database
	s = sample{
		rate:     result.requests / result.seconds,
		median:   result.median,
		high:     result.high,
		bytes:    result.bytes / result.requests,
		server:   milliseconds(server) / result.requests,
		database: milliseconds(database) / result.requests,
	}
	other := after.machine - before.machine - server - database - wrk
	s.other = float64(other) / float64(took) / float64(runtime.NumCPU())
	return s, nil
}

// used are processor times since the start of each.
type used struct{ server, database, machine time.Duration }

func (m *meter) used(server *process) (u used, err error) {
	if u.server, err = processorTime(server.pid); err != nil {
		return u, err
	}
	if u.database, err = processorTime(m.database); err != nil {
		return u, err
	}
	u.machine, err = busyTime()
	return u, err
}

// settle waits until what an earlier run left to a server and the database is done: wrk leaves in mid-answer.
func (m *meter) settle(ctx context.Context, server *process) error {
	const patience, pause = 10 * time.Second, 100 * time.Millisecond
	before, err := m.used(server)
	for begun := time.Now(); err == nil && time.Since(begun) < patience; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
		var now used
		if now, err = m.used(server); now.server+now.database-before.server-before.database <= tick {
			return err
		}
		before = now
	}
	return err
}

type wrkResult struct{ seconds, requests, bytes, errors, median, high float64 }

// wrk runs wrk, and tells the processor time that it took.
func (m *meter) wrk(ctx context.Context, e entry, connections int, duration time.Duration) (r wrkResult, took time.Duration, err error) {
	file := filepath.Join(m.folder, "requests")
	if err := writeRequests(file, e.requests); err != nil {
		return r, 0, err
	}
	command := exec.CommandContext(ctx, "wrk",
		"--threads", strconv.Itoa(min(2, connections)), "--connections", strconv.Itoa(connections),
		"--duration", strconv.Itoa(int(duration.Seconds()))+"s", "--timeout", "60s", "--script", "bench/replay.lua", e.server.origin)
	command.Env = append(os.Environ(), "REQUESTS="+file, "KEY="+e.key)
	output, err := command.CombinedOutput()
	if err != nil {
		return r, 0, fmt.Errorf("wrk: %w: %s", err, output)
	}
	_, line, _ := bytes.Cut(output, []byte("RESULT "))
	if _, err := fmt.Sscan(string(line), &r.seconds, &r.requests, &r.bytes, &r.errors, &r.median, &r.high); err != nil {
		return r, 0, fmt.Errorf("read the result of wrk: %w: %s", err, output)
	}
	if r.errors > 0 {
		return r, 0, fmt.Errorf("%s failed %.0f times in %.0f requests", e.server.name, r.errors, r.requests)
	}
	return r, command.ProcessState.UserTime() + command.ProcessState.SystemTime(), nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
