package postgis

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo"
)

// run is changes that can be made together: of one layer, each of another feature, and either all take away or none does.
type run struct {
	layer    *geo.Layer
	removes  bool
	last     bool // whether the transaction ends with it
	fields   geo.FieldSet
	changes  []*geo.Change // in the order of their codes, which is that of locks
	places   []int         // of each change among all
	stored   map[string]storedState
	features map[string]geo.Feature
	outcomes map[string]geo.Outcome
}

// storedState is what is known of a feature before it is changed.
type storedState struct {
	revision int64
	name     string
	members  [][]string // of the layer's lists, in their order
}

// list is the n-th list of members; nil of a feature that is not there.
func (s storedState) list(n int) []string {
	if s.members == nil {
		return nil
	}
	return s.members[n]
}

// runsOf cuts changes into runs.
func runsOf(changes []geo.Change) []*run {
	var runs []*run
	taken := make(map[string]bool)
	for i := range changes {
		c := &changes[i]
		removes := c.Operation == geo.Delete
		last := len(runs) - 1
		if last < 0 || runs[last].layer != c.Layer || runs[last].removes != removes || taken[c.Code] {
			runs = append(runs, &run{layer: c.Layer, removes: removes})
			last++
			clear(taken)
		}
		taken[c.Code] = true
		runs[last].changes = append(runs[last].changes, c)
		runs[last].places = append(runs[last].places, i)
		runs[last].fields |= c.Fields
	}
	for _, r := range runs {
		r.sort()
	}
	return runs
}

// sort puts the changes in the order of their codes.
func (r *run) sort() {
	order := make([]int, len(r.changes))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return strings.Compare(r.changes[a].Code, r.changes[b].Code) })
	changes, places := make([]*geo.Change, len(order)), make([]int, len(order))
	for i, from := range order {
		changes[i], places[i] = r.changes[from], r.places[from]
	}
	r.changes, r.places = changes, places
}

func (r *run) table() string { return "xiangtu." + string(r.layer.Name) }

func (r *run) codes() []string {
	codes := make([]string, len(r.changes))
	for i, c := range r.changes {
		codes[i] = c.Code
	}
	return codes
}

// make makes the changes.
func (r *run) make(ctx context.Context, w *Writer) error {
	tx, err := w.transaction(ctx)
	if err != nil {
		return err
	}
	r.features = make(map[string]geo.Feature)
	r.fields |= r.layer.Set("code", "revision")
	if r.last && !tx.begun && r.isBlind() {
		if err := r.updateAtOnce(ctx, tx); !errors.Is(err, errUnexpected) {
			return err
		}
		if err := tx.rollback(ctx); err != nil {
			return err
		}
	}
	if err := r.lock(ctx, tx); err != nil {
		return err
	}
	if err := r.compare(ctx, tx); err != nil {
		return err
	}
	if r.removes {
		return r.remove(ctx, tx)
	}
	return r.upsert(ctx, tx)
}

// lock locks the features that are there, in the order of their codes, and reads what they are. Of features that are to
// go it reads all that is asked for.
func (r *run) lock(ctx context.Context, tx *transaction) error {
	columns, strength := []string{"t.revision", "t.name"}, "NO KEY UPDATE"
	for _, m := range r.layer.Members {
		list := memberTables[m.Name]
		columns = append(columns, list.stored(list.table()))
	}
	fields := r.fields
	if r.removes {
		strength = "UPDATE"
	} else {
		fields = r.layer.Set("code")
	}
	columns = append(columns, entityColumns(r.layer, fields)...)
	statement := "SELECT " + strings.Join(columns, ", ") + " FROM " + r.table() + " AS t WHERE t.code = ANY ($1) ORDER BY t.code FOR " + strength + " OF t"
	r.stored = make(map[string]storedState)
	batch := tx.batch()
	batch.Queue(statement, r.codes()).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			feature := r.layer.New()
			s := storedState{members: make([][]string, len(r.layer.Members))}
			targets := []any{&s.revision, &s.name}
			for i := range s.members {
				targets = append(targets, &s.members[i])
			}
			if err := rows.Scan(entityTargets(targets, r.layer, fields, feature)...); err != nil {
				return err
			}
			r.stored[feature.Common().Code] = s
			r.keep(feature)
		}
		return rows.Err()
	})
	return tx.send(ctx, batch)
}

// keep puts a feature that was read to those of the outcomes, which are one cohort.
func (r *run) keep(feature geo.Feature) {
	r.features[feature.Common().Code] = feature
}

// compare holds the changes to what is there.
func (r *run) compare(ctx context.Context, tx *transaction) error {
	var wrong geo.Errors
	var missing []*geo.Change
	for i, c := range r.changes {
		s, there := r.stored[c.Code]
		switch {
		case there && c.Operation == geo.Create:
			wrong = append(wrong, &geo.Error{Code: geo.Conflict, Path: c.At("code"),
				Message: fmt.Sprintf("there is already a %s with the code %q, of revision %d: update it", r.layer.Singular, c.Code, s.revision)})
		case there && c.IfRevision != nil && *c.IfRevision != s.revision:
			wrong = append(wrong, &geo.Error{Code: geo.Conflict, Path: c.At("ifRevision"),
				Message: fmt.Sprintf("the %s %s has the revision %d by now, and the change is for %d: read it again", r.layer.Singular, c.Code, s.revision, *c.IfRevision)})
		case !there && (c.IfRevision != nil || c.Operation != geo.Create && c.Operation != geo.Upsert):
			missing = append(missing, c)
		case !there && c.Operation == geo.Upsert:
			completed, errs := c.Completed()
			r.changes[i] = &completed
			wrong = append(append(wrong, errs...), bareBelt(geo.ActorOf(ctx), c)...)
		case there:
			r.follow(c, s)
		}
		wrong = append(wrong, r.reassigned(geo.ActorOf(ctx), c)...)
	}
	if len(missing) > 0 {
		errs, err := r.absent(ctx, tx, missing)
		if err != nil {
			return err
		}
		wrong = append(wrong, errs...)
	}
	errs, err := r.again(ctx, tx)
	if err != nil {
		return err
	}
	return append(wrong, errs...).OrNil()
}

// again refuses new grids with the codes of such as were divided or joined: a code means one place for ever.
func (r *run) again(ctx context.Context, tx *transaction) (geo.Errors, error) {
	if r.layer != gridLayer() {
		return nil, nil
	}
	var codes []string
	for _, c := range r.changes {
		if _, there := r.stored[c.Code]; !there && (c.Operation == geo.Create || c.Operation == geo.Upsert) {
			codes = append(codes, c.Code)
		}
	}
	if len(codes) == 0 {
		return nil, nil
	}
	heirs, err := retired(ctx, tx, codes)
	var wrong geo.Errors
	for _, c := range r.changes {
		if heirs[c.Code] != "" {
			wrong = append(wrong, &geo.Error{Code: geo.Conflict, Path: c.At("code"),
				Message: fmt.Sprintf("the code %s is retired, and the ground that it meant is that of %s: take another", c.Code, heirs[c.Code])})
		}
	}
	return wrong, err
}

// reassigned refuses a list that takes in or leaves out members beyond the scope of the actor: they are not his to assign.
// Those that the feature has may be named, so that what was read can be sent back.
func (r *run) reassigned(actor geo.Actor, c *geo.Change) geo.Errors {
	var wrong geo.Errors
	for n, field := range r.layer.Members {
		wanted, given := c.Members[field.Name]
		if !given || actor.Role == geo.Nobody || memberTables[field.Name].ordered {
			continue
		}
		had := r.stored[c.Code].list(n)
		refuse := func(path, format, code string) {
			if !actor.Holds(code) {
				wrong = append(wrong, &geo.Error{Code: geo.Forbidden, Path: c.At(path), Message: fmt.Sprintf(format, actor.Scope, code)})
			}
		}
		for i, code := range wanted {
			if !slices.Contains(had, code) {
				refuse(fmt.Sprintf("%s[%d]", field.Name, i), "your key is for %s, and %q lies outside", code)
			}
		}
		for _, code := range had {
			if !slices.Contains(wanted, code) {
				refuse(field.Name, "your key is for %s, and %q, which lies outside, would be left out: name it, too", code)
			}
		}
	}
	return wrong
}

// follow makes the pinyin of a new name, unless the change gives it, and where the change says null.
func (r *run) follow(c *geo.Change, s storedState) {
	name, named := c.Values["name"].(string)
	if !named {
		name = s.name
	}
	pinyin, given := c.Values["pinyin"]
	if given && pinyin == nil || !given && name != s.name {
		c.Values["pinyin"] = geo.Pinyin(name)
	}
}

// absent says of features that could not be locked whether they are not there, or not to be changed by this actor.
func (r *run) absent(ctx context.Context, tx *transaction, missing []*geo.Change) (geo.Errors, error) {
	rows, err := tx.Query(ctx, "SELECT code FROM "+r.table()+" WHERE code = ANY ($1)", r.codes())
	if err != nil {
		return nil, err
	}
	seen, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	var wrong geo.Errors
	for _, c := range missing {
		e := &geo.Error{Code: geo.NotFound, Path: c.At("code"), Message: fmt.Sprintf("there is no %s with the code %q", r.layer.Singular, c.Code)}
		if slices.Contains(seen, c.Code) {
			e.Code, e.Message = geo.Forbidden, fmt.Sprintf("the %s %s is not within the scope of your key", r.layer.Singular, c.Code)
		}
		wrong = append(wrong, e)
	}
	return wrong, nil
}
