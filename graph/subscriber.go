package graph

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
	"xiangtu/graph/input"
	"xiangtu/graph/transport"
)

const (
	// mostSubscribers is how many subscriptions the process has at a time.
	mostSubscribers = 10_000
	// mostFilters is how many different filters they may have, each of which is tested once a change.
	mostFilters = 100
)

// subscribers counts subscriptions, and those with each filter.
type subscribers struct {
	mu      sync.Mutex
	count   int
	filters map[string]int
}

// enter takes a subscriber in, unless there are too many; filter is the text of its filter, empty for none.
func (s *subscribers) enter(filter string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.filters == nil {
		s.filters = make(map[string]int)
	}
	switch {
	case s.count >= mostSubscribers:
		return &geo.Error{Code: geo.Unavailable, Message: fmt.Sprintf("the server has %d subscribers, which is the limit: try again later", mostSubscribers)}
	case filter != "" && s.filters[filter] == 0 && len(s.filters) >= mostFilters:
		return &geo.Error{Code: geo.Unavailable, Message: fmt.Sprintf(
			"the subscribers of the server have %d different filters, which is the limit: leave where out, and test what comes", mostFilters)}
	}
	s.count++
	if filter != "" {
		s.filters[filter]++
	}
	return nil
}

// leave lets a subscriber go.
func (s *subscribers) leave(filter string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count--
	if filter == "" {
		return
	}
	if s.filters[filter]--; s.filters[filter] == 0 {
		delete(s.filters, filter)
	}
}

// interest is what a subscriber wants to hear of.
type interest struct {
	layers []*geo.Layer
	since  geo.Moment
	filter string // its text
}

func interestOf(names []geo.LayerName, since []*input.LayerRevision) (interest, error) {
	revisions, err := input.Since(since)
	return interest{layers: input.LayersNamed(names), since: revisions}, err
}

// news is a transaction as a subscriber sees it.
type news struct {
	changes []*geo.LayerChange
	moment  geo.Moment // the revision of every layer after it
}

// subscribe answers events of what changes: first of what the subscriber has missed, then as it comes.
func subscribe[T any](ctx context.Context, r *Resolver, of interest, events func(context.Context, news) ([]T, error)) (<-chan T, error) {
	if r.Changes == nil {
		return nil, &geo.Error{Code: geo.Unavailable, Message: "this server does not tell of changes"}
	}
	follower, err := r.Changes.Follow()
	if err != nil {
		return nil, err
	}
	missed, err := r.missed(ctx, of, follower.Begun)
	if err != nil {
		return nil, err
	}
	if err := r.subscribers.enter(of.filter); err != nil {
		return nil, err
	}
	return transport.Feed(ctx, func(send func(T) bool) error {
		defer r.subscribers.leave(of.filter)
		tell := func(n news) (bool, error) {
			if len(n.changes) == 0 {
				return true, nil
			}
			all, err := events(ctx, n)
			for _, event := range all {
				if !send(event) {
					return false, nil
				}
			}
			return err == nil, err
		}
		for _, transaction := range missed {
			if more, err := tell(news{transaction.Changes, follower.Begun}); !more {
				return err
			}
		}
		missed = nil
		return r.follow(ctx, of, follower, tell)
	}), nil
}

// follow tells of transactions as they come, until tell or the context wants no more.
func (r *Resolver) follow(ctx context.Context, of interest, follower *postgis.Follower, tell func(news) (bool, error)) error {
	moment := maps.Clone(follower.Begun)
	for {
		transactions, err := follower.Next(ctx)
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // who has left is told nothing
		case errors.Is(err, postgis.ErrTooSlow):
			return &geo.Error{Code: geo.TooSlow, Cause: err, Message: "changes came faster than you took them: subscribe again, with the revisions that you heard of last as since"}
		case err != nil:
			return err
		}
		for _, transaction := range transactions {
			for _, change := range transaction.Changes {
				moment[change.Layer.Name] = change.Revision
			}
			seen, err := r.seen(ctx, of, transaction)
			if err != nil {
				return err
			}
			if more, err := tell(news{seen, moment}); !more {
				return err
			}
		}
	}
}

// missed reads what has happened since the subscriber heard of a layer last. One who has heard of more than there is
// knows another map, and is to read it anew.
func (r *Resolver) missed(ctx context.Context, of interest, now geo.Moment) ([]*geo.Transaction, error) {
	var reloaded []*geo.Transaction
	after := make(geo.Moment)
	for _, layer := range of.layers {
		heard, ok := of.since[layer.Name]
		switch {
		case ok && heard > now[layer.Name]:
			change := &geo.LayerChange{Layer: layer, Revision: now[layer.Name], Whole: true}
			reloaded = append(reloaded, &geo.Transaction{Changes: []*geo.LayerChange{change}})
		case ok && heard < now[layer.Name]:
			after[layer.Name] = heard
		}
	}
	if len(after) == 0 {
		return reloaded, nil
	}
	transactions, err := r.Store.Transactions(ctx, after, now)
	return append(reloaded, transactions...), err
}

// seen gives the changes of a transaction that the subscriber wants to hear of, with what of them its actor may see.
func (r *Resolver) seen(ctx context.Context, of interest, transaction *geo.Transaction) ([]*geo.LayerChange, error) {
	var seen []*geo.LayerChange
	for _, change := range transaction.Changes {
		if !slices.Contains(of.layers, change.Layer) {
			continue
		}
		actor := geo.ActorOf(ctx)
		switch {
		case change.Published, change.Turned: // whoever saw the layer is to drop it
			seen = append(seen, change)
		case actor.May(geo.Viewer):
			own, err := r.within(ctx, change, actor.Scope)
			if err != nil {
				return nil, err
			}
			seen = append(seen, own)
		}
	}
	return seen, nil
}

// within gives what can be seen of the change of a layer that is not published within a scope. The database decides it,
// once for all who have the scope.
func (r *Resolver) within(ctx context.Context, change *geo.LayerChange, scope string) (*geo.LayerChange, error) {
	if change.Whole {
		return change, nil
	}
	type key struct{ scope string }
	return geo.Once(&change.Memo, key{scope}, func() (*geo.LayerChange, error) {
		ctx := geo.WithActor(context.WithoutCancel(ctx), geo.Actor{Name: "subscriber", Role: geo.Viewer, Scope: scope})
		name := change.Layer.Name
		own, err := r.Store.Transactions(ctx, geo.Moment{name: change.Revision - 1}, geo.Moment{name: change.Revision})
		if err != nil || len(own) != 1 {
			return &geo.LayerChange{Layer: change.Layer, Revision: change.Revision, At: change.At}, err
		}
		return own[0].Changes[0], nil
	})
}
