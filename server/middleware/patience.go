package middleware

import (
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
