package middleware

import (
	"io"
	"net/http"
	"time"
)

// Patience lets answers of next take as long as they need, as long as the
// client keeps reading: each write may take up to stall, where the server's
// own WriteTimeout bounds the answer as a whole.
func Patience(stall time.Duration, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p := &patientWriter{ResponseWriter: w, control: http.NewResponseController(w), stall: stall}
		p.extend()
		next.ServeHTTP(p, r)
	})
}

// PatientUploads does the same for requests whose body takes long to send: each
// piece of it may take up to stall, where the server's ReadTimeout bounds the
// request as a whole.
func PatientUploads(stall time.Duration, next http.Handler) http.Handler {
	return Patience(stall, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = &patientBody{ReadCloser: r.Body, control: http.NewResponseController(w), stall: stall}
		next.ServeHTTP(w, r)
	}))
}

type patientBody struct {
	io.ReadCloser
	control  *http.ResponseController
	stall    time.Duration
	extended time.Time
}

// Read reads on under new deadlines: an answer that comes after the last piece
// is not to be late because of those before.
func (p *patientBody) Read(b []byte) (int, error) {
	if now := time.Now(); now.Sub(p.extended) >= p.stall/8 {
		p.extended = now
		// A connection without deadlines has none to extend.
		_ = p.control.SetReadDeadline(now.Add(p.stall))
		_ = p.control.SetWriteDeadline(now.Add(2 * p.stall))
	}
	return p.ReadCloser.Read(b)
}

type patientWriter struct {
	http.ResponseWriter
	control  *http.ResponseController
	stall    time.Duration
	extended time.Time
}

// extend moves the deadline, but not for every small write: a deadline is a
// timer of the runtime.
func (p *patientWriter) extend() {
	now := time.Now()
	if now.Sub(p.extended) < p.stall/8 {
		return
	}
	p.extended = now
	// A writer without deadlines has none to extend.
	_ = p.control.SetWriteDeadline(now.Add(p.stall))
}

// Write passes b on under a new deadline.
func (p *patientWriter) Write(b []byte) (int, error) {
	p.extend()
	return p.ResponseWriter.Write(b)
}

// Flush sends what was written so far.
func (p *patientWriter) Flush() {
	p.extend()
	_ = p.control.Flush()
}

// Unwrap gives http.ResponseController the writer below.
func (p *patientWriter) Unwrap() http.ResponseWriter { return p.ResponseWriter }
