package postgis

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"xiangtu/geo"
)

// Write makes changes in one transaction, in their order: all of them, or none on an error. It gives an outcome for each.
// The number of statements does not depend on the number of changes that follow each other in one layer.
//
// The error is geo.Errors where changes are wrong, with the paths to what is, or else a geo.Error.
//
// Changes of one layer may share their transaction, and so their revision, with those of the same actor that come at the
// same time; each succeeds or fails by itself all the same.
func (s *Store) Write(ctx context.Context, changes []geo.Change, o geo.WriteOptions) ([]geo.Outcome, error) {
	if o.DryRun || len(changes) == 0 || slices.ContainsFunc(changes, func(c geo.Change) bool { return c.Layer != changes[0].Layer }) {
		return s.write(ctx, changes, o)
	}
	return s.together.write(ctx, changes, func(ctx context.Context, changes []geo.Change) ([]geo.Outcome, error) {
		return s.write(ctx, changes, o)
	})
}

func (s *Store) write(ctx context.Context, changes []geo.Change, o geo.WriteOptions) ([]geo.Outcome, error) {
	var outcomes []geo.Outcome
	err := s.Change(ctx, layersOf(changes), o, func(ctx context.Context, w *Writer) (err error) {
		outcomes, err = w.Write(ctx, changes)
		return err
	})
	if err != nil {
		return nil, err
	}
	return outcomes, nil
}

// layersOf lists the layers of changes.
func layersOf(changes []geo.Change) []*geo.Layer {
	layers := make([]*geo.Layer, len(changes))
	for i := range changes {
		layers[i] = changes[i].Layer
	}
	return layers
}

// Writer changes the map within a transaction. It is for one goroutine.
type Writer struct {
	store  *Store
	layers []*geo.Layer
	tx     pgx.Tx // nil until something is to be written
}

// Change runs do in a transaction that may change the layers, and keeps what it did
// unless it fails or o says so. Nobody else who comes by a surface changes these layers meanwhile: the revisions of a
// layer put its writers into a row anyway, and whoever waits before the first row is locked waits for no one who waits
// for him. An error is put into words once the transaction is over.
func (s *Store) Change(ctx context.Context, layers []*geo.Layer, o geo.WriteOptions, do func(context.Context, *Writer) error) error {
	w := &Writer{store: s, layers: layers}
	if err := do(ctx, w); err != nil {
		w.rollback(ctx)
		return s.explain(ctx, err)
	}
	if o.DryRun {
		w.rollback(ctx)
		return nil
	}
	return w.commit(ctx)
}

// lockClass tells the advisory locks of layers from those that others may use in the same database.
const lockClass = 0x7874

// mostWaiting is how long a writer waits for another.
const mostWaiting = "10s"

// transaction gives the transaction of the writer, which begins with the first that is written.
func (w *Writer) transaction(ctx context.Context) (pgx.Tx, error) {
	if w.tx != nil {
		return w.tx, nil
	}
	begin := strings.Builder{}
	// One plan does for any number of changes: making another costs more than a change.
	begin.WriteString("BEGIN; SET LOCAL lock_timeout = '" + mostWaiting + "'; SET LOCAL plan_cache_mode = force_generic_plan")
	for i, layer := range geo.Layers() {
		if slices.Contains(w.layers, layer) {
			// An import locks the table before its rows, so a writer does, too.
			begin.WriteString("; SELECT pg_advisory_xact_lock(" + strconv.Itoa(lockClass) + ", " + strconv.Itoa(i) + ")" +
				"; LOCK TABLE xiangtu." + string(layer.Name) + " IN ROW EXCLUSIVE MODE")
		}
	}
	tx, err := w.store.pool.BeginTx(ctx, pgx.TxOptions{BeginQuery: begin.String()})
	w.tx = tx
	return tx, err
}

// lastWord bounds the end of a transaction, which is not given up because the caller has gone.
const lastWord = 10 * time.Second

func (w *Writer) rollback(ctx context.Context) {
	if w.tx == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
	defer cancel()
	_ = w.tx.Rollback(ctx) // a session that cannot be rolled back is closed, and the database rolls it back
}

func (w *Writer) commit(ctx context.Context) error {
	if w.tx == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
	defer cancel()
	err := w.tx.Commit(ctx)
	if refusal, told := errors.AsType[*pgconn.PgError](err); err == nil || told && refusal.Code[:2] != operatorIntervention {
		return w.store.explain(ctx, err)
	}
	return &geo.Error{Code: geo.Unavailable, Cause: err, Message: "the connection to the database was lost while the change was being committed: look whether it is written before you try again"}
}

// Write makes changes, in their order, and gives an outcome for each. After an error nothing more can be written.
func (w *Writer) Write(ctx context.Context, changes []geo.Change) ([]geo.Outcome, error) {
	changes, err := w.restored(ctx, changes)
	if err != nil {
		return nil, err
	}
	checked := make([]geo.Change, len(changes))
	var wrong geo.Errors
	for i := range changes {
		var errs geo.Errors
		checked[i], errs = changes[i].Checked()
		wrong = append(wrong, errs...)
		wrong = append(wrong, beyondScope(ctx, &checked[i])...)
	}
	if err := wrong.OrNil(); err != nil {
		return nil, err
	}
	outcomes := make([]geo.Outcome, len(changes))
	for _, r := range runsOf(checked) {
		if err := r.make(ctx, w); err != nil {
			return nil, &failedRun{r, err}
		}
		for i, c := range r.changes {
			outcomes[r.places[i]] = r.outcomes[c.Code]
		}
	}
	return outcomes, nil
}

// beyondScope tells early, and of what, what the policies of the database would refuse.
func beyondScope(ctx context.Context, c *geo.Change) geo.Errors {
	actor := geo.ActorOf(ctx)
	var wrong geo.Errors
	test := func(part, code string) {
		if actor.Role != geo.Nobody && !actor.Holds(code) {
			wrong = append(wrong, &geo.Error{Code: geo.Forbidden, Path: c.At(part), Message: "your key is for " + actor.Scope + ", and " + strconv.Quote(code) + " lies outside"})
		}
	}
	switch c.Layer.Name {
	case geo.Towns, geo.Villages, geo.Grids:
		test("code", c.Code)
	case geo.Stations:
		if village, ok := c.Values["villageCode"].(string); ok {
			test("villageCode", village)
		}
	}
	for name, list := range c.Members {
		for i, code := range list {
			test(name+"["+strconv.Itoa(i)+"]", code)
		}
	}
	return wrong
}
