package postgis

import (
	"context"
	"slices"
	"strconv"

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
	w := &Writer{store: s, layers: layersOf(changes), once: !o.DryRun}
	err := s.change(ctx, w, o, func(ctx context.Context, w *Writer) (err error) {
		outcomes, err = w.Write(ctx, changes)
		return err
	})
	if err != nil {
		return nil, s.explain(ctx, err)
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
	tx     *transaction // nil until something is to be written
	once   bool         // whether what is written first is all, so that the transaction may end with it
	made   geo.Moment   // the revisions of layers that it has written
}

// Change runs do in a transaction that may change the layers, and keeps what it did
// unless it fails or o says so. Nobody else who comes by a surface changes these layers meanwhile: the revisions of a
// layer put its writers into a row anyway, and whoever waits before the first row is locked waits for no one who waits
// for him. An error is put into words once the transaction is over.
func (s *Store) Change(ctx context.Context, layers []*geo.Layer, o geo.WriteOptions, do func(context.Context, *Writer) error) error {
	return s.explain(ctx, s.change(ctx, &Writer{store: s, layers: layers}, o, do))
}

func (s *Store) change(ctx context.Context, w *Writer, o geo.WriteOptions, do func(context.Context, *Writer) error) error {
	defer func() {
		if w.tx != nil {
			w.tx.close(ctx)
		}
	}()
	if err := do(ctx, w); err != nil || o.DryRun || w.tx == nil {
		return err
	}
	if err := w.tx.commit(ctx); err != nil {
		return err
	}
	for layer, revision := range w.made {
		s.written.raise(layer, revision)
	}
	return nil
}

// transaction gives the transaction of the writer, which begins with the first that is written.
func (w *Writer) transaction(ctx context.Context) (*transaction, error) {
	if w.tx != nil {
		return w.tx, nil
	}
	conn, err := w.store.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	w.tx = &transaction{Conn: conn, layers: w.layers}
	return w.tx, nil
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
	runs := runsOf(checked)
	for i, r := range runs {
		r.last = w.once && i == len(runs)-1 && len(r.changes) <= mostTogether
		if err := r.make(ctx, w); err != nil {
			return nil, &failedRun{r, err}
		}
		for i, c := range r.changes {
			outcomes[r.places[i]] = r.outcomes[c.Code]
			w.note(c.Layer, r.outcomes[c.Code].Revision)
		}
	}
	return outcomes, nil
}

// note notes the revision of a layer that a change made, or of a feature that it left as it was.
func (w *Writer) note(layer *geo.Layer, revision int64) {
	if w.made == nil {
		w.made = make(geo.Moment)
	}
	w.made[layer.Name] = max(w.made[layer.Name], revision)
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
	case geo.Belts:
		if _, given := c.Members["villageCodes"]; given || c.Operation == geo.Create {
			wrong = append(wrong, bareBelt(actor, c)...)
		}
		for i, code := range c.Members["villageCodes"] {
			test("villageCodes["+strconv.Itoa(i)+"]", code)
		}
	}
	return wrong
}

// bareBelt refuses a change that leaves a belt without villages, if the actor is confined to a scope: the belt would be
// gone from it.
func bareBelt(actor geo.Actor, c *geo.Change) geo.Errors {
	if c.Layer.Name != geo.Belts || len(c.Members["villageCodes"]) > 0 || actor.Role == geo.Nobody || actor.Scope == "" {
		return nil
	}
	return geo.Errors{{Code: geo.Forbidden, Path: c.At("villageCodes"), Message: "your key is for " + actor.Scope + ", and a belt without villages is for keys of the whole map"}}
}
