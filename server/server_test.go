package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"time"
)

// started is a running server under test.
type started struct {
	url                string
	interrupt, force   context.CancelFunc
	lost               chan struct{}
	drained            chan struct{} // closed when the server has begun to stop
	ended              chan error    // the result of run
	requests, answered chan struct{} // one for each request begun; one lets it answer
}

// start runs a server whose requests wait for a word on answered.
func start(t *testing.T, drain time.Duration) *started {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, interrupt := context.WithCancel(context.Background())
	force, forceNow := context.WithCancel(context.Background())
	s := &started{
		url:       "http://" + listener.Addr().String(),
		interrupt: interrupt, force: forceNow,
		lost: make(chan struct{}), drained: make(chan struct{}), ended: make(chan error, 1),
		requests: make(chan struct{}, 8), answered: make(chan struct{}, 8),
	}
	under := server{
		handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.requests <- struct{}{}
			select {
			case <-s.answered:
				_, _ = io.WriteString(w, "done")
			case <-r.Context().Done():
			}
		}),
		log:     slog.New(slog.DiscardHandler),
		drain:   drain,
		onDrain: func() { close(s.drained) },
	}
	go func() { s.ended <- under.run(ctx, force, listener, s.lost) }()
	t.Cleanup(func() { interrupt(); forceNow() })
	return s
}

// get asks in the background and tells the body, or the error, of the answer.
func (s *started) get() <-chan any {
	result := make(chan any, 1)
	go func() {
		response, err := http.Get(s.url)
		if err != nil {
			result <- err
			return
		}
		defer response.Body.Close()
		body, err := io.ReadAll(response.Body)
		if err != nil {
			result <- err
			return
		}
		result <- string(body)
	}()
	return result
}

func within[T any](t *testing.T, what string, channel <-chan T) (value T) {
	t.Helper()
	select {
	case value = <-channel:
	case <-time.After(10 * time.Second):
		t.Fatalf("waited in vain for %s", what)
	}
	return value
}

func TestInterruptedServerFinishesRequests(t *testing.T) {
	s := start(t, time.Minute)
	answer := s.get()
	within(t, "the request", s.requests)
	s.interrupt()
	within(t, "the drain", s.drained)
	if _, err := net.DialTimeout("tcp", s.url[len("http://"):], time.Second); err == nil {
		// The listener may still close; a moment later it must have.
		time.Sleep(100 * time.Millisecond)
		if _, err := net.DialTimeout("tcp", s.url[len("http://"):], time.Second); err == nil {
			t.Error("a stopping server takes new connections")
		}
	}
	s.answered <- struct{}{}
	if got := within(t, "the answer", answer); got != "done" {
		t.Errorf("the request that was under way got %v", got)
	}
	if err := within(t, "the end", s.ended); err != nil {
		t.Errorf("run: %v", err)
	}
}

func TestDrainIsBounded(t *testing.T) {
	s := start(t, 50*time.Millisecond)
	answer := s.get()
	within(t, "the request", s.requests)
	s.interrupt()
	if err := within(t, "the end", s.ended); err != nil {
		t.Errorf("run: %v", err)
	}
	if _, cut := within(t, "the answer", answer).(error); !cut {
		t.Error("the request was not cut off")
	}
}

func TestSecondSignalCutsRequestsOff(t *testing.T) {
	s := start(t, time.Hour)
	answer := s.get()
	within(t, "the request", s.requests)
	s.interrupt()
	within(t, "the drain", s.drained)
	s.force()
	if err := within(t, "the end", s.ended); err != nil {
		t.Errorf("run: %v", err)
	}
	if _, cut := within(t, "the answer", answer).(error); !cut {
		t.Error("the request was not cut off")
	}
}

func TestLostDatabaseEndsTheServer(t *testing.T) {
	s := start(t, time.Minute)
	close(s.lost)
	if err := within(t, "the end", s.ended); !errors.Is(err, errDatabaseLost) {
		t.Errorf("run: %v", err)
	}
}
