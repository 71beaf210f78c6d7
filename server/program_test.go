package main

import "testing"

func TestAProcessorIsLeftToTheDatabase(t *testing.T) {
	for _, test := range []struct {
		of, want int
		asked    string // GOMAXPROCS
	}{{1, 1, ""}, {2, 1, ""}, {8, 7, ""}, {8, 8, "8"}} {
		processors := test.of
		p := program{
			getenv: func(string) string { return test.asked },
			setProcessors: func(n int) int {
				before := processors
				if n > 0 {
					processors = n
				}
				return before
			},
		}
		p.leaveProcessor()
		if processors != test.want {
			t.Errorf("of %d with GOMAXPROCS=%q: %d, want %d", test.of, test.asked, processors, test.want)
		}
	}
	program{}.leaveProcessor() // where the process is not the command's alone, nothing is set
}
