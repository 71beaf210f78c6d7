package main

import (
	"io"
	"runtime/debug"
)

// program is what the commands have of the world around them.
type program struct {
	stdout, stderr io.Writer
	getenv         func(string) string
	interrupt      interruption
	// setProcessors says how many processors the process may use, and gives how
	// many they were: runtime.GOMAXPROCS. It is nil where the process is not
	// the command's alone.
	setProcessors func(int) int
}

// leaveProcessor leaves a processor to the database, which works beside a
// command all the time: on a machine of two, more threads of the command take
// more from it than they do themselves. Who sets GOMAXPROCS decides alone.
func (p program) leaveProcessor() {
	if p.setProcessors == nil || p.getenv("GOMAXPROCS") != "" {
		return
	}
	if available := p.setProcessors(0); available > 1 {
		p.setProcessors(available - 1)
	}
}

// version is the version that the Go toolchain wrote into the program: a tag,
// or a pseudo-version with time and commit.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(devel)"
	}
	return info.Main.Version
}
