package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

const (
	startTimeout = time.Minute
	stopTimeout  = 15 * time.Second
)

// process is a server under test.
type process struct {
	name   string
	origin string // http://127.0.0.1:port
	pid    int
	client *http.Client
	cancel context.CancelFunc
	done   chan struct{}
}

// program says how a server is started. Its arguments and environment have the port that start chose.
type program struct {
	name      string
	folder    string // where it runs; empty for here
	arguments func(port string) []string
	env       func(port string) []string
	probe     request // is answered with 200 when the server is ready
}

// start starts a server on a free port and waits until it answers. What it prints goes to a file of its name in logs.
func start(ctx context.Context, p program, logs string) (*process, error) {
	port, err := freePort(ctx)
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(logs, p.name+".log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	life, cancel := context.WithCancel(context.WithoutCancel(ctx))
	arguments := p.arguments(port)
	command := exec.CommandContext(life, arguments[0], arguments[1:]...)
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGTERM) }
	command.WaitDelay = stopTimeout
	command.Dir, command.Stdout, command.Stderr = p.folder, log, log
	if p.env != nil {
		command.Env = append(os.Environ(), p.env(port)...)
	}
	if err := command.Start(); err != nil {
		cancel()
		return nil, fmt.Errorf("start %s: %w", p.name, err)
	}
	server := &process{
		name: p.name, origin: "http://127.0.0.1:" + port,
		pid: command.Process.Pid, cancel: cancel, done: make(chan struct{}),
		// Answers are read as they are.
		client: &http.Client{Transport: &http.Transport{DisableCompression: true}},
	}
	go func() {
		defer close(server.done)
		_ = command.Wait() // how it ends matters only while it is awaited
	}()
	if err := server.await(ctx, p.probe); err != nil {
		server.stop()
		return nil, fmt.Errorf("%s did not start: %w; it printed:\n%s", p.name, err, tail(log.Name()))
	}
	return server, nil
}

// stop ends the server and waits for it.
func (p *process) stop() {
	p.cancel()
	<-p.done
}

// await waits until the probe is answered with 200.
func (p *process) await(ctx context.Context, probe request) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	for {
		if _, err := p.fetch(ctx, probe); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-p.done:
			return errors.New("it ended")
		case <-time.After(100 * time.Millisecond):
		}
	}
}

func freePort(ctx context.Context) (string, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer listener.Close()
	_, port, err := net.SplitHostPort(listener.Addr().String())
	return port, err
}

// tail gives the end of a file.
func tail(file string) string {
	const most = 2000
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-most):])
}
