package model

import (
	"time"

	"github.com/paulmach/orb"

	"xiangtu/geo"
	"xiangtu/geo/postgis"
)

// ImportJob is the import of a file.
type ImportJob struct {
	ID                        string
	Layer                     geo.LayerName
	File, Actor               string
	Size, Features, BytesRead int64
	State                     postgis.ImportState
	Phase                     *string
	Report                    *ImportReport
	Error                     *WriteError
	CreatedAt                 time.Time
	StartedAt, EndedAt        *time.Time
}

// NewImportJob gives a job as the schema has it.
func NewImportJob(j *postgis.ImportJob) *ImportJob {
	job := &ImportJob{
		ID: j.ID, Layer: j.Layer, File: j.File, Actor: j.Actor.Name, Size: j.Size, Features: j.Features, BytesRead: j.BytesRead,
		State: j.State, CreatedAt: j.Created, StartedAt: j.Started, EndedAt: j.Ended,
	}
	if j.Phase != "" {
		phase := string(j.Phase)
		job.Phase = &phase
	}
	if j.Report != nil {
		job.Report = newImportReport(j.Report)
	}
	if e := j.Error; e != nil {
		job.Error = NewWriteErrors(geo.Errors{{Code: e.Code, Message: e.Message, Path: e.Path}})[0]
	}
	return job
}

// ImportReport says what an import did.
type ImportReport struct {
	Read, Inserted, Updated, Unchanged, Refused, Repaired int
	Written                                               bool
	Refusals, Repairs                                     []*ImportRefusal
	Ignored, Notes                                        []string
}

func newImportReport(r *postgis.ImportReport) *ImportReport {
	report := &ImportReport{
		Read: r.Read, Inserted: r.Inserted, Updated: r.Updated, Unchanged: r.Unchanged, Refused: r.Refused, Repaired: r.Repaired,
		Written: r.Written, Refusals: []*ImportRefusal{}, Repairs: []*ImportRefusal{}, Ignored: r.Ignored, Notes: r.Notes,
	}
	for _, f := range r.Refusals {
		report.Refusals = append(report.Refusals, newImportRefusal(f.Index, f.Code, f.Rule, f.Field, f.Reason, f.Place))
	}
	for _, f := range r.Repairs {
		report.Repairs = append(report.Repairs, newImportRefusal(f.Index, f.Code, f.Rule, "geometry", f.Reason, &f.Place))
	}
	return report
}

// ImportRefusal is a feature of a file that broke a rule.
type ImportRefusal struct {
	Index                     int
	Code, Rule, Field, Reason string
	Longitude, Latitude       *float64
}

func newImportRefusal(index int, code, rule, field, reason string, place *orb.Point) *ImportRefusal {
	r := &ImportRefusal{Index: index, Code: code, Rule: rule, Field: field, Reason: reason}
	if place != nil {
		r.Longitude, r.Latitude = &place[0], &place[1]
	}
	return r
}
