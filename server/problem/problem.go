// Package problem writes errors of the HTTP surfaces as RFC 9457 problem
// details (application/problem+json), and is the one place that says which
// status an error has.
package problem

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/paulmach/orb"
)

// ContentType is the media type of a problem.
const ContentType = "application/problem+json"

// Problem is one error as a client reads it.
type Problem struct {
	// Type is a URI that identifies the kind of problem; empty means
	// about:blank, a problem that its status says all about.
	Type string `json:"type,omitempty"`
	// Title is a short summary of the kind; empty means the status text.
	Title string `json:"title"`
	// Status is the HTTP status code.
	Status int `json:"status"`
	// Detail says what is wrong with this request, and what would be right.
	Detail string `json:"detail,omitempty"`
	// Instance is the request's path; Write fills it in.
	Instance string `json:"instance,omitempty"`
	// Code is the error's stable name for programs, such as NOT_FOUND.
	Code string `json:"code,omitempty"`
	// Path names the part of the input that is wrong, such as bbox.
	Path string `json:"path,omitempty"`
	// Place is where on the map it is wrong: longitude, latitude (WGS 84).
	Place *orb.Point `json:"place,omitempty"`
	// RequestID is the id under which the log knows the request; Write fills
	// it in.
	RequestID string `json:"requestId,omitempty"`
	// Errors lists all that is wrong, the first of which is the problem itself;
	// empty if there is nothing else.
	Errors []Fault `json:"errors,omitempty"`
	// Available lists the paths that exist, where an unknown one was asked for.
	Available []string `json:"available,omitempty"`
}

// Fault is one of several things that are wrong with a request.
type Fault struct {
	// Detail says what is wrong, and what would be right.
	Detail string `json:"detail"`
	// Code is the name of its kind for programs.
	Code string `json:"code"`
	// Path names the part of the input that is wrong.
	Path string `json:"path,omitempty"`
	// Place is where on the map it is wrong: longitude, latitude (WGS 84).
	Place *orb.Point `json:"place,omitempty"`
}

// Write answers r with p. It does nothing about a response that has begun
// already; the caller must not have written to w.
func Write(w http.ResponseWriter, r *http.Request, p Problem) {
	if p.Title == "" {
		p.Title = http.StatusText(p.Status)
	}
	p.Instance = r.URL.Path
	header := w.Header()
	p.RequestID = header.Get("X-Request-Id")

	body, err := json.Marshal(p)
	if err != nil {
		// Only a place that is no number gets here; it is not worth the answer.
		p.Place, p.Errors = nil, nil
		body, _ = json.Marshal(p)
	}
	// What the handler said about the answer it meant to give is not true of
	// this one.
	for _, name := range []string{"Content-Encoding", "ETag", "Last-Modified", "Content-Disposition"} {
		header.Del(name)
	}
	header.Set("Content-Type", ContentType)
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("Cache-Control", "no-store")
	if p.Status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", Challenge(r))
	}
	w.WriteHeader(p.Status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body)
	}
}

// Challenge is the value of WWW-Authenticate with which a request is asked for a key (RFC 6750, 3): whether it had none,
// or one that is not good.
func Challenge(r *http.Request) string {
	if r.Header.Get("Authorization") == "" {
		return `Bearer realm="xiangtu"`
	}
	return `Bearer realm="xiangtu", error="invalid_token"`
}
