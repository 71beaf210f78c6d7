package main

import "runtime/debug"

// memoryGoal is the memory in bytes that the program's own heap should stay
// within, so that with its code and stacks it takes less than 150 MB.
const memoryGoal = 128 << 20

// limitMemory tells the garbage collector to work harder near memoryGoal. The
// limit is soft: a request that needs more gets more. Who sets GOMEMLIMIT
// decides alone.
func limitMemory(getenv func(string) string) {
	if getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(memoryGoal)
	}
}
