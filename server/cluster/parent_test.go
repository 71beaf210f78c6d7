package cluster_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"xiangtu/server/cluster"
)

// holdVariable makes the test binary a program that holds a cluster: the parent
// that these tests kill.
const holdVariable = "XIANGTU_TEST_HOLD"

func TestMain(m *testing.M) {
	if dir := os.Getenv(holdVariable); dir != "" {
		hold(dir)
	}
	os.Exit(withInitialised(m.Run))
}

// initialised is a data directory whose cluster is made and does not run, for the tests of what follows. TestMain cannot
// hand a value to the tests, so it is the package's one variable.
var initialised string

func withInitialised(run func() int) int {
	parent, err := os.MkdirTemp("", "xiangtu-cluster-")
	if err == nil {
		defer func() { _ = os.RemoveAll(parent) }()
		err = os.Chmod(parent, 0o711)
	}
	initialised = filepath.Join(parent, "data")
	var c *cluster.Cluster
	if err == nil {
		c, err = cluster.Start(context.Background(), cluster.Config{Dir: initialised})
	}
	if err == nil {
		err = c.Stop(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "make a cluster for the tests:", err)
		return 1
	}
	return run()
}

// readyDir is as dataDir, but with a cluster in it, as an earlier start has left it.
func readyDir(t *testing.T) string {
	t.Helper()
	dir := dataDir(t)
	if output, err := exec.CommandContext(t.Context(), "cp", "-a", initialised, dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, output)
	}
	return dir
}

// hold starts the cluster, says so, and waits to be killed.
func hold(dir string) {
	c, err := cluster.Start(context.Background(), cluster.Config{Dir: dir})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	fmt.Println("ready")
	<-c.Done()
	os.Exit(0)
}

func startParent(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), holdVariable+"="+dir)
	output, err := parent.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { endParent(parent) })
	line, err := bufio.NewReader(output).ReadString('\n')
	if strings.TrimSpace(line) != "ready" {
		t.Fatalf("the parent said %q (%v)", line, err)
	}
	return parent
}

// endParent kills the parent; that it is dead already is no error.
func endParent(parent *exec.Cmd) {
	_ = parent.Process.Kill()
	_ = parent.Wait()
}

func serverOf(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "cluster", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	if _, err := fmt.Sscan(string(text), &pid); err != nil {
		t.Fatal(err)
	}
	return pid
}

func TestTheServerEndsWithAKilledParent(t *testing.T) {
	dir := readyDir(t)
	parent := startParent(t, dir)
	server := serverOf(t, dir)

	endParent(parent)

	eventually(t, "the server has ended", func() bool { return !alive(server) })
	start(t, dir)
}

func TestAServerThatOutlivedItsParentIsReplaced(t *testing.T) {
	dir := readyDir(t)
	parent := startParent(t, dir)
	server := serverOf(t, dir)
	// A stopped process gets the death signal only when it continues.
	signal(t, server, syscall.SIGSTOP)
	endParent(parent)
	if !alive(server) {
		t.Fatal("the server did not outlive its parent")
	}
	time.AfterFunc(100*time.Millisecond, func() { _ = syscall.Kill(server, syscall.SIGCONT) })

	c := start(t, dir)

	eventually(t, "the old server has ended", func() bool { return !alive(server) })
	if got := postmasterOf(t, c); got == server {
		t.Errorf("the old server answers")
	}
}

func TestBothKilledAtOnceLeaveAClusterThatStarts(t *testing.T) {
	dir := readyDir(t)
	parent := startParent(t, dir)
	server := serverOf(t, dir)
	kill(t, server)
	endParent(parent)

	start(t, dir)
}

func TestADirectoryInUseIsRefusedByTheNameOfItsHolder(t *testing.T) {
	dir := readyDir(t)
	parent := startParent(t, dir)

	_, err := cluster.Start(t.Context(), cluster.Config{Dir: dir})

	wantRefusal(t, err, cluster.ErrInUse, fmt.Sprintf("by process %d", parent.Process.Pid))
	if cluster.Abandoned(dir) {
		t.Error("a directory in use counts as abandoned")
	}
}

func signal(t *testing.T, pid int, signal syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(pid, signal); err != nil {
		t.Fatal(err)
	}
}
