// Package jobs takes files that are uploaded and imports them one after the other: whoever sends one does not wait for
// its end, but asks for it.
package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
	"xiangtu/geo/postgis"
)

// Config is what a Desk works with.
type Config struct {
	// Surface is the store of the surfaces, by which actors see and cancel their jobs.
	Surface *postgis.Store
	// Worker is a store under the same role whose statements have no timeout. It needs AtOnce connections.
	Worker *postgis.Store
	// Books keeps what becomes of the jobs.
	Books *postgis.ImportDesk
	// Dir is where uploads are kept until they are imported. No other map may have the same. It is made when it is needed.
	Dir string
	// MaxBytes bounds an upload.
	MaxBytes int64
	Log      *slog.Logger
}

// AtOnce is how many imports a server runs at a time.
const AtOnce = 2

// Desk takes uploads and imports them. It is safe for concurrent use.
type Desk struct {
	Config
	wake chan struct{} // holds one when there may be something to begin
}

// New makes a desk, which imports while Run does.
func New(c Config) *Desk { return &Desk{Config: c, wake: make(chan struct{}, 1)} }

// Request is what is to be done with an upload.
type Request struct {
	Layer       geo.LayerName
	File        string // the name that the client gave; empty if none
	ContentType string // empty if the client gave none
	Settings    postgis.ImportSettings
}

// options reads the settings as package exchange wants them. An error is a geo.Error whose path is the setting.
func options(layer *geo.Layer, s postgis.ImportSettings) (o exchange.Options, err error) {
	o.SourceLayer, o.SwapAxes = s.SourceLayer, s.SwapAxes
	if o.Format, err = exchange.ParseFormat(s.Format); err != nil {
		return o, err
	}
	if o.Encoding, err = exchange.ParseEncoding(s.Encoding); err != nil {
		return o, err
	}
	if o.Columns, err = exchange.ParseColumns(layer, s.Columns); err != nil {
		return o, err
	}
	if s.CRS == "" {
		return o, nil
	}
	system, err := exchange.ParseSystem(s.CRS)
	if err != nil {
		return o, geo.Invalid("crs", "%v", err)
	}
	o.System = &system
	return o, nil
}

// Check is the error of a request that is wrong by itself, whatever the file is.
func (r Request) Check() error {
	layer, ok := geo.LayerNamed(r.Layer)
	if !ok {
		return geo.Invalid("layer", "there is no layer %.40q", r.Layer)
	}
	if err := checkText("sourceLayer", r.Settings.SourceLayer); err != nil {
		return err
	}
	for _, column := range r.Settings.Columns {
		if err := checkText("map", column); err != nil {
			return err
		}
	}
	_, err := options(layer, r.Settings)
	return err
}

// checkText is the error of a setting that no file can have a name for, or that cannot be stored.
func checkText(setting, text string) error {
	const longest = 200
	switch {
	case len(text) > longest:
		return geo.Invalid(setting, "a name of %d bytes is too long: %d are enough", len(text), longest)
	case !utf8.ValidString(text):
		return geo.Invalid(setting, "%.40q is not valid UTF-8", text)
	case strings.ContainsRune(text, 0):
		return geo.Invalid(setting, "%.40q has a character that text cannot hold (U+0000)", text)
	}
	return nil
}

// Start queues the import of a file that Keep gave, and takes the file over.
func (d *Desk) Start(ctx context.Context, request Request, file *os.File) (*postgis.ImportJob, error) {
	if err := request.Check(); err != nil {
		return nil, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, failStore(err)
	}
	job := postgis.ImportJob{
		ID: rand.Text(), Layer: request.Layer, File: shownName(request.File), Size: info.Size(), Settings: request.Settings,
	}
	name := d.path(job.ID) + extension(request)
	if err := os.Rename(file.Name(), name); err != nil {
		return nil, failStore(err)
	}
	queued, err := d.Surface.AddImport(ctx, job, d.Books.Instance())
	if err != nil {
		return nil, errors.Join(err, os.Remove(name))
	}
	d.stir()
	return queued, nil
}

// Receive keeps an upload and queues its import.
func (d *Desk) Receive(ctx context.Context, request Request, body io.Reader) (*postgis.ImportJob, error) {
	if err := request.Check(); err != nil {
		return nil, err
	}
	file, err := d.Keep(ctx, body)
	if err != nil {
		return nil, err
	}
	defer d.Discard(file)
	return d.Start(ctx, request, file)
}

// Job finds a job that the context's actor may see.
func (d *Desk) Job(ctx context.Context, id string) (*postgis.ImportJob, error) {
	return d.Surface.ImportJob(ctx, id)
}

// Jobs lists the newest jobs that the context's actor may see; of any state for none.
func (d *Desk) Jobs(ctx context.Context, states []postgis.ImportState, limit int) ([]*postgis.ImportJob, error) {
	return d.Surface.ImportJobs(ctx, states, limit)
}

// Cancel asks for the end of a job and gives it as it is then. One that waits ends at once, one that runs in a moment,
// and one that has ended stays as it is.
func (d *Desk) Cancel(ctx context.Context, id string) (*postgis.ImportJob, error) {
	if err := d.Surface.CancelImport(ctx, id); err != nil {
		return nil, err
	}
	if err := d.Books.EndCancelled(ctx); err != nil {
		return nil, err
	}
	d.stir()
	return d.Surface.ImportJob(ctx, id)
}

// stir has Run look for something to do.
func (d *Desk) stir() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// path is that of a job's file, without its extension.
func (d *Desk) path(id string) string { return filepath.Join(d.Dir, id) }
