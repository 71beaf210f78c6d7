package middleware

import (
	"fmt"
	"net/http"

	"xiangtu/server/problem"
)

// MaxAddress is how many bytes the path and the query of a request may have.
const MaxAddress = 64 << 10

// ShortAddress refuses longer addresses with a problem that says what to do. net/http itself answers a header that is
// too large with a bare 431, so its own limit has to be well above this one.
func ShortAddress(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.RequestURI) <= MaxAddress {
			next.ServeHTTP(w, r)
			return
		}
		problem.Write(w, r, problem.Problem{
			Status: http.StatusRequestURITooLong,
			Code:   "ADDRESS_TOO_LONG",
			Detail: fmt.Sprintf("The address has %d bytes and may have %d: shorten the filter, or simplify its geometry. GraphQL takes queries of any form by POST, and «export --filter» has no such limit.", len(r.RequestURI), MaxAddress),
		})
	})
}
