package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// interruption says how far the user has asked the program to stop.
type interruption struct {
	// drain ends with the first signal: finish what was begun, then stop.
	drain context.Context
	// force ends with the second: stop now, in order, without finishing.
	force context.Context
}

// watchInterrupts turns SIGINT, SIGTERM and SIGHUP into an interruption. The
// third signal has its default effect and ends the process at once. The
// returned function ends the watch.
func watchInterrupts(ctx context.Context) (interruption, func()) {
	drain, cancelDrain := context.WithCancel(ctx)
	force, cancelForce := context.WithCancel(ctx)

	watched := []os.Signal{syscall.SIGINT, syscall.SIGTERM}
	// nohup asks for hang-ups to be ignored; watching would undo that.
	if !signal.Ignored(syscall.SIGHUP) {
		watched = append(watched, syscall.SIGHUP)
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, watched...)

	done := make(chan struct{})
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		defer signal.Stop(signals)
		for _, cancel := range []context.CancelFunc{cancelDrain, cancelForce} {
			select {
			case <-signals:
				cancel()
			case <-done:
				return
			}
		}
	}()
	return interruption{drain: drain, force: force}, func() {
		close(done)
		<-finished
		cancelDrain()
		cancelForce()
	}
}
