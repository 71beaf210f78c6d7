package postgis

import (
	"context"
	"errors"
	"slices"
	"sync"

	"xiangtu/geo"
)

// mostTogether is how many changes one transaction makes of several writers.
const mostTogether = 256

// together lets writers share a transaction. The writers of a layer come one after the other, for their revisions do, and
// each waits for the disk: those who come meanwhile need not do that one by one. So whoever finds another under way waits
// for his end, and the first of those who wait writes for all of them. Nobody waits for a batch to fill.
//
// Only writers of one actor share, for a revision is signed by one, and only of one layer. Whose changes cannot be made
// together with those of others makes them alone, so that the fault of one is nobody else's.
type together struct {
	mu    sync.Mutex
	lines map[line]*[]*writer // of those who wait; a line is there while one of it writes
}

// line is what the writers who may share a transaction have in common.
type line struct {
	actor geo.Actor
	layer *geo.Layer
}

// writer is one who waits.
type writer struct {
	changes  []geo.Change
	turn     chan bool // whether he is to write for all who wait; if not, somebody has written for him
	outcomes []geo.Outcome
	err      error
	alone    bool // whether he is to write by himself, since his changes could not be made with those of others
}

// write makes changes, maybe in a transaction with those of others.
func (t *together) write(ctx context.Context, changes []geo.Change, write func(context.Context, []geo.Change) ([]geo.Outcome, error)) ([]geo.Outcome, error) {
	l := line{geo.ActorOf(ctx), changes[0].Layer}
	w := &writer{changes: changes, turn: make(chan bool, 1)}
	if t.enter(l, w) {
		defer t.pass(l)
		return write(ctx, changes)
	}
	if leads := <-w.turn; !leads {
		if w.alone {
			return write(ctx, changes)
		}
		return w.outcomes, w.err
	}
	defer t.pass(l)
	all := t.take(l)
	if len(all) == 1 {
		return write(ctx, changes)
	}
	share(ctx, all, write)
	if w.alone {
		return write(ctx, changes)
	}
	return w.outcomes, w.err
}

// share makes the changes of all, and tells each what came of it: all[0] is the one who does it.
func share(ctx context.Context, all []*writer, write func(context.Context, []geo.Change) ([]geo.Outcome, error)) {
	defer func() { // also if it panics: nobody is left waiting, and nobody is told that his change is written
		for _, w := range all[1:] {
			w.turn <- false
		}
	}()
	for _, w := range all {
		w.err = &geo.Error{Code: geo.Internal, Message: "the map could not write this"}
	}
	// It is for others, too: it does not end with the one who does it.
	writeHalves(context.WithoutCancel(ctx), all, write)
}

// writeHalves makes the changes of all in one transaction or, where one of them is wrong, those of each half by itself, and
// so on: who is wrong ends up alone, and costs the others a few transactions more.
func writeHalves(ctx context.Context, all []*writer, write func(context.Context, []geo.Change) ([]geo.Outcome, error)) {
	if len(all) == 1 {
		all[0].alone = true
		return
	}
	var joined []geo.Change
	for _, w := range all {
		joined = append(joined, w.changes...)
	}
	outcomes, err := write(ctx, joined)
	if ofChanges(err) {
		writeHalves(ctx, all[:len(all)/2], write)
		writeHalves(ctx, all[len(all)/2:], write)
		return
	}
	for _, w := range all {
		w.err = err // to try again would help nobody, and where a commit was not answered it would be wrong
		if err == nil {
			w.outcomes, outcomes = outcomes[:len(w.changes)], outcomes[len(w.changes):]
		}
	}
}

// ofChanges tells whether an error is one of what was to be written.
func ofChanges(err error) bool {
	if _, ok := errors.AsType[geo.Errors](err); ok {
		return true
	}
	e, ok := errors.AsType[*geo.Error](err)
	return ok && e.Code != geo.Unavailable && e.Code != geo.StatementTimeout && e.Code != geo.Internal
}

// enter tells whether the writer is the first of his line, and lets him wait in it if he is not.
func (t *together) enter(l line, w *writer) (first bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	waiting, busy := t.lines[l]
	if !busy {
		if t.lines == nil {
			t.lines = make(map[line]*[]*writer)
		}
		t.lines[l] = new([]*writer)
		return true
	}
	*waiting = append(*waiting, w)
	return false
}

// pass lets the first of those who wait write.
func (t *together) pass(l line) {
	t.mu.Lock()
	defer t.mu.Unlock()
	waiting := t.lines[l]
	if len(*waiting) == 0 {
		delete(t.lines, l)
		return
	}
	(*waiting)[0].turn <- true
}

// take gives those who wait, for the first of them to write for. Of two who change the same feature the second waits on: a
// transaction keeps one version of a feature, and the audit log is to have what each has written.
func (t *together) take(l line) []*writer {
	t.mu.Lock()
	defer t.mu.Unlock()
	waiting := t.lines[l]
	var next, left []*writer
	changes, codes := 0, make(map[string]bool)
	for _, w := range *waiting {
		taken := slices.ContainsFunc(w.changes, func(c geo.Change) bool { return codes[c.Code] })
		if len(next) > 0 && (taken || changes+len(w.changes) > mostTogether) {
			left = append(left, w)
			continue
		}
		next = append(next, w)
		changes += len(w.changes)
		for _, c := range w.changes {
			codes[c.Code] = true
		}
	}
	*waiting = left
	return next
}
