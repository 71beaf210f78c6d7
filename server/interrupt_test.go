package main

import (
	"context"
	"syscall"
	"testing"
)

func TestSignals(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			interrupt, release := watchInterrupts(context.Background())
			defer release()
			raise(t, signal)
			within(t, "the drain", interrupt.drain.Done())
			if interrupt.force.Err() != nil {
				t.Fatal("one signal forces")
			}
			raise(t, signal)
			within(t, "the force", interrupt.force.Done())
		})
	}
}

func TestReleaseWithoutSignals(t *testing.T) {
	interrupt, release := watchInterrupts(context.Background())
	release()
	if interrupt.drain.Err() == nil || interrupt.force.Err() == nil {
		t.Error("a released watch leaves contexts open")
	}
}

func raise(t *testing.T, signal syscall.Signal) {
	t.Helper()
	if err := syscall.Kill(syscall.Getpid(), signal); err != nil {
		t.Fatal(err)
	}
}
