package main

import (
	"net/http"
	"strings"

	"xiangtu/server/problem"
)

// fallbackPattern matches what no other route does.
const fallbackPattern = "/"

// fallback answers requests that no route of mux takes: 405 with Allow when
// the path exists for other methods, a redirect when it exists without its
// last slash, else 404 with the paths that do exist.
func fallback(mux *http.ServeMux, available []string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if allowed := methodsOf(mux, r); len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(append(allowed, http.MethodOptions), ", "))
			if r.Method == http.MethodOptions {
				w.WriteHeader(http.StatusNoContent)
				return
			}
			problem.Write(w, r, problem.Problem{
				Status: http.StatusMethodNotAllowed,
				Code:   "METHOD_NOT_ALLOWED",
				Detail: "This path does not take " + r.Method + "; it takes " + strings.Join(allowed, ", ") + ".",
			})
			return
		}
		for _, path := range available {
			if path+"/" == r.URL.Path {
				http.Redirect(w, r, path, http.StatusPermanentRedirect)
				return
			}
		}
		problem.Write(w, r, problem.Problem{
			Status:    http.StatusNotFound,
			Code:      "NOT_FOUND",
			Detail:    "There is nothing at this path.",
			Available: available,
		})
	})
}

// methodsOf returns the methods that a route of mux takes at the path of r.
func methodsOf(mux *http.ServeMux, r *http.Request) []string {
	probe := r.Clone(r.Context())
	var methods []string
	for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		probe.Method = method
		if _, pattern := mux.Handler(probe); pattern != "" && pattern != fallbackPattern {
			methods = append(methods, method)
		}
	}
	return methods
}
