package main

import "runtime/debug"

const (
	// memoryGoal is the memory in bytes that the Go runtime should stay
	// within: with the program's code, and what large answers at once go
	// beyond it, that is less than 150 MB.
	memoryGoal = 92 << 20
	// heapGrowth is the percentage by which the heap may grow between two
	// collections. The live heap of the server is small, so that the default
	// of 100 collects dozens of times a second under load; measured on cached
	// tiles, 400 takes 1.5 µs of 24 from a request. Near memoryGoal
	// collections come as often as they must.
	heapGrowth = 400
)

// tuneMemory trades memory that is to spare for time. The goal is soft: a
// request that needs more gets more. Who sets GOMEMLIMIT or GOGC decides
// alone.
func tuneMemory(getenv func(string) string) {
	if getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryGoal)
	}
	if getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
}
