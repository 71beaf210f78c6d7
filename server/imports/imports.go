// Package imports is the surface at /imports: files are uploaded there, and it tells what becomes of them.
package imports

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"xiangtu/geo"
	"xiangtu/geo/jobs"
	"xiangtu/geo/postgis"
	"xiangtu/server/problem"
)

// Imports answers requests about import jobs in the name of the request's actor.
type Imports struct {
	desk *jobs.Desk
}

// New makes the surface.
func New(desk *jobs.Desk) *Imports { return &Imports{desk} }

// view is a job as a client reads it.
type view struct {
	ID        string                 `json:"id"`
	Layer     geo.LayerName          `json:"layer"`
	State     postgis.ImportState    `json:"state"`
	Phase     postgis.Phase          `json:"phase,omitempty"`
	Features  int64                  `json:"features"`
	BytesRead int64                  `json:"bytesRead"`
	Size      int64                  `json:"size"`
	File      string                 `json:"file,omitempty"`
	Settings  postgis.ImportSettings `json:"settings"`
	Actor     string                 `json:"actor"`
	CreatedAt time.Time              `json:"createdAt"`
	StartedAt *time.Time             `json:"startedAt,omitempty"`
	EndedAt   *time.Time             `json:"endedAt,omitempty"`
	Error     *postgis.ImportError   `json:"error,omitempty"`
	Report    string                 `json:"report,omitempty"` // its path, once there is one
}

func viewOf(j *postgis.ImportJob) view {
	v := view{
		ID: j.ID, Layer: j.Layer, State: j.State, Phase: j.Phase, Features: j.Features, BytesRead: j.BytesRead, Size: j.Size, File: j.File,
		Settings: j.Settings, Actor: j.Actor.Name, CreatedAt: j.Created, StartedAt: j.Started, EndedAt: j.Ended, Error: j.Error,
	}
	if j.Report != nil {
		v.Report = pathOf(j) + "/report"
	}
	return v
}

func pathOf(j *postgis.ImportJob) string { return "/imports/" + j.ID }

// Create takes an upload for the layer of the path: 202 with the job, whose path is in Location.
func (s *Imports) Create(w http.ResponseWriter, r *http.Request) {
	job, err := s.receive(r)
	if err != nil {
		if err, over := err.(*geo.Error); over && err.Code == geo.TooLarge { //nolint:errorlint // it is not wrapped
			w.Header().Set("Connection", "close") // what is still to come is not read
		}
		problem.WriteError(w, r, err)
		return
	}
	w.Header().Set("Location", pathOf(job))
	write(w, http.StatusAccepted, viewOf(job))
}

// List answers the newest jobs that the actor may see: ?state= of those states, ?limit= so many.
func (s *Imports) List(w http.ResponseWriter, r *http.Request) {
	values := r.URL.Query()
	limit := 20
	if text := values.Get("limit"); text != "" {
		var err error
		if limit, err = strconv.Atoi(text); err != nil || limit < 1 || limit > 1000 {
			problem.WriteError(w, r, geo.Invalid("limit", "%.20q is no number from 1 to 1000", text))
			return
		}
	}
	var states []postgis.ImportState
	if text := values.Get("state"); text != "" {
		for state := range strings.SplitSeq(text, ",") {
			states = append(states, postgis.ImportState(state))
		}
	}
	found, err := s.desk.Jobs(r.Context(), states, limit)
	if err != nil {
		problem.WriteError(w, r, err)
		return
	}
	views := make([]view, len(found))
	for i, job := range found {
		views[i] = viewOf(job)
	}
	write(w, http.StatusOK, map[string]any{"imports": views})
}

// Job answers the job of the path as it stands.
func (s *Imports) Job(w http.ResponseWriter, r *http.Request) {
	s.answer(w, r, func() (*postgis.ImportJob, error) { return s.desk.Job(r.Context(), r.PathValue("id")) })
}

// Cancel asks for the end of the job of the path, and answers it as it stands then.
func (s *Imports) Cancel(w http.ResponseWriter, r *http.Request) {
	s.answer(w, r, func() (*postgis.ImportJob, error) { return s.desk.Cancel(r.Context(), r.PathValue("id")) })
}

func (s *Imports) answer(w http.ResponseWriter, r *http.Request, ask func() (*postgis.ImportJob, error)) {
	job, err := ask()
	if err != nil {
		problem.WriteError(w, r, err)
		return
	}
	write(w, http.StatusOK, viewOf(job))
}

// Report answers the report of the job of the path. It is NOT_FOUND where there is none, and CONFLICT where there is none yet.
func (s *Imports) Report(w http.ResponseWriter, r *http.Request) {
	job, err := s.desk.Job(r.Context(), r.PathValue("id"))
	if err == nil {
		err = withoutReport(job)
	}
	if err != nil {
		problem.WriteError(w, r, err)
		return
	}
	write(w, http.StatusOK, job.Report)
}

// withoutReport is why a job has no report; nil if it has one.
func withoutReport(j *postgis.ImportJob) error {
	switch {
	case j.Report != nil:
		return nil
	case !j.State.Ended():
		return &geo.Error{Code: geo.Conflict, Message: "the import has not ended, it is " + string(j.State) + ": ask again when " + pathOf(j) + " says that it has"}
	case j.Error != nil:
		return &geo.Error{Code: geo.NotFound, Message: "the import has no report, because " + j.Error.Message}
	}
	return &geo.Error{Code: geo.NotFound, Message: "the import has no report"}
}

func write(w http.ResponseWriter, status int, value any) {
	header := w.Header()
	header.Set("Content-Type", "application/json; charset=utf-8")
	header.Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // fails when the client has gone
}

// Route is one of the surface: a method, the path with its wildcards, and what answers.
type Route struct {
	Method, Path string
	Handler      http.Handler
}

// Routes lists those of the surface.
func (s *Imports) Routes() []Route {
	return []Route{
		{http.MethodPost, "/imports/{layer}", http.HandlerFunc(s.Create)},
		{http.MethodGet, "/imports", http.HandlerFunc(s.List)},
		{http.MethodGet, "/imports/{id}", http.HandlerFunc(s.Job)},
		{http.MethodDelete, "/imports/{id}", http.HandlerFunc(s.Cancel)},
		{http.MethodGet, "/imports/{id}/report", http.HandlerFunc(s.Report)},
	}
}
