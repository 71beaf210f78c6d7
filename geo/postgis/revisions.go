package postgis

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo"
)

// Revisions knows the revision of every layer without asking the database each time: it listens to it. While it cannot
// listen it does not trust what it knows and asks.
type Revisions struct {
	store  *Store
	url    *pgx.ConnConfig
	logger *slog.Logger

	listening atomic.Bool
	known     map[geo.LayerName]*atomic.Int64 // the map is never written after its making

	publications atomic.Pointer[map[geo.LayerName]geo.Publication]
}

// NewRevisions makes one; Run keeps it current.
func NewRevisions(store *Store, logger *slog.Logger) *Revisions {
	r := &Revisions{store: store, url: store.pool.Config().ConnConfig.Copy(), logger: logger, known: make(map[geo.LayerName]*atomic.Int64)}
	r.url.RuntimeParams["application_name"] = "xiangtu listener"
	r.url.RuntimeParams["statement_timeout"] = "0"
	for _, layer := range geo.Layers() {
		r.known[layer.Name] = &atomic.Int64{}
	}
	return r
}

// Of gives the revision of a layer. What the database shows to a statement that begins later is that revision or a
// newer one, never an older.
func (r *Revisions) Of(ctx context.Context, layer geo.LayerName) (int64, error) {
	if r.listening.Load() {
		return r.known[layer].Load(), nil
	}
	revisions, err := r.store.Revisions(ctx)
	return revisions[layer], err
}

// Run listens until the context ends, and connects again whenever the connection is lost.
func (r *Revisions) Run(ctx context.Context) {
	for ctx.Err() == nil {
		err := r.listen(ctx)
		r.listening.Store(false)
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
	conn, err := pgx.ConnectConfig(ctx, r.url)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	if _, err := conn.Exec(ctx, "LISTEN xiangtu_layers"); err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	// What changed before the LISTEN is in this reading, what changes after it is notified.
	revisions, err := r.store.Revisions(ctx)
	if err != nil {
		return err
	}
	if err := r.learnPublications(ctx, conn); err != nil {
		return err
	}
	for name, known := range r.known {
		known.Store(revisions[name])
	}
	r.listening.Store(true)
	for {
		n, err := conn.WaitForNotification(ctx)
		if err != nil {
			return fmt.Errorf("wait for a change: %w", err)
		}
		if err := r.learnPublications(ctx, conn); err != nil {
			return err
		}
		name, number, _ := strings.Cut(n.Payload, " ")
		if revision, err := strconv.ParseInt(number, 10, 64); err == nil {
			r.learn(geo.LayerName(name), revision)
		}
	}
}

// learn raises the known revision; one that comes late never lowers it.
func (r *Revisions) learn(layer geo.LayerName, revision int64) {
	known, ok := r.known[layer]
	if !ok {
		return
	}
	for {
		now := known.Load()
		if revision <= now || known.CompareAndSwap(now, revision) {
			return
		}
	}
}
