package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"

	"github.com/jackc/pgx/v5"
)

// machine is where and on what was measured.
type machine struct {
	Processor  string
	Processors int
	Memory     int64 // in MB
	System     string
	Kernel     string
	Go         string
	PostgreSQL string
	PostGIS    string
	Commit     string
	LargePages bool // whether PostgreSQL has its shared memory in large pages
}

func readMachine(ctx context.Context, database *pgx.Conn) (machine, error) {
	m := machine{
		Processor:  valueIn("/proc/cpuinfo", "model name", ":"),
		Processors: runtime.NumCPU(),
		System:     strings.Trim(valueIn("/etc/os-release", "PRETTY_NAME", "="), `"`),
		Kernel:     "unknown",
		Go:         strings.TrimPrefix(runtime.Version(), "go"),
		Commit:     "unknown",
	}
	var kibibytes int64
	if _, err := fmt.Sscanf(valueIn("/proc/meminfo", "MemTotal", ":"), "%d", &kibibytes); err == nil {
		m.Memory = kibibytes << 10 / 1e6
	}
	if text, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.Kernel = strings.TrimSpace(string(text))
	}
	// The private cluster is the one program here that asks for them.
	m.LargePages = valueIn("/proc/meminfo", "HugePages_Total", ":") != valueIn("/proc/meminfo", "HugePages_Free", ":")
	// A checkout without git is measured all the same.
	if text, err := exec.CommandContext(ctx, "git", "rev-parse", "--short", "HEAD").Output(); err == nil {
		m.Commit = strings.TrimSpace(string(text))
	}
	const versions = "SELECT split_part(current_setting('server_version'), ' ', 1), PostGIS_Lib_Version()"
	err := database.QueryRow(ctx, versions).Scan(&m.PostgreSQL, &m.PostGIS)
	return m, err
}

// valueIn gives the value of the first line of a file that begins with a name; it is "unknown" if there is none.
func valueIn(file, name, separator string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(text)) {
		if key, value, found := strings.Cut(line, separator); found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return "unknown"
}
