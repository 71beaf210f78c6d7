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

// signal is for all who wait when it is sent: a channel, which is nil while nobody does. The lock of what it is a part of
// guards it.
type signal chan struct{}

// wait gives what is closed when the signal is sent next.
func (s *signal) wait() <-chan struct{} {
	if *s == nil {
		*s = make(signal)
	}
	return *s
}

func (s *signal) send() {
	if *s != nil {
		close(*s)
		*s = nil
	}
}

// changeLog keeps the latest transactions, for tiles to know whether they are current and for followers, each of which
// reads it at a pace of its own. It is the buffer of them all, so a follower takes no more memory than its place.
//
// What a transaction did to features is read when somebody wants to know, of all transactions that are not told yet. Of
// most nobody does, and to read it takes a tenth of what the change itself takes.
type changeLog struct {
	mu           sync.Mutex
	transactions []*geo.Transaction
	first        uint64 // the number of the first of them
	told         uint64 // the number of the first that is not told, after which none is
	bytes        int
	known        geo.Moment                           // the revisions that it reaches to; nil until it has begun
	toldTo       geo.Moment                           // the revisions that what is told reaches to
	floor        geo.Moment                           // the revisions that it begins after
	of           map[geo.LayerName][]*geo.LayerChange // those of each layer
	more         signal                               // more is told
	grown        signal                               // the log has other revisions
	ask          context.CancelFunc                   // has the listener tell what is not; nil without a listener
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
	l.tell()
	l.grown.send()
}

// add appends transactions that are not told yet. known is called before anybody sees them: who hears of a change and asks
// at once for what it touched must find its revision known.
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
	l.trim()
	l.grown.send()
}

// untold gives the transactions that are not told. Nobody else looks into them until tellAll.
func (l *changeLog) untold() []*geo.Transaction {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.transactions[l.told-l.first:])
}

// tellAll says that all transactions are told.
func (l *changeLog) tellAll() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bytes = 0
	for _, t := range l.transactions {
		l.bytes += weight(t)
	}
	l.tell()
	l.trim()
}

func (l *changeLog) tell() {
	l.told, l.toldTo = l.end(), maps.Clone(l.known)
	l.more.send()
}

func (l *changeLog) end() uint64 { return l.first + uint64(len(l.transactions)) }

// trim lets the earliest transactions go where there is no room.
func (l *changeLog) trim() {
	for len(l.transactions) > 1 && (len(l.transactions) > logLength || l.bytes > logBytes) {
		gone := l.transactions[0]
		l.transactions[0] = nil
		l.transactions = l.transactions[1:]
		l.bytes -= weight(gone)
		l.first++
		l.told = max(l.told, l.first)
		for _, change := range gone.Changes {
			name := change.Layer.Name
			l.floor[name] = change.Revision
			l.of[name][0] = nil
			l.of[name] = l.of[name][1:]
		}
	}
}

// await gives what is closed when more is told, and asks for that.
func (l *changeLog) await() <-chan struct{} {
	more := l.more.wait()
	if l.ask != nil && l.told < l.end() {
		l.ask()
	}
	return more
}

// attend gives a context that ends when somebody waits for what is not told.
func (l *changeLog) attend(ctx context.Context) context.Context {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dismiss()
	ctx, l.ask = context.WithCancel(ctx)
	if l.more != nil {
		l.await()
	}
	return ctx
}

// leave says that nobody attends any more. Who waited for what a tile is held against, or for a revision, waits no longer.
func (l *changeLog) leave() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dismiss()
	l.more.send()
	l.grown.send()
}

// growth gives what is closed when the log has revisions that it does not have yet.
func (l *changeLog) growth() <-chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.grown.wait()
}

func (l *changeLog) dismiss() {
	if l.ask != nil {
		l.ask()
		l.ask = nil
	}
}

// weight is about how many bytes a transaction takes, which is more when it is told.
func weight(t *geo.Transaction) int {
	bytes := stateBytes
	for _, change := range t.Changes {
		bytes += change.Bytes
	}
	return bytes
}

// between gives the changes of a layer after a revision, up to another; ok is false if they cannot all be had.
func (l *changeLog) between(ctx context.Context, layer geo.LayerName, after, upTo int64) (changes []*geo.LayerChange, ok bool) {
	for {
		changes, more, ok := l.find(layer, after, upTo)
		if more == nil {
			return changes, ok
		}
		select {
		case <-ctx.Done():
			return nil, false
		case <-more:
		}
	}
}

// find gives the changes of a layer after a revision, up to another, or what is closed when they are told; ok is false if
// the log does not have them all.
func (l *changeLog) find(layer geo.LayerName, after, upTo int64) (changes []*geo.LayerChange, more <-chan struct{}, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil || after > upTo || after < l.floor[layer] || upTo > l.known[layer] {
		return nil, nil, false
	}
	if upTo > l.toldTo[layer] {
		if l.ask == nil {
			return nil, nil, false
		}
		return nil, l.await(), true
	}
	all := l.of[layer]
	begin := sort.Search(len(all), func(i int) bool { return all[i].Revision > after })
	end := sort.Search(len(all), func(i int) bool { return all[i].Revision >= upTo })
	// One change may stand for several revisions, and reach beyond the last of them.
	return slices.Clone(all[begin:min(end+1, len(all))]), nil, true
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
		transactions, more, err := f.take()
		if more == nil {
			return transactions, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-more:
		}
	}
}

// take gives the transactions that are told, or what is closed when more are.
func (f *Follower) take() ([]*geo.Transaction, <-chan struct{}, error) {
	l := f.log
	l.mu.Lock()
	defer l.mu.Unlock()
	if f.next < l.first {
		return nil, nil, ErrTooSlow
	}
	if f.next < l.told {
		told := slices.Clone(l.transactions[f.next-l.first : l.told-l.first])
		f.next = l.told
		return told, nil, nil
	}
	return nil, l.await(), nil
}

// follow gives a follower from now on; nil if the log has not begun.
func (l *changeLog) follow() *Follower {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.known == nil {
		return nil
	}
	return &Follower{log: l, next: l.end(), Begun: maps.Clone(l.known)}
}
