package postgis

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
)

// ImportOptions say what an import does with what it reads.
type ImportOptions struct {
	SkipInvalid bool                         // write the rest although features are refused
	Repair      bool                         // mend polygons that are not valid where that leaves their area as it is
	DryRun      bool                         // do everything but write
	Job         string                       // the job that is done once its one file is written; empty for none
	Progress    func(phase Phase, count int) // told when a phase begins, and now and then how many features it has done; nil for none
}

// Phase is a part of an import's work.
type Phase string

// The phases of an import, in their order. An import has those that it needs.
const (
	Reading   Phase = "reading"       // reading the file, into an empty layer at once where that can be
	Rereading Phase = "reading again" // reading it into the staging table after that has failed
	Checking  Phase = "checking"      // asking the rules of the layer
	Writing   Phase = "writing"       // bringing the features into the layer
	Indexing  Phase = "indexing"      // making the indexes of a layer that was empty
)

// MaxRefusals is the number of refusals, and of repairs, that a report has in detail.
const MaxRefusals = 100

// ImportReport says what an import did, or would do.
type ImportReport struct {
	Layer     geo.LayerName      `json:"layer"`
	Read      int                `json:"read"` // features in the file
	Inserted  int                `json:"inserted"`
	Updated   int                `json:"updated"`
	Unchanged int                `json:"unchanged"` // as they are stored already; they keep their revisions
	Refused   int                `json:"refused"`
	Repaired  int                `json:"repaired"`
	Written   bool               `json:"written"`  // whether the map has what the counts say
	Refusals  []exchange.Refusal `json:"refusals"` // the first of the refused, in the order of the file
	Repairs   []Repair           `json:"repairs"`  // the first of the repaired, in the order of the file
	Ignored   []string           `json:"ignored"`  // properties that the layer does not have
	Notes     []string           `json:"notes"`    // what the file as a whole seems to be, and what to do about it
}

// newReport is one whose lists are empty and not null, for whoever reads it as JSON.
func newReport(layer geo.LayerName) ImportReport {
	return ImportReport{Layer: layer, Refusals: []exchange.Refusal{}, Repairs: []Repair{}, Ignored: []string{}, Notes: []string{}}
}

// refuse counts a refusal and keeps it if it is among the first.
func (r *ImportReport) refuse(refusal exchange.Refusal) {
	r.Refused++
	r.Refusals = append(r.Refusals, refusal)
	if len(r.Refusals) >= 2*MaxRefusals {
		r.trim()
	}
}

// trim puts the refusals in order and leaves the first.
func (r *ImportReport) trim() {
	slices.SortFunc(r.Refusals, func(a, b exchange.Refusal) int { return a.Index - b.Index })
	r.Refusals = r.Refusals[:min(MaxRefusals, len(r.Refusals))]
}

// Import writes the features of files to their layers, in one transaction: all or nothing. Where the store does not work
// as the owner of the map, the context's actor has to be an editor, and features outside its scope are refused. A
// feature replaces the stored one of its code as a whole, fields and members that it does not give included. Nothing is
// written when a feature is refused, unless SkipInvalid; a refusal is no error, but in the report. Of several files,
// parents come first; a file with refusals is the last that is read. The error of a file that cannot be read is a
// geo.Error.
func (s *Store) Import(ctx context.Context, files []*exchange.Reader, o ImportOptions) ([]ImportReport, error) {
	var reports []ImportReport
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// An import takes as long as its file is large.
		if _, err := tx.Exec(ctx, "SET LOCAL statement_timeout = 0"); err != nil {
			return err
		}
		sorted := make(map[geo.LayerName]bool)
		for _, file := range files {
			i := importer{tx: tx, layer: file.Layer(), options: o, reading: Reading, report: newReport(file.Layer().Name)}
			err := i.run(ctx, file)
			i.report.trim()
			reports = append(reports, i.report)
			if err != nil {
				return err
			}
			sorted[i.layer.Name] = i.sorted
		}
		if o.DryRun {
			return errNotWritten
		}
		if err := noteSorted(ctx, tx, sorted); err != nil {
			return err
		}
		if o.Job != "" {
			return finishImport(ctx, tx, o.Job, reports[0])
		}
		return nil
	})
	switch {
	case err == nil:
		s.markWritten(ctx)
		for i := range reports {
			reports[i].Written = true
		}
		return reports, nil
	case errors.Is(err, errNotWritten):
		return reports, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	return nil, failImport(err)
}

// errNotWritten rolls an import back that has done its work.
var errNotWritten = errors.New("nothing is to be written")

// importer brings one file into its layer.
type importer struct {
	tx       pgx.Tx
	layer    *geo.Layer
	options  ImportOptions
	counties []string // that the map has towns of
	reading  Phase    // Reading or Rereading
	owner    bool     // whether it works as the owner of the table
	sorted   bool     // whether the layer has the features of the file alone, in the order of their codes
	report   ImportReport
}

func (i *importer) run(ctx context.Context, file *exchange.Reader) error {
	// What is compared with the stored features must stay true until it is written; readers are not kept waiting.
	if _, err := i.tx.Exec(ctx, "LOCK TABLE "+i.table()+" IN SHARE ROW EXCLUSIVE MODE"); err != nil {
		return err
	}
	if err := i.knowRights(ctx); err != nil {
		return err
	}
	if err := i.knowSystem(ctx, file.System()); err != nil {
		return err
	}
	if done, err := i.direct(ctx, file); done || err != nil {
		return err
	}
	if err := i.stage(ctx, file); err != nil {
		return err
	}
	i.tell(i.reading, i.report.Read)
	i.noteLeftOut(file)
	i.tell(Checking, 0)
	given, err := i.transform(ctx, file.System())
	if err != nil {
		return err
	}
	if err := i.noticePlace(ctx, file.System(), staging, given); err != nil {
		return err
	}
	if err := i.check(ctx); err != nil {
		return err
	}
	if err := i.repair(ctx); err != nil {
		return err
	}
	if err := i.advise(ctx, file.Stray()); err != nil {
		return err
	}
	if err := i.write(ctx); err != nil {
		return err
	}
	_, err = i.tx.Exec(ctx, "DROP TABLE "+staging)
	return err
}

// noteLeftOut notes what the file has and the map does not keep.
func (i *importer) noteLeftOut(file *exchange.Reader) {
	i.report.Ignored = file.Ignored()
	if file.HasHeights() {
		i.report.Notes = append(i.report.Notes, "positions have heights, which are left out: the map is flat")
	}
}

// tell says how far the import has come.
func (i *importer) tell(phase Phase, count int) {
	if i.options.Progress != nil {
		i.options.Progress(phase, count)
	}
}

// write writes what is staged. The table itself tests that polygons are valid, so that testing them before would test
// them twice; only where there is something to refuse are they tested apart from it, to tell which they are and where.
func (i *importer) write(ctx context.Context) error {
	var err error
	if i.report.Refused == 0 {
		if err = pgx.BeginFunc(ctx, i.tx, func(pgx.Tx) error { return i.upsert(ctx) }); !ofGeometry(err) {
			return err
		}
	}
	if err := i.checkGeometries(ctx); err != nil {
		return err
	}
	switch {
	case i.report.Refused == 0:
		return err
	case !i.options.SkipInvalid:
		return errNotWritten
	}
	return i.upsert(ctx)
}

// ofGeometry tells whether the table may have refused a polygon that is not valid: by its rule, or because PostGIS fails
// to compute the area of one.
func ofGeometry(err error) bool {
	var refusal *pgconn.PgError
	return errors.As(err, &refusal) && (refusal.Code == checkViolation || refusal.Code == internalError)
}

func (i *importer) table() string { return "xiangtu." + string(i.layer.Name) }

// failImport makes the error of the surfaces out of one of an import. That the table refuses what was checked before
// means that the checks and the table differ, which is a fault of ours; the map is safe, and its rule has a name.
func failImport(err error) error {
	var refusal *pgconn.PgError
	if errors.As(err, &refusal) && refusal.Code[:2] == "23" {
		return &geo.Error{Code: geo.BadInput, Cause: err, Message: fmt.Sprintf("the map refuses the features by its rule %s; nothing is written", refusal.ConstraintName)}
	}
	return fail(err)
}
