package postgis

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sort"
	"sync"

	"xiangtu/geo"
)

const (
	// logLength is how many transactions the log keeps.
	logLength = 1024
	// logBytes is about how much memory they may take.
	logBytes = 32 << 20
	// stateBytes is about what a state of a feature takes besides the bytes that it is read from.
	stateBytes = 500
)

// ErrTooSlow says that a follower stayed so far behind the changes of the map that they are no longer kept.
var ErrTooSlow = errors.New("the changes of the map came faster than they were taken")

// changeLog keeps the latest transactions, for tiles to know whether they are current and for followers, each of which
// reads it at a pace of its own. It is the buffer of them all, so a follower takes no more memory than its place.
type changeLog struct {
	mu           sync.Mutex
	transactions []*geo.Transaction
	first        uint64 // the number of the first of them
	bytes        int
	known        geo.Moment                           // the revisions that it reaches to; nil until it has begun
	floor        geo.Moment                           // the revisions that it begins after
	of           map[geo.LayerName][]*geo.LayerChange // those of each layer
	grown        chan struct{}                        // closed when there is more
}

// begin makes the log one of what comes after a moment. Who follows it has lost the thread. Where it begins anew, as on
// another map, it tells nothing after revisions that the former map had, too. known is called before anybody sees it.
func (l *changeLog) begin(now geo.Moment, known func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known()
	l.first += uint64(len(l.transactions)) + 1
	l.transactions, l.bytes = nil, 0
	l.floor, l.of = maps.Clone(now), make(map[geo.LayerName][]*geo.LayerChange)
	for name, revision := range l.known {
		l.floor[name] = max(revision, now[name]) + 1
	}
	l.known = maps.Clone(now)
	l.wake()
}

// add appends transactions, and lets the earliest go where there is no room. known is called before anybody sees them: who
// hears of a change and asks at once for what it touched must find its revision known.
func (l *changeLog) add(transactions []*geo.Transaction, known func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	known()
	for _, t := range transactions {
		l.transactions = append(l.transactions, t)
		l.bytes += weight(t)
		for _, change := range t.Changes {
			name := change.Layer.Name
			l.known[name] = change.Revision
			l.of[name] = append(l.of[name], change)
		}
	}
	for len(l.transactions) > 1 && (len(l.transactions) > logLength || l.bytes > logBytes) {
		gone := l.transactions[0]
		l.transactions[0] = nil
		l.transactions = l.transactions[1:]
		l.bytes -= weight(gone)
		l.first++
		for _, change := range gone.Changes {
			name := change.Layer.Name
			l.floor[name] = change.Revision
			l.of[name][0] = nil
			l.of[name] = l.of[name][1:]
		}
	}
	l.wake()
}

func (l *changeLog) wake() {
	if l.grown != nil {
		close(l.grown)
		l.grown = nil
	}
}

// weight is about how many bytes a transaction takes.
func weight(t *geo.Transaction) int {
	bytes := stateBytes
	for _, change := range t.Changes {
		bytes += change.Bytes
	}
	return bytes
}

// between gives the changes of a layer after a revision, up to another; ok is false if the log does not have them all.
func (l *changeLog) between(layer geo.LayerName, after, upTo int64) (changes []*geo.LayerChange, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil || after > upTo || after < l.floor[layer] || upTo > l.known[layer] {
		return nil, false
	}
	all := l.of[layer]
	begin := sort.Search(len(all), func(i int) bool { return all[i].Revision > after })
	end := sort.Search(len(all), func(i int) bool { return all[i].Revision >= upTo })
	// One change may stand for several revisions, and reach beyond the last of them.
	return slices.Clone(all[begin:min(end+1, len(all))]), true
}

// Follower hears of the transactions that come after its beginning, each once, in the order of their commits. It is for
// one goroutine, holds nothing, and need not be closed.
type Follower struct {
	log  *changeLog
	next uint64
	// Begun is the moment after which it hears of all transactions.
	Begun geo.Moment
}

// Next waits for the transactions after those that it gave before; there is at least one. Its errors are that of the
// context and ErrTooSlow.
func (f *Follower) Next(ctx context.Context) ([]*geo.Transaction, error) {
	for {
		more, grown, err := f.take()
		if err != nil || more != nil {
			return more, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-grown:
		}
	}
}

// take gives the transactions that there are, or what is closed when there are more.
func (f *Follower) take() ([]*geo.Transaction, <-chan struct{}, error) {
	l := f.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if f.next < l.first {
		return nil, nil, ErrTooSlow
	}
	if more := l.transactions[f.next-l.first:]; len(more) > 0 {
		f.next += uint64(len(more))
		return slices.Clone(more), nil, nil
	}
	if l.grown == nil {
		l.grown = make(chan struct{})
	}
	return nil, l.grown, nil
}

// follow gives a follower from now on; nil if the log has not begun.
func (l *changeLog) follow() *Follower {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil {
		return nil
	}
	return &Follower{log: l, next: l.first + uint64(len(l.transactions)), Begun: maps.Clone(l.known)}
}
