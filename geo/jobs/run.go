package jobs

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
)

const (
	// tendInterval is how often a server looks after its jobs, and after those of servers that are gone.
	tendInterval = 5 * time.Second
	// tellInterval is how often it says how far a job has come, and hears that it is cancelled.
	tellInterval = 250 * time.Millisecond
	// endTimeout bounds the saying that a job has ended, which is also to be said when the server stops.
	endTimeout = 5 * time.Second
	// litterAge is how old a file is that belongs to no job before it is removed.
	litterAge = 10 * time.Minute
)

// Run imports what is queued, until ctx ends. Imports that run then are interrupted; what is queued waits for the server
// to come back, for as long as its file is there.
func (d *Desk) Run(ctx context.Context) {
	defer d.Books.Leave(ctx)
	var running sync.WaitGroup
	defer running.Wait()
	slots := make(chan struct{}, AtOnce)
	ticker := time.NewTicker(tendInterval)
	defer ticker.Stop()
	for tended := (time.Time{}); ctx.Err() == nil; {
		if time.Since(tended) >= tendInterval {
			tended = time.Now()
			d.warn(ctx, "import jobs are not looked after", d.tend(ctx))
		}
		d.begin(ctx, &running, slots)
		select {
		case <-ctx.Done():
		case <-d.wake:
		case <-ticker.C:
		}
	}
}

// begin begins as many jobs as may run.
func (d *Desk) begin(ctx context.Context, running *sync.WaitGroup, slots chan struct{}) {
	for len(slots) < cap(slots) {
		job, err := d.Books.Claim(ctx)
		if err != nil || job == nil {
			d.warn(ctx, "no import job can be begun", err)
			return
		}
		slots <- struct{}{}
		running.Go(func() {
			d.run(ctx, job)
			<-slots
			d.stir()
		})
	}
}

// tend says that the server is there, takes over jobs whose files are here, ends those that nobody has any more, and
// removes files that belong to none.
func (d *Desk) tend(ctx context.Context) error {
	if err := d.Books.Hold(ctx); err != nil {
		return err
	}
	files, err := d.files()
	if err != nil {
		return err
	}
	ids := make([]string, 0, len(files))
	for id := range files {
		ids = append(ids, id)
	}
	if len(ids) > 0 {
		if err := d.Books.Adopt(ctx, ids); err != nil {
			return err
		}
	}
	if err := d.Books.Orphans(ctx); err != nil || len(ids) == 0 {
		return err
	}
	pending, err := d.Books.Pending(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range pending {
		delete(files, id)
	}
	for _, name := range files {
		if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > litterAge {
			_ = os.Remove(name) // the next look finds it again
		}
	}
	return nil
}

// files are those of the directory, by the jobs that they are named for.
func (d *Desk) files() (map[string]string, error) {
	entries, err := os.ReadDir(d.Dir)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	files := make(map[string]string, len(entries))
	for _, entry := range entries {
		id, _, _ := strings.Cut(entry.Name(), ".")
		files[id] = filepath.Join(d.Dir, entry.Name())
	}
	return files, nil
}

// warn logs what the next look may find better.
func (d *Desk) warn(ctx context.Context, message string, err error) {
	if err != nil && ctx.Err() == nil {
		d.Log.WarnContext(ctx, message, "error", err, "cause", errors.Unwrap(err))
	}
}

// far is how far an import has come.
type far struct {
	phase    atomic.Value // of postgis.Phase
	features atomic.Int64
	consumed atomic.Pointer[func() int64]
}

func (f *far) show(phase postgis.Phase, count int) {
	f.phase.Store(phase)
	f.features.Store(int64(count))
}

// errCancelled ends the context of a job that is cancelled.
var errCancelled = errors.New("the import is cancelled")

// run imports the file of one job and says what came of it.
func (d *Desk) run(ctx context.Context, job *postgis.ImportJob) {
	working, cancel := context.WithCancelCause(ctx)
	progress := &far{}
	var telling sync.WaitGroup
	telling.Go(func() { d.tell(working, job, progress, cancel) })
	report, err := d.bring(working, job, progress)
	state, reason := d.outcome(ctx, working, job, report, err)
	cancel(nil)
	telling.Wait()

	d.end(ctx, job, state, report, reason)
	if files, err := d.files(); err == nil && files[job.ID] != "" {
		_ = os.Remove(files[job.ID]) // what is left of it is litter
	}
}

// end keeps what came of a job. A job that stayed as running would have all others of its layer wait, so that one whose
// report cannot be kept ends without, and one that cannot be ended now, as the database is away, is ended when it is
// back. When the server stops meanwhile, the job is ended as that of a server that is gone.
func (d *Desk) end(ctx context.Context, job *postgis.ImportJob, state postgis.ImportState, report *postgis.ImportReport, reason *postgis.ImportError) {
	for plain := false; ; {
		err := d.keepEnd(ctx, job.ID, state, report, reason)
		if err == nil {
			return
		}
		d.Log.ErrorContext(ctx, "the end of an import job is not kept", "job", job.ID, "error", err, "cause", errors.Unwrap(err))
		if !plain && !passes(err) {
			plain = true
			// What is written was kept together with its report, and that job has ended: it stays as it is.
			state, report, reason = postgis.ImportFailed, nil, unkept()
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(tendInterval):
		}
	}
}

// keepEnd tries once to keep what came of a job, also when the server stops.
func (d *Desk) keepEnd(ctx context.Context, id string, state postgis.ImportState, report *postgis.ImportReport, reason *postgis.ImportError) error {
	ending, done := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
	defer done()
	return d.Books.End(ending, id, state, report, reason)
}

// passes tells whether an error is of the database and not of what it was to keep.
func passes(err error) bool {
	known, ok := errors.AsType[*geo.Error](err)
	return ok && (known.Code == geo.Unavailable || known.Code == geo.StatementTimeout)
}

// unkept is the error of a job whose report cannot be stored.
func unkept() *postgis.ImportError {
	return &postgis.ImportError{Code: geo.Internal, Message: "the server could not keep the report of the import; nothing of it is written, and its log says why under this job's id"}
}

// tell keeps how far a job has come, until ctx ends, and cancels it when that is asked for.
func (d *Desk) tell(ctx context.Context, job *postgis.ImportJob, progress *far, cancel context.CancelCauseFunc) {
	ticker := time.NewTicker(tellInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		phase, _ := progress.phase.Load().(postgis.Phase)
		var read int64
		if consumed := progress.consumed.Load(); consumed != nil {
			read = (*consumed)()
		}
		goOn, err := d.Books.Tell(ctx, job.ID, phase, progress.features.Load(), read)
		d.warn(ctx, "the progress of an import job is not kept", err)
		if !goOn {
			cancel(errCancelled)
			return
		}
	}
}
