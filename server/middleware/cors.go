package middleware

import (
	"net/http"
	"time"

	"github.com/rs/cors"
)

// preflightAge is how long a browser may remember an answer to a preflight.
// Chromium caps it at two hours, Firefox at a day.
const preflightAge = 24 * time.Hour

// CORS lets pages of the given origins read answers; "*" is any origin.
// Cookies are never accepted, from whatever origin; who is there says a header
// that a page must send on purpose.
func CORS(origins []string, next http.Handler) http.Handler {
	return cors.New(cors.Options{
		AllowedOrigins: origins,
		AllowedMethods: []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete},
		AllowedHeaders: []string{
			"Accept", "Authorization", "Content-Disposition", "Content-Type", "Content-Crs", "If-Match", "If-None-Match", "Range", "X-Request-Id", "Traceparent", "Tracestate",
			// What GraphQL clients send to say that they are no plain form.
			"Apollo-Require-Preflight", "GraphQL-Require-Preflight", "GraphQL-Preflight", "X-Requested-With",
		},
		ExposedHeaders: []string{"ETag", "X-Request-Id", "Content-Disposition", "Content-Crs", "Location", "Retry-After", "WWW-Authenticate"},
		MaxAge:         int(preflightAge / time.Second),
	}).Handler(next)
}
