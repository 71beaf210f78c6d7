package postgis

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo"
)

const (
	// pulse is how often a silent connection is asked for changes, which shows that it is not dead.
	pulse = 5 * time.Second
	// patience is how long it may take to answer.
	patience = 10 * time.Second
	// breath is how long at least it is from one reading of what has changed to the next: a change after a pause is read
	// at once, and of many in a row several at a time.
	breath = 10 * time.Millisecond
)

// Revisions knows the revision of every layer, and what the latest changes of each were, without asking the database each
// time: it listens to it. While it cannot listen it does not trust what it knows and asks.
type Revisions struct {
	store  *Store
	url    *pgx.ConnConfig
	logger *slog.Logger

	listening atomic.Bool
	known     map[geo.LayerName]*atomic.Int64 // the map is never written after its making
	log       changeLog
	hurry     chan struct{} // somebody waits for what this process has written

	publications atomic.Pointer[map[geo.LayerName]geo.Publication]
}

// NewRevisions makes one; Run keeps it current.
func NewRevisions(store *Store, logger *slog.Logger) *Revisions {
	r := &Revisions{store: store, url: store.pool.Config().ConnConfig.Copy(), logger: logger, known: make(map[geo.LayerName]*atomic.Int64), hurry: make(chan struct{}, 1)}
	r.url.RuntimeParams["application_name"] = "xiangtu listener"
	r.url.RuntimeParams["statement_timeout"] = "0"
	// The same few statements are asked again and again. Their plans are made while the history is short, and have to do
	// when it is long.
	r.url.RuntimeParams["plan_cache_mode"] = "force_generic_plan"
	r.url.RuntimeParams["enable_seqscan"] = "off"
	delete(r.url.RuntimeParams, "role") // what changed is read for everybody, and shown to those who may see it
	for _, layer := range geo.Layers() {
		r.known[layer.Name] = &atomic.Int64{}
	}
	return r
}

// Of gives the revision of a layer. What the database shows to a statement that begins later is that revision or a
// newer one, never an older. It is none before what this process has written itself.
func (r *Revisions) Of(ctx context.Context, layer geo.LayerName) (int64, error) {
	if hears, err := r.hears(ctx, layer); hears || err != nil {
		return r.known[layer].Load(), err
	}
	revisions, err := r.store.Revisions(ctx)
	return revisions[layer], err
}

// Between gives the changes of a layer after a revision, up to another; ok is false if they are not known, so that
// anything may have changed. It may wait for the database to tell them.
func (r *Revisions) Between(ctx context.Context, layer geo.LayerName, after, upTo int64) (changes []*geo.LayerChange, ok bool) {
	return r.log.between(ctx, layer, after, upTo)
}

// Follow gives a follower of what changes from now on.
func (r *Revisions) Follow() (*Follower, error) {
	if f := r.log.follow(); f != nil {
		return f, nil
	}
	return nil, &geo.Error{Code: geo.Unavailable, Message: "changes of the map are not heard of yet: try again"}
}

// Run listens until the context ends, and connects again whenever the connection is lost.
func (r *Revisions) Run(ctx context.Context) {
	for ctx.Err() == nil {
		err := r.listen(ctx)
		if ctx.Err() != nil {
			return
		}
		r.logger.Warn("cannot listen for changes of the map; revisions are read anew for each request", "error", err)
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
}

func (r *Revisions) listen(ctx context.Context) error {
	conn, err := r.connect(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	defer func() {
		r.listening.Store(false)
		r.log.leave()
	}()
	for {
		rested := time.After(breath)
		// What changed before the LISTEN is in the first reading, what changes after it is notified.
		if err := r.catchUp(ctx, conn); err != nil {
			return fmt.Errorf("read what has changed: %w", err)
		}
		r.listening.Store(true)
		err := r.attend(ctx, conn, func(asked context.Context) (bool, error) { return r.wait(asked, conn) })
		if err != nil {
			return fmt.Errorf("wait for a change: %w", err)
		}
		err = r.attend(ctx, conn, func(asked context.Context) (bool, error) {
			select {
			case <-rested:
				return true, nil
			case <-r.hurry:
				return true, nil
			case <-asked.Done():
				return false, nil
			}
		})
		if err != nil {
			return err
		}
	}
}

// attend waits until it is over, and tells what changes did whenever somebody asks meanwhile: then the context of wait ends.
func (r *Revisions) attend(ctx context.Context, conn *pgx.Conn, wait func(asked context.Context) (over bool, err error)) error {
	for {
		over, err := wait(r.log.attend(ctx))
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil || over:
			return err
		}
		if err := r.tell(ctx, conn); err != nil {
			return fmt.Errorf("read what features were and are: %w", err)
		}
	}
}

// tell reads what the transactions of the log that are not told did.
func (r *Revisions) tell(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	if err := tellTransactions(ctx, conn, r.log.untold()); err != nil {
		return err
	}
	r.log.tellAll()
	return nil
}

func (r *Revisions) connect(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, r.url)
	if err != nil {
		return nil, err
	}
	if _, err := conn.Exec(ctx, "LISTEN xiangtu_layers"); err != nil {
		return nil, errors.Join(err, conn.Close(context.WithoutCancel(ctx)))
	}
	return conn, nil
}

// wait waits for a change that is not known, or until it is time to look whether the connection lives: then it is over. It
// is not where the context ends before.
func (r *Revisions) wait(ctx context.Context, conn *pgx.Conn) (over bool, err error) {
	within, cancel := context.WithTimeout(ctx, pulse)
	defer cancel()
	for {
		n, err := conn.WaitForNotification(within)
		switch {
		case err != nil && within.Err() != nil && !conn.IsClosed():
			return ctx.Err() == nil, nil
		case err != nil:
			return false, err
		}
		name, number, _ := strings.Cut(n.Payload, " ")
		known := r.known[geo.LayerName(name)]
		revision, err := strconv.ParseInt(number, 10, 64)
		if known == nil || err != nil || revision > known.Load() {
			return true, nil
		}
	}
}

// catchUp takes into the log what has changed since it was last read. Who knows the new revision of a layer finds the
// change in the log, and who hears of the change finds the revision known.
func (r *Revisions) catchUp(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	now, publications, err := readRevisions(ctx, conn)
	if err != nil {
		return err
	}
	known := func() {
		for name, known := range r.known {
			known.Store(now[name])
		}
	}
	after, changed := r.compare(now)
	if !changed {
		return nil
	}
	r.publications.Store(&publications) // before the revisions that they came with are known
	if after == nil {
		r.store.written.forget()
		r.log.begin(now, known)
		return nil
	}
	transactions, err := readTransactions(ctx, conn, after, now)
	if err != nil {
		return err
	}
	r.log.add(transactions, known)
	return nil
}

// compare gives the moment that the log reaches to, and whether the map has gone on since. There is no such moment
// before the log has begun, nor where the map is not the one that it was, as after the restoring of a copy.
func (r *Revisions) compare(now geo.Moment) (after geo.Moment, changed bool) {
	f := r.log.follow()
	if f == nil {
		return nil, true
	}
	for name := range r.known {
		if now[name] < f.Begun[name] {
			return nil, true
		}
		changed = changed || now[name] > f.Begun[name]
	}
	return f.Begun, changed
}
