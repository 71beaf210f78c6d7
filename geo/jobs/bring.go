package jobs

import (
	"context"
	"errors"
	"strings"

	"xiangtu/geo"
	"xiangtu/geo/exchange"
	"xiangtu/geo/postgis"
)

// bring imports the file of a job in the name of whoever wants it.
func (d *Desk) bring(ctx context.Context, job *postgis.ImportJob, progress *far) (*postgis.ImportReport, error) {
	files, err := d.files()
	if err != nil {
		return nil, failStore(err)
	}
	layer, ok := geo.LayerNamed(job.Layer)
	if !ok {
		return nil, geo.Invalid("layer", "there is no layer %s any more", job.Layer)
	}
	o, err := options(layer, job.Settings)
	if err != nil {
		return nil, err
	}
	name := files[job.ID]
	if name == "" {
		return nil, &geo.Error{Code: geo.Unavailable, Message: "the file is not there any more: upload it again"}
	}
	reader, err := exchange.Open(ctx, layer, name, o)
	if err != nil {
		return nil, err
	}
	defer func() { _ = reader.Close() }() // it was only read
	consumed := reader.Consumed
	progress.consumed.Store(&consumed)
	reports, err := d.Worker.Import(geo.WithActor(ctx, job.Actor), []*exchange.Reader{reader}, postgis.ImportOptions{
		SkipInvalid: job.Settings.SkipInvalid, Repair: job.Settings.Repair, DryRun: job.Settings.DryRun, Job: job.ID, Progress: progress.show,
	})
	if err != nil {
		return nil, err
	}
	asSettings(&reports[0])
	return &reports[0], nil
}

// outcome says what came of a job: serving is the server's context, working that of the job.
func (d *Desk) outcome(serving, working context.Context, job *postgis.ImportJob, report *postgis.ImportReport, err error) (postgis.ImportState, *postgis.ImportError) {
	known, isKnown := errors.AsType[*geo.Error](err)
	switch {
	case err == nil && report.Refused > 0 && !job.Settings.SkipInvalid:
		return postgis.ImportRefused, nil
	case err == nil:
		return postgis.ImportDone, nil
	case serving.Err() != nil:
		return postgis.ImportInterrupted, postgis.Interrupted()
	case context.Cause(working) != nil, errors.Is(err, postgis.ErrImportEnded): // cancelled as it was to write
		return postgis.ImportCancelled, &postgis.ImportError{Code: geo.Conflict, Message: "the import was cancelled; nothing of it is written"}
	case isKnown && known.Code != geo.Internal:
		return postgis.ImportFailed, &postgis.ImportError{Code: known.Code, Message: inSettings.Replace(known.Message), Path: pathOf(known)}
	}
	cause := err
	if isKnown && known.Cause != nil {
		cause = known.Cause
	}
	d.Log.ErrorContext(serving, "an import job failed", "job", job.ID, "layer", job.Layer, "error", cause)
	return postgis.ImportFailed, &postgis.ImportError{Code: geo.Internal, Message: "the server failed to import the file; its log says why under this job's id"}
}

// pathOf names the setting that an error is about.
func pathOf(err *geo.Error) string {
	if err.Path == "source-layer" {
		return "sourceLayer"
	}
	return err.Path
}

// inSettings says as settings of a job what package exchange and the store say as flags of the command line.
var inSettings = strings.NewReplacer("--source-layer", "sourceLayer", "--swap-axes", "swapAxes", "--skip-invalid", "skipInvalid",
	"--format", "format", "--crs", "crs", "--map", "map", "--encoding", "encoding", "--repair", "repair")

// asSettings turns the advice of a report into that for a job.
func asSettings(report *postgis.ImportReport) {
	for i := range report.Notes {
		report.Notes[i] = inSettings.Replace(report.Notes[i])
	}
	for i := range report.Refusals {
		report.Refusals[i].Reason = inSettings.Replace(report.Refusals[i].Reason)
	}
}
