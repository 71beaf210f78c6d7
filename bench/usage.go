package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of processor times in /proc on Linux: a hundredth of a second on every architecture that Go knows.
const tick = 10 * time.Millisecond

// processorTime gives the processor time that a process, its children and those that have ended have taken.
func processorTime(pid int) (time.Duration, error) {
	pids, err := family(pid)
	if err != nil {
		return 0, err
	}
	var total time.Duration
	for _, pid := range pids {
		fields, err := statusLine(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			continue // a child that has just ended is in its parent's sum
		}
		for _, field := range fields[11:15] { // utime, stime, cutime, cstime
			ticks, err := strconv.ParseInt(field, 10, 64)
			if err != nil {
				return 0, fmt.Errorf("read the processor time of process %d: %w", pid, err)
			}
			total += time.Duration(ticks) * tick
		}
	}
	return total, nil
}

// statusLine gives the fields of a stat file after the name, which is in parentheses and may hold anything.
func statusLine(file string) ([]string, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	if len(fields) < 15 {
		return nil, fmt.Errorf("%s has %d fields", file, len(fields))
	}
	return fields, nil
}

// family gives a process and its children.
func family(pid int) ([]int, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		return nil, err
	}
	pids := []int{pid}
	for field := range strings.FieldsSeq(string(text)) {
		child, err := strconv.Atoi(field)
		if err != nil {
			return nil, err
		}
		pids = append(pids, child)
	}
	return pids, nil
}

// parentOf gives the parent of a process.
func parentOf(pid int) (int, error) {
	fields, err := statusLine(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(fields[1])
}

// busyTime gives the processor time that the whole machine has spent since its start, on anything but idling.
func busyTime() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	line, _, _ := strings.Cut(string(text), "\n")
	fields := strings.Fields(line) // cpu user nice system idle iowait irq softirq steal
	var total time.Duration
	for i, field := range fields[1:9] {
		const idle, waiting = 3, 4
		ticks, err := strconv.ParseInt(field, 10, 64)
		switch {
		case err != nil:
			return 0, err
		case i != idle && i != waiting:
			total += time.Duration(ticks) * tick
		}
	}
	return total, nil
}

// peakMemory gives the most memory in bytes that a process has had resident.
func peakMemory(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		var kibibytes int64
		if _, err := fmt.Sscanf(line, "VmHWM: %d kB", &kibibytes); err == nil {
			return kibibytes << 10, nil
		}
	}
	return 0, fmt.Errorf("the status of process %d has no VmHWM", pid)
}
