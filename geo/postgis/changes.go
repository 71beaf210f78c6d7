package postgis

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo"
)

const (
	// mostChanged is how many states of features a change of a layer is told by; a larger one is told as a whole.
	mostChanged = 2000
	// mostChangedBytes is the same for their bytes.
	mostChangedBytes = 8 << 20
	// mostRevisions is how many revisions of a layer are told one by one.
	mostRevisions = 500
)

// Transactions reads what was done to layers after one moment, up to another, in the order of the commits. Layers that
// after does not name are left out. It reads by one statement, and one more for each layer that has changed, or some more
// where that is much, and tells what the context's actor may see: a feature that came into sight is a new one, and one
// that went out of it a deleted one.
func (s *Store) Transactions(ctx context.Context, after, upTo geo.Moment) ([]*geo.Transaction, error) {
	transactions, err := readTransactions(ctx, s.pool, after, upTo)
	if err == nil {
		err = tellTransactions(ctx, s.pool, transactions)
	}
	if err != nil {
		return nil, fail(err)
	}
	return transactions, nil
}

// entry is a row of xiangtu.changes.
type entry struct {
	Name        geo.LayerName
	Published   bool
	Since       int64  // the revision that it was last published at, or ceased to be
	Revision    *int64 // nil where the layer has changed and the table has nothing of it
	At          *time.Time
	Transaction *string
}

// readTransactions reads the transactions without what they did to features.
func readTransactions(ctx context.Context, from querier, after, upTo geo.Moment) ([]*geo.Transaction, error) {
	entries, err := readEntries(ctx, from, after, upTo)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*geo.Transaction)
	queues := make(map[geo.LayerName][]*geo.Transaction)
	for _, layer := range geo.Layers() {
		of := entries[layer.Name]
		if len(of) == 0 {
			continue
		}
		for i, change := range changesOf(layer, after[layer.Name], upTo[layer.Name], of) {
			t := &geo.Transaction{}
			if id := of[i].Transaction; id != nil && !change.Whole {
				if begun := byID[*id]; begun != nil {
					t = begun
				}
				byID[*id] = t
			}
			t.Changes = append(t.Changes, change)
			queues[layer.Name] = append(queues[layer.Name], t)
		}
	}
	return inOrder(queues), nil
}

// readEntries reads the changes of each layer, in the order of their revisions.
func readEntries(ctx context.Context, from querier, after, upTo geo.Moment) (map[geo.LayerName][]entry, error) {
	var names []string
	var revisions, last []int64
	for name, revision := range after {
		if upTo[name] > revision {
			names, revisions, last = append(names, string(name)), append(revisions, revision), append(last, upTo[name])
		}
	}
	entries := make(map[geo.LayerName][]entry)
	if len(names) == 0 {
		return entries, nil
	}
	const statement = `SELECT l.name, l.published, l.published_since, c.revision, c.at, c.transaction::text
FROM unnest($1::text[], $2::int8[], $3::int8[]) AS k (layer, after, up_to)
JOIN xiangtu.layers AS l ON l.name = k.layer
LEFT JOIN LATERAL (
    SELECT c.revision, c.at, c.transaction FROM xiangtu.changes AS c
    WHERE c.layer = k.layer AND c.revision > k.after AND c.revision <= k.up_to
    ORDER BY c.revision LIMIT $4
) AS c ON true
ORDER BY l.name, c.revision`
	rows, err := from.Query(ctx, statement, names, revisions, last, mostRevisions)
	if err != nil {
		return nil, err
	}
	all, err := pgx.CollectRows(rows, pgx.RowToStructByPos[entry])
	for _, e := range all {
		entries[e.Name] = append(entries[e.Name], e)
	}
	return entries, err
}

// changesOf makes changes of the entries of a layer: one of each, or one for all where the table does not have them all.
// Who may see the layer changes what is seen of all of it.
func changesOf(layer *geo.Layer, after, upTo int64, entries []entry) []*geo.LayerChange {
	turned := entries[0].Since > after
	if entries[0].Revision == nil || turned || upTo-after != int64(len(entries)) {
		whole := &geo.LayerChange{Layer: layer, Revision: upTo, Published: entries[0].Published, Turned: turned, Whole: true}
		if at := entries[len(entries)-1].At; at != nil {
			whole.At = *at
		}
		return []*geo.LayerChange{whole}
	}
	changes := make([]*geo.LayerChange, len(entries))
	for i, e := range entries {
		changes[i] = &geo.LayerChange{Layer: layer, Revision: *e.Revision, At: *e.At, Published: e.Published}
	}
	return changes
}

// tellTransactions reads what transactions did to features, by one statement for each layer unless that is much.
func tellTransactions(ctx context.Context, from querier, transactions []*geo.Transaction) error {
	of := make(map[*geo.Layer][]*geo.LayerChange)
	for _, t := range transactions {
		for _, change := range t.Changes {
			of[change.Layer] = append(of[change.Layer], change)
		}
	}
	for layer, changes := range of {
		// One that is told as a whole may stand for more than can be read.
		for len(changes) > 0 {
			n := slices.IndexFunc(changes, func(c *geo.LayerChange) bool { return c.Whole })
			if n < 0 {
				n = len(changes)
			}
			if err := tellChanges(ctx, from, layer, changes[:n]); err != nil {
				return err
			}
			changes = changes[min(n+1, len(changes)):]
		}
	}
	return nil
}

// tellChanges reads what changes of a layer that follow each other did to features. Where that is too much, each half is
// read by itself, and one that is too much by itself is told as a whole.
func tellChanges(ctx context.Context, from querier, layer *geo.Layer, changes []*geo.LayerChange) error {
	if len(changes) == 0 {
		return nil
	}
	states, complete, err := readStates(ctx, from, layer, changes[0].Revision-1, changes[len(changes)-1].Revision)
	if err != nil {
		return err
	}
	if !complete && len(changes) > 1 {
		half := len(changes) / 2
		return errors.Join(tellChanges(ctx, from, layer, changes[:half]), tellChanges(ctx, from, layer, changes[half:]))
	}
	for _, change := range changes {
		if change.Whole = !complete; change.Whole {
			continue
		}
		n := 0
		change.Bytes = 0
		for ; n < len(states) && states[n].revision == change.Revision; n++ {
			change.Bytes += stateBytes + len(states[n].row)
		}
		own := states[:n]
		states = states[n:]
		change.Tell = sync.OnceValue(func() []geo.Transition { return transitions(layer, own) })
	}
	return nil
}

// transitions reads what happened to features from the states of a change.
func transitions(layer *geo.Layer, states []state) []geo.Transition {
	var told []geo.Transition
	for _, s := range states {
		feature := s.row.feature(layer)
		if n := len(told); n == 0 || told[n-1].Latest().Common().Code != feature.Common().Code {
			told = append(told, geo.Transition{})
		}
		if s.now {
			told[len(told)-1].Is = feature
		} else {
			told[len(told)-1].Was = feature
		}
	}
	return told
}

// inOrder puts the transactions of all layers in an order that each of them agrees with. There is one, since who writes
// a layer holds it until the end of the transaction; but a cluster that the map was copied to may give an id once more, which
// makes one of two transactions. What was done to each layer is then told by itself.
func inOrder(queues map[geo.LayerName][]*geo.Transaction) []*geo.Transaction {
	var ordered []*geo.Transaction
	for len(queues) > 0 {
		next := earliest(queues)
		if next == nil {
			next = separate(queues)
		}
		for _, change := range next.Changes {
			name := change.Layer.Name
			if queues[name] = queues[name][1:]; len(queues[name]) == 0 {
				delete(queues, name)
			}
		}
		ordered = append(ordered, next)
	}
	return ordered
}

// earliest gives a transaction that no layer has another before.
func earliest(queues map[geo.LayerName][]*geo.Transaction) *geo.Transaction {
	var first *geo.Transaction
	for _, layer := range geo.Layers() {
		queue := queues[layer.Name]
		if len(queue) == 0 {
			continue
		}
		ready := !slices.ContainsFunc(queue[0].Changes, func(c *geo.LayerChange) bool { return queues[c.Layer.Name][0] != queue[0] })
		if ready && (first == nil || queue[0].Changes[0].At.Before(first.Changes[0].At)) {
			first = queue[0]
		}
	}
	return first
}

// separate takes what was done to a layer out of the transaction that it has next, for there is none that is next everywhere.
func separate(queues map[geo.LayerName][]*geo.Transaction) *geo.Transaction {
	for _, layer := range geo.Layers() {
		queue := queues[layer.Name]
		if len(queue) == 0 {
			continue
		}
		i := slices.IndexFunc(queue[0].Changes, func(c *geo.LayerChange) bool { return c.Layer == layer })
		alone := &geo.Transaction{Changes: []*geo.LayerChange{queue[0].Changes[i]}}
		queue[0].Changes = slices.Delete(queue[0].Changes, i, i+1)
		queue[0] = alone
		return alone
	}
	return nil
}
