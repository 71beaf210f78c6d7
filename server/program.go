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
