package transport

import (
	"context"
	"sync"
)

// feeds are what feeds the events of a subscription, which ends with them and they with it.
type feeds struct {
	running sync.WaitGroup
	mu      sync.Mutex
	err     error // that one of them has ended with
}

type feedsKey struct{}

// Feed runs what makes the events of a subscription beside it: give the channel to gqlgen as the resolver's answer. run
// ends when send answers false, and its error, unless it is nil, is the last that the client is told. The subscription
// waits for it. The context is the resolver's.
func Feed[T any](ctx context.Context, run func(send func(T) bool) error) <-chan T {
	events := make(chan T)
	send := func(event T) bool {
		select {
		case events <- event:
			return true
		case <-ctx.Done():
			return false
		}
	}
	f, _ := ctx.Value(feedsKey{}).(*feeds)
	if f == nil { // executed without this transport, as by a test of the schema
		f = &feeds{}
	}
	f.running.Go(func() {
		defer close(events)
		if err := run(send); err != nil {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.err = err
		}
	})
	return events
}

// end waits for the feeds, which the end of their context ends, and gives their error.
func (f *feeds) end() error {
	f.running.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}
