package middleware

import (
	"crypto/rand"
	"encoding/hex"
	"strconv"
	"sync/atomic"
)

// maxRequestID is the longest id in bytes that is taken from a client.
const maxRequestID = 64

// requestIDs makes ids that are unique in a deployment: a random prefix for
// the process, then a counter. A random number a request would cost more and
// say less: the counter keeps the order of arrival.
type requestIDs struct {
	prefix string
	count  atomic.Uint64
}

func newRequestIDs() *requestIDs {
	var random [6]byte
	_, _ = rand.Read(random[:]) // never fails: crypto/rand ends the program instead
	return &requestIDs{prefix: hex.EncodeToString(random[:]) + "-"}
}

func (ids *requestIDs) next() string {
	var buffer [32]byte
	id := append(buffer[:0], ids.prefix...)
	id = strconv.AppendUint(id, ids.count.Add(1), 36)
	return string(id)
}

// wellFormedID tells whether a client's id can be passed on to headers and
// logs as it is: 1 to 64 letters, digits and - _ . : = + /
func wellFormedID(id string) bool {
	if id == "" || len(id) > maxRequestID {
		return false
	}
	for i := range len(id) {
		switch c := id[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9':
		case c == '-', c == '_', c == '.', c == ':', c == '=', c == '+', c == '/':
		default:
			return false
		}
	}
	return true
}
