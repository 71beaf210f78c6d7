package cluster

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// How PostgreSQL's parent process, the postmaster, is told to end.
const (
	// fast cuts sessions off and writes the data out.
	fast = syscall.SIGINT
	// immediate leaves the data to be recovered at the next start.
	immediate = syscall.SIGQUIT
)

const (
	// pipeGrace is how long the log is read after the postmaster's end, while
	// sessions that outlived it hold the pipe open.
	pipeGrace = time.Second
	// killGrace is how long an immediate end may take before SIGKILL.
	killGrace = 5 * time.Second
	// reportEvery is how often a long recovery is reported.
	reportEvery = 5 * time.Second
	// attemptLimit bounds one attempt to connect.
	attemptLimit = 2 * time.Second
)

// deathOf returns the signal that a program gets when this process dies without
// having stopped it.
func deathOf(program string) syscall.Signal {
	if program == "postgres" {
		return fast
	}
	return syscall.SIGKILL // half the work of initdb is of no use
}

// postmaster is a process that dies with this one.
type postmaster struct {
	cmd *exec.Cmd
	// exited is closed when the process has ended; err is how, and set before.
	exited chan struct{}
	err    error
}

// startPostmaster starts the process, and a goroutine that waits for its end.
func startPostmaster(cmd *exec.Cmd) (*postmaster, error) {
	cmd.WaitDelay = pipeGrace
	p := &postmaster{cmd: cmd, exited: make(chan struct{})}
	started := make(chan error)
	go func() {
		// The kernel sends the death signal when the thread that forked ends,
		// not the process: the thread is held for as long as the child lives.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		p.err = cmd.Wait()
		close(p.exited)
	}()
	if err := <-started; err != nil {
		return nil, clarify(err)
	}
	return p, nil
}

// shutdown sends the signal and waits for the end. Once kill is closed it ends
// the process at once, and after killGrace by force.
func (p *postmaster) shutdown(signal syscall.Signal, kill <-chan struct{}) {
	p.signal(signal)
	select {
	case <-p.exited:
		return
	case <-kill:
	}
	p.signal(immediate)
	select {
	case <-p.exited:
	case <-time.After(killGrace):
		p.signal(syscall.SIGKILL)
		<-p.exited
	}
}

func (p *postmaster) signal(signal syscall.Signal) {
	_ = p.cmd.Process.Signal(signal) // fails only when the process has ended
}

// postgres prepares the server. What keeps it private is given on the command
// line, where no setting stored in the cluster can change it.
func (c *Cluster) postgres() *exec.Cmd {
	cmd := c.install.command(c.account, "postgres",
		"-D", c.layout.cluster,
		"-c", "config_file="+c.layout.settings,
		"-c", "hba_file="+c.layout.access,
		"-c", "listen_addresses=",
		"-c", "port=5432",
		"-c", "unix_socket_directories="+quoteListItem(c.layout.socketDir),
		"-c", "unix_socket_permissions=0700",
	)
	cmd.Stdout, cmd.Stderr = c.log, c.log
	return cmd
}

// awaitConnection connects as soon as the server lets it, and reports a long
// recovery meanwhile.
func (c *Cluster) awaitConnection(ctx context.Context, p *postmaster) (*pgx.Conn, error) {
	report := time.NewTicker(reportEvery)
	defer report.Stop()
	retry := time.NewTicker(10 * time.Millisecond)
	defer retry.Stop()
	began := time.Now()
	for {
		attempt, cancel := context.WithTimeout(ctx, attemptLimit)
		conn, err := pgx.Connect(attempt, c.urlOf("postgres"))
		cancel()
		if err == nil {
			return conn, nil
		}
		select {
		case <-p.exited:
			return nil, fmt.Errorf("PostgreSQL does not start (its log is %s): %w", c.layout.log, explain(c.log.tail()))
		case <-ctx.Done():
			return nil, fmt.Errorf("PostgreSQL takes no connections yet (%w): %w", ctx.Err(), err)
		case <-report.C:
			c.config.Logger.Info("waiting for PostgreSQL", "recovering", isRecovering(err), "for", time.Since(began).Round(time.Second))
		case <-retry.C:
		}
	}
}

// isRecovering tells whether the server refused a connection because it is
// still starting up, by SQLSTATE cannot_connect_now.
func isRecovering(err error) bool {
	var refusal *pgconn.PgError
	return errors.As(err, &refusal) && refusal.Code == "57P03"
}

func closed() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}
