package main

import (
	"fmt"
	"time"
)

// effort is how much is measured.
type effort struct {
	Rounds int // runs of every contestant at every workload; the median counts
	// Of one run of Xiangtu and the limit, of a peer, and of anybody before the first. wrk takes whole seconds.
	Run, PeerRun, Warm time.Duration
	Again              int  // how often a run that was disturbed is repeated
	Peers              bool // whether peers take part
	Keep               bool // whether bench/README.md is written
	FileRounds         int  // runs of every contestant at each size of files
	FilesOnly          bool // whether nothing but files is measured
	WritesOnly         bool // whether nothing but writes is measured
}

// effortNamed gives the effort of the variable BENCH; that of no name is full.
func effortNamed(name string) (effort, error) {
	switch name {
	case "", "full":
		return effort{Rounds: 5, Run: 3 * time.Second, PeerRun: 2 * time.Second, Warm: time.Second, Again: 3, Peers: true, Keep: true, FileRounds: 9}, nil
	case "quick":
		return effort{Rounds: 3, Run: time.Second, Warm: time.Second, FileRounds: 1}, nil
	case "files":
		return effort{FileRounds: 9, FilesOnly: true}, nil
	case "writes":
		return effort{Rounds: 3, Run: 3 * time.Second, Warm: time.Second, Again: 2, WritesOnly: true}, nil
	}
	return effort{}, fmt.Errorf("BENCH=%s is none of full, quick, files and writes", name)
}
