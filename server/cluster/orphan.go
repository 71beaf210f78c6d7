package cluster

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// How long processes of an earlier program are given to end by themselves
// before they are ended at once, and then by force.
const (
	orphanGrace = 30 * time.Second
	orphanPoll  = 10 * time.Millisecond
)

// endOrphans ends what an earlier program left running on the data: a server
// whose parent was killed, or sessions whose server was. The caller holds the
// lock on the data directory, so no other program owns them.
func endOrphans(ctx context.Context, dataDir string, logger *slog.Logger) error {
	orphans := processesIn(dataDir)
	if len(orphans) == 0 {
		return nil
	}
	logger.Warn("ending PostgreSQL processes of an earlier run", "processes", orphans)
	began := time.Now()
	signal, last := fast, syscall.Signal(0)
	if !hasPostmaster(dataDir, orphans) {
		signal = immediate // sessions alone have nobody to write the data out
	}
	for len(orphans) > 0 {
		switch age := time.Since(began); {
		case age > orphanGrace+killGrace:
			signal = syscall.SIGKILL
		case age > orphanGrace:
			signal = immediate
		}
		if signal != last {
			signalAll(dataDir, orphans, signal)
			last = signal
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("PostgreSQL processes %v of an earlier run do not end: %w", orphans, ctx.Err())
		case <-time.After(orphanPoll):
		}
		orphans = processesIn(dataDir)
	}
	return nil
}

// signalAll signals the postmaster, which ends its sessions; without one, or by
// force, every process.
func signalAll(dataDir string, pids []int, signal syscall.Signal) {
	leader := postmasterPID(dataDir)
	alone := signal != syscall.SIGKILL && hasPostmaster(dataDir, pids)
	for _, pid := range pids {
		if !alone || pid == leader {
			_ = syscall.Kill(pid, signal) // fails only when the process has ended
		}
	}
}

func hasPostmaster(dataDir string, pids []int) bool {
	return slices.Contains(pids, postmasterPID(dataDir))
}

// postmasterPID reads the first line of PostgreSQL's own lock file; 0 where
// there is none.
func postmasterPID(dataDir string) int {
	text, err := os.ReadFile(filepath.Join(dataDir, "postmaster.pid"))
	if err != nil {
		return 0
	}
	line, _, _ := bytes.Cut(text, []byte("\n"))
	pid, _ := strconv.Atoi(string(bytes.TrimSpace(line)))
	return pid
}

// processesIn returns the processes of PostgreSQL that work in the directory:
// the postmaster and every child of it have the data as working directory.
func processesIn(dataDir string) []int {
	resolved, err := filepath.EvalSymlinks(dataDir)
	if err != nil {
		return nil
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	var pids []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil {
			continue
		}
		process := filepath.Join("/proc", entry.Name())
		name, _ := os.ReadFile(filepath.Join(process, "comm"))
		if string(bytes.TrimSpace(name)) != "postgres" {
			continue
		}
		if cwd, err := os.Readlink(filepath.Join(process, "cwd")); err == nil && cwd == resolved {
			pids = append(pids, pid)
		}
	}
	return pids
}
