package cluster

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
)

const (
	mebibyte = int64(1) << 20
	gibibyte = int64(1) << 30
)

// access lets in whoever reaches the socket: its directory is private.
const access = "# Written at each start.\nlocal all all trust\n"

// settings returns the server's settings for a machine with so many bytes of
// memory and processors. The shares of memory follow the PostgreSQL manual
// ("Resource Consumption"), capped because the map is smaller than the machine
// and shares it with other programs.
//
// The buffers that sessions share are capped much lower than there. What they
// do not hold is read from the kernel's cache, which holds the map anyway; but
// a session has each page of them mapped when it first touches it, and so pays
// more for a table that it reads once the more of it they hold.
func settings(memory int64, processors int, volatile bool) map[string]string {
	s := map[string]string{
		"max_connections":      "100",
		"shared_buffers":       megabytes(memory/8, 32*mebibyte, 256*mebibyte),
		"effective_cache_size": megabytes(memory/2, 256*mebibyte, 64*gibibyte),
		"work_mem":             megabytes(memory/256, 4*mebibyte, 64*mebibyte),
		"maintenance_work_mem": megabytes(memory/16, 64*mebibyte, gibibyte),

		"max_worker_processes":             strconv.Itoa(max(8, processors)),
		"max_parallel_workers":             strconv.Itoa(processors),
		"max_parallel_workers_per_gather":  strconv.Itoa(min(4, processors/2)),
		"max_parallel_maintenance_workers": strconv.Itoa(min(4, processors/2)),
		// The functions of PostGIS have costs so high that the planner would
		// compile queries of some milliseconds for hundreds of them.
		"jit": "off",

		// Pages of a solid-state disk are read in any order alike.
		"random_page_cost":         "1.1",
		"effective_io_concurrency": "200",

		// Nobody replicates the cluster, and an import writes half the log.
		"wal_level":                    "minimal",
		"max_wal_senders":              "0",
		"wal_compression":              "on",
		"max_wal_size":                 "2GB",
		"checkpoint_timeout":           "15min",
		"checkpoint_completion_target": "0.9",

		"timezone":     "UTC",
		"log_timezone": "UTC",
		"lc_messages":  "C",

		"log_line_prefix": "%m [%p] ",
		"log_checkpoints": "off",
		// The text of a statement may hold what a client entrusted to the map.
		"log_min_error_statement": "panic",
	}
	if volatile {
		s["fsync"] = "off"
		s["synchronous_commit"] = "off"
		s["full_page_writes"] = "off"
		s["wal_compression"] = "off"
		s["autovacuum"] = "off"
		s["shared_buffers"] = "128MB"
		s["max_connections"] = "300"
	}
	return s
}

func megabytes(bytes, least, most int64) string {
	return strconv.FormatInt(min(max(bytes, least), most)/mebibyte, 10) + "MB"
}

// writeSettings writes the configuration outside the cluster's own directory,
// where root can write without following what another account put there.
func (c *Cluster) writeSettings(ctx context.Context) error {
	values := settings(c.config.Memory, runtime.NumCPU(), c.config.Volatile)
	// A session, and each process that helps one with a query, would load PostGIS and the forty libraries that it needs
	// by itself, which takes it as long as starting does.
	values["shared_preload_libraries"] = c.install.preloads(ctx)
	if values["wal_compression"] == "on" && c.install.hasLZ4(ctx) {
		values["wal_compression"] = "lz4" // a fraction of the time of PostgreSQL's own method
	}
	if err := os.WriteFile(c.layout.settings, []byte(render(values)), 0o644); err != nil {
		return clarify(fmt.Errorf("write PostgreSQL's settings: %w", err))
	}
	if err := os.WriteFile(c.layout.access, []byte(access), 0o644); err != nil {
		return clarify(fmt.Errorf("write PostgreSQL's access rules: %w", err))
	}
	return nil
}

// render writes settings in the form of postgresql.conf.
func render(values map[string]string) string {
	lines := make([]string, 0, len(values))
	for name, value := range values {
		lines = append(lines, fmt.Sprintf("%s = '%s'\n", name, strings.ReplaceAll(value, "'", "''")))
	}
	slices.Sort(lines)
	return "# Written at each start; use ALTER SYSTEM to overrule a setting.\n" + strings.Join(lines, "")
}

// quoteListItem quotes a path for a setting that is a list of paths.
func quoteListItem(path string) string {
	return `"` + strings.ReplaceAll(path, `"`, `""`) + `"`
}

// machineMemory returns the bytes of memory that the process may use: those of
// the machine, or fewer where a control group limits them.
func machineMemory() int64 {
	memory := 2 * gibibyte // a modest machine, where /proc tells nothing
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kibibytes int64
		if _, err := fmt.Sscanf(string(text), "MemTotal: %d kB", &kibibytes); err == nil {
			memory = kibibytes << 10
		}
	}
	if text, err := os.ReadFile("/sys/fs/cgroup/memory.max"); err == nil {
		if limit, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64); err == nil {
			memory = min(memory, limit)
		}
	}
	return memory
}
