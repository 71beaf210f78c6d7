package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// process is the program in a process of its own.
type process struct {
	*exec.Cmd
	lines  chan string // of both its outputs; closed at its end
	exited chan error
}

// thisProgram is the path of the program, which this binary is in the environment of a program. It is for tests that need
// a process to kill or to fill a disk.
func thisProgram(t *testing.T) string {
	t.Helper()
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return binary
}

// programEnvironment holds none of the program's own variables.
func programEnvironment() []string { return []string{"PATH=" + os.Getenv("PATH"), asProgram + "=1"} }

// startProgram runs the program. It is dead when the test ends.
func startProgram(t *testing.T, binary string, args ...string) *process {
	t.Helper()
	cmd := exec.Command(binary, args...)
	cmd.Env = programEnvironment()
	out, in := io.Pipe()
	cmd.Stdout, cmd.Stderr = in, in
	p := &process{Cmd: cmd, lines: make(chan string, 1000), exited: make(chan error, 1)}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.lines)
		for scanner := bufio.NewScanner(out); scanner.Scan(); {
			p.lines <- scanner.Text()
		}
	}()
	go func() {
		err := cmd.Wait()
		_ = in.Close()
		p.exited <- err
	}()
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return p
}

// until reads on to a line that has a text in it.
func (p *process) until(t *testing.T, text string) {
	t.Helper()
	var seen []string
	for line := range p.lines {
		if seen = append(seen, line); strings.Contains(line, text) {
			return
		}
	}
	t.Fatalf("the program ended without saying %q:\n%s", text, strings.Join(seen, "\n"))
}

// rest is what the program says from here to its end.
func (p *process) rest() string {
	var text strings.Builder
	for line := range p.lines {
		text.WriteString(line + "\n")
	}
	return text.String()
}

// manyGrids writes features that change all grids of the demonstration map, which is given as exported, and add others
// up to so many.
func manyGrids(t *testing.T, existing string, count int) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "many.ndjson")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(file)
	written := 0
	put := func(code string, i int) {
		x, y := 116.1+float64(i%400)*0.001, 23.5+float64(i/400)*0.001
		_, _ = fmt.Fprintf(w, `{"type":"Feature","properties":{"code":"%s","name":"新格","workers":3},"geometry":{"type":"Polygon","coordinates":[[[%.4f,%.4f],[%.4f,%.4f],[%.4f,%.4f],[%.4f,%.4f],[%.4f,%.4f]]]}}`+"\n",
			code, x, y, x+0.001, y, x+0.001, y+0.001, x, y+0.001, x, y)
		written++
	}
	known := make(map[string]bool)
	var villages []string
	for line := range strings.Lines(existing) {
		if _, after, ok := strings.Cut(line, `"code":"`); ok {
			code, _, _ := strings.Cut(after, `"`)
			known[code] = true
			put(code, written)
			if len(code) == 12 {
				villages = append(villages, code)
			}
		}
	}
	for second := 99; written < count; second-- {
		for _, village := range villages {
			parent := fmt.Sprintf("%s%02d", village, second)
			if known[parent] {
				continue
			}
			put(parent, written)
			for third := 1; third < 30 && written < count; third++ {
				put(fmt.Sprintf("%s%02d", parent, third), written)
			}
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	return name
}

// outcome runs the program to its end.
func outcome(t *testing.T, binary string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	cmd := exec.CommandContext(t.Context(), binary, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = programEnvironment(), &out, &errs
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), errs.String()
}

// said runs a command on a data directory and gives what it prints.
func said(t *testing.T, binary, dir string, args ...string) string {
	t.Helper()
	code, stdout, stderr := outcome(t, binary, append([]string{"--data", dir}, args...)...)
	if code != 0 {
		t.Fatalf("%v: %d %s", args, code, stderr)
	}
	return stdout
}

// withMap makes a data directory that holds the demonstration map.
func withMap(t *testing.T, binary, dir string) {
	t.Helper()
	server := startProgram(t, binary, "--data", dir, "--listen", "127.0.0.1:0")
	server.until(t, "Map ")
	if err := server.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.rest() }()
	if err := within(t, "the end of the server", server.exited); err != nil {
		t.Fatal(err)
	}
}

// The first ends the program and with it its private database, the second the database under a program that goes on.
func TestAnImportOfManyThatIsKilledLeavesTheMapAsItWas(t *testing.T) {
	t.Parallel()
	const count = 100_000
	binary := thisProgram(t)
	parent := t.TempDir()
	enterable(parent)
	dir := filepath.Join(parent, "map")
	withMap(t, binary, dir)
	before := said(t, binary, dir, "export", "grids")
	file := manyGrids(t, before, count)

	for _, phase := range []string{"reading", "checking"} {
		// What follows the phase is under way when its end is told.
		p := startProgram(t, binary, "--data", dir, "import", "grids", file)
		p.until(t, "grids: "+phase+": ")
		time.Sleep(200 * time.Millisecond)
		if err := p.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if text := p.rest(); strings.Contains(text, "inserted") {
			t.Fatalf("the import was over before it was killed: %s", text)
		}
		_ = within(t, "the end of the program", p.exited)
		if said(t, binary, dir, "export", "grids") != before {
			t.Errorf("killed after %s: the map has changed", phase)
		}
	}

	server := startProgram(t, binary, "--data", dir, "--listen", "127.0.0.1:0")
	server.until(t, "Map ")
	p := startProgram(t, binary, "--data", dir, "import", "grids", file)
	p.until(t, "grids: checking: ")
	time.Sleep(200 * time.Millisecond)
	if err := syscall.Kill(postmasterOf(t, dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	text := p.rest()
	if err := <-p.exited; err == nil || !strings.Contains(text, "the database cannot be reached now: try again") {
		t.Errorf("the import ended with %v and said:\n%s", err, text)
	}
	// The server has started the database again, or is doing so.
	go func() { _ = server.rest() }()
	deadline := time.Now().Add(time.Minute)
	for {
		code, stdout, stderr := outcome(t, binary, "--data", dir, "export", "grids")
		if code == 0 && stdout == before {
			break
		}
		if code == 0 || time.Now().After(deadline) {
			t.Fatalf("the database was killed, and the map has changed or is not back: %d %.300s", code, stderr)
		}
		time.Sleep(100 * time.Millisecond)
	}
	if checked := said(t, binary, dir, "check", "grids"); !strings.Contains(checked, "grids: 3013 features, 0 violations") {
		t.Errorf("check: %s", checked)
	}
	again := filepath.Join(parent, "again.geojson")
	if err := os.WriteFile(again, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	if report := said(t, binary, dir, "import", "grids", again); report != "grids: 3013 read, 0 inserted, 0 updated, 3013 unchanged, 0 refused\n" {
		t.Errorf("an import in peace: %s", report)
	}
}

// enterable lets the account of the database, which is not root, go through the directories above.
func enterable(dir string) {
	for ; dir != os.TempDir() && dir != "/"; dir = filepath.Dir(dir) {
		_ = os.Chmod(dir, 0o755) // a directory that is not ours shows at the start of the database
	}
}

// smallDisk mounts a disk of so many megabytes, as only root can.
func smallDisk(t *testing.T, megabytes int) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=755", megabytes)); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount: %v", err)
		}
	})
	enterable(dir)
	return dir
}

// fill leaves so much of a disk free.
func fill(t *testing.T, disk string, megabytes int64) {
	t.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(disk, &s); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(filepath.Join(disk, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(syscall.Fallocate(int(file.Fd()), 0, 0, int64(s.Bavail)*s.Bsize-megabytes<<20), file.Close()); err != nil {
		t.Fatal(err)
	}
}

func TestAFullDiskSaysSoAndLeavesTheMapAsItWas(t *testing.T) {
	t.Parallel()
	binary := thisProgram(t)
	disk := smallDisk(t, 140)
	dir := filepath.Join(disk, "map")
	withMap(t, binary, dir)
	before := said(t, binary, dir, "export", "grids")
	fill(t, disk, 8)
	code, stdout, stderr := outcome(t, binary, "--data", dir, "import", "grids", manyGrids(t, before, 40_000))
	if code != exitFailure || !strings.Contains(stderr, "the disk of the database is full") {
		t.Errorf("import: %d %q %q", code, stdout, stderr)
	}
	if said(t, binary, dir, "export", "grids") != before {
		t.Error("the map has changed")
	}
	if code, _, stderr := outcome(t, binary, "--data", dir, "export", "grids", "/dev/full"); code != exitFailure || !strings.Contains(stderr, "no space left on device") {
		t.Errorf("export to a full disk: %d %q", code, stderr)
	}
	if code, _, stderr := outcome(t, binary, "--data", dir, "import", "towns", os.DevNull); code != exitFailure || !bytes.Contains([]byte(stderr), []byte("the file is empty")) {
		t.Errorf("an empty file: %d %q", code, stderr)
	}
}
