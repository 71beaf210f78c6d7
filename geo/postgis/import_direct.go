package postgis

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/jackc/pgx/v5"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
	"xiangtu/geo/shape"
)

// directLeast is from how many bytes on a file is copied straight into an empty layer.
const directLeast = 1 << 20

// errNotDirect ends a copying into the layer because of something that only the staging table can take or name.
var errNotDirect = errors.New("the file is not to be copied into the layer")

// direct copies a file straight into a layer that has nothing yet, so that the database checks and writes while the file
// is still being read, and each row once. It tells whether it did. If anything is refused, by the reader or by a rule of
// the table, it takes all back: then the file is read again, to name everything that is.
func (i *importer) direct(ctx context.Context, file *exchange.Reader) (done bool, err error) {
	o := i.options
	if !file.Rewindable() || file.Size() < directLeast || len(i.layer.Members) > 0 || file.System().EPSG != 0 || o.SkipInvalid || o.Repair {
		return false, nil
	}
	if may, err := i.mayFill(ctx); err != nil || !may {
		return false, err
	}
	if retired, err := i.mayBeRetired(ctx); err != nil || retired {
		return false, err
	}
	rows := directRows{file: file, report: &i.report, progress: i.tell}
	err = pgx.BeginFunc(ctx, i.tx, func(pgx.Tx) error {
		if err := i.lockAlone(ctx); err != nil {
			return err
		}
		restore, err := i.letRest(ctx, &rows)
		if err != nil {
			return err
		}
		return i.inBulk(ctx, func(emptied bool) error {
			if err := i.copyInto(ctx, file, &rows, emptied); err != nil {
				return err
			}
			return i.testRested(ctx, restore, &rows)
		})
	})
	switch {
	case err == nil:
		i.noteLeftOut(file)
		return true, i.noticePlace(ctx, file.System(), i.table(), nil)
	case ctx.Err() != nil:
		return false, ctx.Err()
	case rows.err != nil && !errors.Is(rows.err, errNotDirect):
		return false, rows.err // the file cannot be read
	}
	i.reading, i.report, i.sorted = Rereading, newReport(i.layer.Name), false
	i.tell(i.reading, 0)
	return false, file.Rewind()
}

// copyInto copies the records of the file into the layer. It gives the stamp with each, because PostgreSQL writes rows one
// by one where a default has to be asked for each; whether it is the right one need not be asked of each row then.
func (i *importer) copyInto(ctx context.Context, file *exchange.Reader, rows *directRows, emptied bool) error {
	var revision int64
	var at time.Time
	if err := i.tx.QueryRow(ctx, `SELECT xiangtu.next_revision($1), xiangtu.stamp_time()`, i.layer.Name).Scan(&revision, &at); err != nil {
		return err
	}
	columns := append(i.ownColumns(), "geom", "revision", "updated_at")
	rows.fields = i.ownFields()
	rows.values = append(make([]any, len(columns)-2, len(columns)), revision, at)
	i.tell(Reading, 0)
	next, stop := iter.Pull2(file.Records(ctx))
	defer stop()
	rows.next = next
	if _, err := i.tx.Exec(ctx, "ALTER TABLE "+i.table()+" DISABLE TRIGGER refuse_stamp"); err != nil {
		return err
	}
	written, err := copyRows(ctx, i.tx, i.table(), emptied, columns, rows)
	if err != nil {
		return err
	}
	if _, err := i.tx.Exec(ctx, "ALTER TABLE "+i.table()+" ENABLE TRIGGER refuse_stamp"); err != nil {
		return err
	}
	i.report.Inserted = int(written)
	i.tell(Reading, i.report.Read)
	// Into a file that is new with this transaction COPY writes page after page, and looks for no room in those before.
	i.sorted = emptied && !rows.unsorted
	return nil
}

// noteSorted keeps, for isSorted, which layers lie in the order of their codes.
func noteSorted(ctx context.Context, tx pgx.Tx, sorted map[geo.LayerName]bool) error {
	const statement = `UPDATE xiangtu.layers SET sorted_revision = revision, sorted_file = pg_relation_filenode($2::regclass) WHERE name = $1`
	for layer, is := range sorted {
		if !is {
			continue
		}
		if _, err := tx.Exec(ctx, statement, layer, "xiangtu."+string(layer)); err != nil {
			return err
		}
	}
	return nil
}

// directRows gives the records of a file to the driver, up to the first that is refused.
type directRows struct {
	file     *exchange.Reader
	report   *ImportReport
	next     func() (*exchange.Record, error, bool)
	fields   []int
	progress func(Phase, int)
	values   []any
	prover   shape.Prover
	unproven unproven
	named    []*named
	last     string // the code of the record before
	unsorted bool
	err      error
}

// Next moves to the next record.
func (r *directRows) Next() bool {
	record, err, ok := r.next()
	if !ok || err != nil {
		r.err = err
		return false
	}
	// A file may state a system only now, which the database has to transform from.
	if record.Refusal != nil || r.file.System().EPSG != 0 {
		r.err = errNotDirect
		return false
	}
	r.report.Read++
	if r.report.Read%1000 == 0 {
		r.progress(Reading, r.report.Read)
	}
	for i, f := range r.fields {
		r.values[i] = record.Values[f]
	}
	r.values[len(r.fields)] = record.Geometry
	if !r.prover.Proves(record.Geometry) {
		r.unproven.add(record.Code)
	}
	r.unsorted = r.unsorted || record.Code <= r.last
	r.last = record.Code
	for _, n := range r.named {
		n.add(record.Code)
	}
	return true
}

// Values gives the record's columns.
func (r *directRows) Values() ([]any, error) { return r.values, nil }

// Err says why there are no more.
func (r *directRows) Err() error { return r.err }
